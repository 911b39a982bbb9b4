"""Alembic's environment: the application's engine and metadata; full-text tables are not SQLAlchemy's."""

from alembic import context
from flask import current_app

from retrieval.models import FTS_TABLES

migrate = current_app.extensions["migrate"]
database = migrate.db


def include_object(_object, name, kind, _reflected, _compare_to):
    return not (kind == "table" and name in FTS_TABLES)


with database.engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        # A table is changed by copying it: dropping the old one must not be taken for deleting what others refer to.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.commit()
    context.configure(
        connection=connection, target_metadata=database.metadata, include_object=include_object, **migrate.configure_args
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
