"""initial"""

import sqlalchemy as sa
from alembic import op
import core.orm

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', core.orm.UtcDateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=64), nullable=False),
    sa.Column('organisation', sa.String(length=64), nullable=False),
    sa.Column('verb', sa.String(length=64), nullable=False),
    sa.Column('subject_type', sa.String(length=64), nullable=False),
    sa.Column('subject_id', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_event')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('audit_event', schema=None) as batch_op:
        batch_op.create_index('ix_audit_event_subject', ['subject_type', 'subject_id'], unique=False)

    op.create_table('batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('published_at', core.orm.UtcDateTime(timezone=True), nullable=True),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch')),
    sa.UniqueConstraint('number', name=op.f('uq_batch_number'))
    )
    with op.batch_alter_table('batch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_batch_demo'), ['demo'], unique=False)

    op.create_table('conversation',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('owner', sa.String(length=64), nullable=False),
    sa.Column('policy', sa.String(length=80), nullable=False),
    sa.Column('created_at', core.orm.UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_at', core.orm.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversation'))
    )
    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_conversation_owner'), ['owner'], unique=False)
        batch_op.create_index(batch_op.f('ix_conversation_updated_at'), ['updated_at'], unique=False)

    op.create_table('organisation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('district', sa.String(length=32), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('phone', sa.String(length=64), nullable=False),
    sa.Column('website', sa.String(length=255), nullable=False),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation')),
    sa.UniqueConstraint('code', name=op.f('uq_organisation_code')),
    sa.UniqueConstraint('name', name=op.f('uq_organisation_name'))
    )
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_organisation_demo'), ['demo'], unique=False)

    op.create_table('passage',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('collection', sa.String(length=64), nullable=False),
    sa.Column('document', sa.String(length=128), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('heading', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('model', sa.String(length=128), nullable=True),
    sa.Column('vector', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passage')),
    sa.UniqueConstraint('collection', 'document', 'position', name=op.f('uq_passage_collection')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('passage', schema=None) as batch_op:
        batch_op.create_index('ix_passage_model', ['model', 'collection'], unique=False)

    op.create_table('passage_change',
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('collection', sa.String(length=64), nullable=False),
    sa.Column('passage_id', sa.Integer(), nullable=False),
    sa.Column('stamp', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('sequence', name=op.f('pk_passage_change')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('passage_change', schema=None) as batch_op:
        batch_op.create_index('ix_passage_change_collection', ['collection', 'sequence'], unique=False)

    op.create_table('policy_document',
    sa.Column('id', sa.String(length=80), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_document'))
    )
    op.create_table('conversation_turn',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('conversation_id', sa.String(length=32), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('answer', sa.JSON(), nullable=False),
    sa.Column('stages', sa.JSON(), nullable=False),
    sa.Column('ms', sa.Integer(), nullable=False),
    sa.Column('created_at', core.orm.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_conversation_turn_conversation_id_conversation'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversation_turn')),
    sa.UniqueConstraint('conversation_id', 'position', name=op.f('uq_conversation_turn_conversation_id'))
    )
    op.create_table('policy_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('document_id', sa.String(length=80), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=255), nullable=False),
    sa.Column('title_en', sa.String(length=255), nullable=False),
    sa.Column('issuer', sa.String(length=255), nullable=False),
    sa.Column('issued', sa.Date(), nullable=True),
    sa.Column('source', sa.String(length=500), nullable=False),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('asides', sa.JSON(), nullable=False),
    sa.Column('imported_at', core.orm.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['policy_document.id'], name=op.f('fk_policy_version_document_id_policy_document')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_version')),
    sa.UniqueConstraint('document_id', 'number', name=op.f('uq_policy_version_document_id'))
    )
    op.create_table('scenario',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=True),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('agency_id', sa.Integer(), nullable=False),
    sa.Column('system', sa.String(length=40), nullable=False),
    sa.Column('domain', sa.String(length=40), nullable=False),
    sa.Column('background', sa.Text(), nullable=False),
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('indicators', sa.JSON(), nullable=False),
    sa.Column('resources', sa.Text(), nullable=False),
    sa.Column('district', sa.String(length=32), nullable=False),
    sa.Column('mode', sa.String(length=20), nullable=False),
    sa.Column('notice_url', sa.String(length=500), nullable=False),
    sa.Column('budget_min', sa.Integer(), nullable=True),
    sa.Column('budget_max', sa.Integer(), nullable=True),
    sa.Column('conditions', sa.Text(), nullable=False),
    sa.Column('acceptance', sa.Text(), nullable=False),
    sa.Column('deadline', sa.Date(), nullable=False),
    sa.Column('contact_name', sa.String(length=60), nullable=False),
    sa.Column('contact_phone', sa.String(length=60), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('result', sa.Text(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=True),
    sa.Column('published_at', core.orm.UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_at', core.orm.UtcDateTime(timezone=True), nullable=False),
    sa.Column('updated_at', core.orm.UtcDateTime(timezone=True), nullable=False),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['agency_id'], ['organisation.id'], name=op.f('fk_scenario_agency_id_organisation')),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_scenario_batch_id_batch')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scenario')),
    sa.UniqueConstraint('number', name=op.f('uq_scenario_number'))
    )
    with op.batch_alter_table('scenario', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scenario_agency_id'), ['agency_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_scenario_batch_id'), ['batch_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_scenario_demo'), ['demo'], unique=False)
        batch_op.create_index(batch_op.f('ix_scenario_district'), ['district'], unique=False)
        batch_op.create_index(batch_op.f('ix_scenario_domain'), ['domain'], unique=False)
        batch_op.create_index(batch_op.f('ix_scenario_mode'), ['mode'], unique=False)
        batch_op.create_index(batch_op.f('ix_scenario_published_at'), ['published_at'], unique=False)
        batch_op.create_index('ix_scenario_status_deadline', ['status', 'deadline'], unique=False)
        batch_op.create_index(batch_op.f('ix_scenario_system'), ['system'], unique=False)

    op.create_table('batch_entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('scenario_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('snapshot', sa.JSON(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_batch_entry_batch_id_batch')),
    sa.ForeignKeyConstraint(['scenario_id'], ['scenario.id'], name=op.f('fk_batch_entry_scenario_id_scenario')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch_entry')),
    sa.UniqueConstraint('batch_id', 'scenario_id', name=op.f('uq_batch_entry_batch_id'))
    )
    with op.batch_alter_table('batch_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_batch_entry_batch_id'), ['batch_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_batch_entry_scenario_id'), ['scenario_id'], unique=False)

    op.create_table('policy_article',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('version_id', sa.Integer(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('chapter', sa.String(length=255), nullable=False),
    sa.Column('label', sa.String(length=32), nullable=False),
    sa.Column('heading', sa.String(length=500), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['version_id'], ['policy_version.id'], name=op.f('fk_policy_article_version_id_policy_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_article')),
    sa.UniqueConstraint('version_id', 'ordinal', name=op.f('uq_policy_article_version_id'))
    )
    op.create_table('scenario_article',
    sa.Column('scenario_id', sa.Integer(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['scenario_id'], ['scenario.id'], name=op.f('fk_scenario_article_scenario_id_scenario'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('scenario_id', 'ordinal', name=op.f('pk_scenario_article'))
    )
    with op.batch_alter_table('scenario_article', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scenario_article_ordinal'), ['ordinal'], unique=False)

    op.create_table('scenario_move',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('scenario_id', sa.Integer(), nullable=False),
    sa.Column('at', core.orm.UtcDateTime(timezone=True), nullable=False),
    sa.Column('verb', sa.String(length=16), nullable=False),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['scenario_id'], ['scenario.id'], name=op.f('fk_scenario_move_scenario_id_scenario'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scenario_move'))
    )
    with op.batch_alter_table('scenario_move', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scenario_move_scenario_id'), ['scenario_id'], unique=False)

    op.create_table('scenario_tag',
    sa.Column('scenario_id', sa.Integer(), nullable=False),
    sa.Column('tag', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['scenario_id'], ['scenario.id'], name=op.f('fk_scenario_tag_scenario_id_scenario'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('scenario_id', 'tag', name=op.f('pk_scenario_tag'))
    )
    with op.batch_alter_table('scenario_tag', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scenario_tag_tag'), ['tag'], unique=False)

    # SQLite's full-text table beside `passage`.
    op.execute("""CREATE VIRTUAL TABLE IF NOT EXISTS passage_fts USING fts5(
    scope, tokens,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co' tokenchars '-._/+'''"
)""")
    op.execute("INSERT INTO passage_fts(passage_fts, rank) VALUES ('rank', 'bm25(0.0, 1.0)')")


def downgrade() -> None:
    op.execute("DROP TABLE IF EXISTS passage_fts")
    with op.batch_alter_table('scenario_tag', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scenario_tag_tag'))

    op.drop_table('scenario_tag')
    with op.batch_alter_table('scenario_move', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scenario_move_scenario_id'))

    op.drop_table('scenario_move')
    with op.batch_alter_table('scenario_article', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scenario_article_ordinal'))

    op.drop_table('scenario_article')
    op.drop_table('policy_article')
    with op.batch_alter_table('batch_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_batch_entry_scenario_id'))
        batch_op.drop_index(batch_op.f('ix_batch_entry_batch_id'))

    op.drop_table('batch_entry')
    with op.batch_alter_table('scenario', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scenario_system'))
        batch_op.drop_index('ix_scenario_status_deadline')
        batch_op.drop_index(batch_op.f('ix_scenario_published_at'))
        batch_op.drop_index(batch_op.f('ix_scenario_mode'))
        batch_op.drop_index(batch_op.f('ix_scenario_domain'))
        batch_op.drop_index(batch_op.f('ix_scenario_district'))
        batch_op.drop_index(batch_op.f('ix_scenario_demo'))
        batch_op.drop_index(batch_op.f('ix_scenario_batch_id'))
        batch_op.drop_index(batch_op.f('ix_scenario_agency_id'))

    op.drop_table('scenario')
    op.drop_table('policy_version')
    op.drop_table('conversation_turn')
    op.drop_table('policy_document')
    with op.batch_alter_table('passage_change', schema=None) as batch_op:
        batch_op.drop_index('ix_passage_change_collection')

    op.drop_table('passage_change')
    with op.batch_alter_table('passage', schema=None) as batch_op:
        batch_op.drop_index('ix_passage_model')

    op.drop_table('passage')
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_organisation_demo'))

    op.drop_table('organisation')
    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_conversation_updated_at'))
        batch_op.drop_index(batch_op.f('ix_conversation_owner'))

    op.drop_table('conversation')
    with op.batch_alter_table('batch', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_batch_demo'))

    op.drop_table('batch')
    with op.batch_alter_table('audit_event', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_event_subject')

    op.drop_table('audit_event')
