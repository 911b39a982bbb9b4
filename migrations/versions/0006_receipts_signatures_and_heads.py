"""receipts that outlive a deleted bid; signatures in a column of their own; heads of panels,
when a member was released, and landings that were sent back

Nobody is marked as a head: where the agency has picked none, who was named first still is the head.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
import core.orm

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEPT = "#signed"
CONSENSUS = sa.table(
    "consensus", sa.column("id", sa.Integer()), sa.column("scores", sa.JSON()), sa.column("signatures", sa.JSON())
)
RECEIPT_BID = "fk_bid_receipt_bid_id_bid"
RECEIPT_SCENARIO = "fk_bid_receipt_scenario_id_scenario"


def _rewrite(scores: Any, signatures: Any = None) -> None:
    """Give every consensus what these make of its scores and, where asked for, its signatures."""
    connection = op.get_bind()
    columns = [CONSENSUS.c.id, CONSENSUS.c.scores, CONSENSUS.c.signatures]
    for id_, was, signed in connection.execute(sa.select(*columns)).all():
        values = {"scores": scores(was, signed)} | ({"signatures": signatures(was)} if signatures else {})
        connection.execute(sa.update(CONSENSUS).where(CONSENSUS.c.id == id_).values(**values))


def upgrade() -> None:
    with op.batch_alter_table("consensus", schema=None) as batch_op:
        batch_op.add_column(sa.Column("signatures", sa.JSON(), server_default="{}", nullable=False))
    _rewrite(
        lambda was, _signed: {key: one for key, one in was.items() if key != KEPT},
        lambda was: was.get(KEPT, {}),
    )
    with op.batch_alter_table("panel_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("released_at", core.orm.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("chairs", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(
            "ix_panel_member_chair",
            ["evaluation_id"],
            unique=True,
            sqlite_where=sa.text("chairs"),
            postgresql_where=sa.text("chairs"),
        )
    with op.batch_alter_table("landing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("status", sa.String(length=16), server_default="under_way", nullable=False))
        batch_op.add_column(sa.Column("wanted", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("returned_at", core.orm.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("resubmitted_at", core.orm.UtcDateTime(timezone=True), nullable=True))
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
    with op.batch_alter_table("panel_member", schema=None) as batch_op:
        batch_op.drop_index("ix_panel_member_chair")
        batch_op.drop_column("chairs")
        batch_op.drop_column("released_at")
    with op.batch_alter_table("landing", schema=None) as batch_op:
        for name in ("resubmitted_at", "returned_at", "wanted", "status"):
            batch_op.drop_column(name)
    _rewrite(lambda was, signed: {**was, **({KEPT: signed} if signed else {})})
    with op.batch_alter_table("consensus", schema=None) as batch_op:
        batch_op.drop_column("signatures")
