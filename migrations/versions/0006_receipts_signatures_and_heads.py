"""receipts that outlive a deleted bid"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

RECEIPT_BID = "fk_bid_receipt_bid_id_bid"
RECEIPT_SCENARIO = "fk_bid_receipt_scenario_id_scenario"


def upgrade() -> None:
    with op.batch_alter_table("bid_receipt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scenario_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE bid_receipt SET scenario_id = (SELECT bid.scenario_id FROM bid WHERE bid.id = bid_receipt.bid_id)"
    )
    with op.batch_alter_table("bid_receipt", schema=None) as batch_op:
        batch_op.alter_column("scenario_id", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("bid_id", existing_type=sa.Integer(), nullable=True)
        batch_op.drop_constraint(batch_op.f(RECEIPT_BID), type_="foreignkey")
        batch_op.create_foreign_key(batch_op.f(RECEIPT_BID), "bid", ["bid_id"], ["id"], ondelete="SET NULL")
        batch_op.create_foreign_key(
            batch_op.f(RECEIPT_SCENARIO), "scenario", ["scenario_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_index(batch_op.f("ix_bid_receipt_scenario_id"), ["scenario_id"], unique=False)


def downgrade() -> None:
    # Without their bid the older tables cannot hold them.
    op.execute("DELETE FROM bid_receipt WHERE bid_id IS NULL")
    with op.batch_alter_table("bid_receipt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bid_receipt_scenario_id"))
        batch_op.drop_constraint(batch_op.f(RECEIPT_SCENARIO), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f(RECEIPT_BID), type_="foreignkey")
        batch_op.drop_column("scenario_id")
        batch_op.alter_column("bid_id", existing_type=sa.Integer(), nullable=False)
        batch_op.create_foreign_key(batch_op.f(RECEIPT_BID), "bid", ["bid_id"], ["id"], ondelete="CASCADE")
