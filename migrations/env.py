"""How Alembic reaches the database: through the running Flask application, for both dialects."""

import re
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app

from kleinstadt_net.database import UtcDateTime

# Full-text tables of SQLite bring shadow tables that no model knows; they end in _fts or _fts_⟨part⟩.
FULL_TEXT = re.compile(r"_fts(_|$)")


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    """Whether autogenerate may look at this object of the database."""
    return kind != "table" or name is None or FULL_TEXT.search(name) is None


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Migrations are history and import nothing of the package: our own type is written as SQL knows it."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: sa.Connection) -> None:
    """Run the migrations asked for, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=current_app.extensions["migrate"].db.metadata,
        render_as_batch=True,
        include_name=include_name,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    engine: sa.Engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        # SQLite alters a table by copying and dropping it, and dropping cascades to whatever refers to it.
        # The pragma is silently ignored inside a transaction, hence before run() begins one.
        if is_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
        try:
            run(connection)
        finally:
            if is_sqlite:
                connection.rollback()
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")


if context.is_offline_mode():
    raise SystemExit("Migrations need a database: the installation's first row is written by one of them.")
run_online()
