"""The declarative base, the session, and what two databases need to behave as one.

PostgreSQL is for production, SQLite for trying out; both store the same text and the same UTC times.
"""

from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, MetaData, event, text
from sqlalchemy.orm import DeclarativeBase, Session, registry, scoped_session
from sqlalchemy.types import TypeDecorator

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; a naive one is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone must not reach the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # SQLite hands back naive moments; PostgreSQL those of the session's zone.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all models; constraint names are predictable so that migrations can name them."""

    # The registry is given whole because Flask-SQLAlchemy rebuilds the class from its attributes.
    registry = registry(
        metadata=MetaData(naming_convention=NAMING_CONVENTION), type_annotation_map={datetime: UtcDateTime}
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def engine_options(url: str) -> dict[str, Any]:
    """Engine options for a database URL; a server may close idle connections, a file does not."""
    # A traceback in the log must not carry the names and addresses that were bound to a statement.
    options: dict[str, Any] = {"hide_parameters": True}
    if not url.startswith("sqlite"):
        options |= {"pool_pre_ping": True, "pool_size": 5, "max_overflow": 5}
    return options


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, record: Any) -> None:
    if type(connection).__module__.split(".")[0] != "sqlite3":
        return
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "busy_timeout=10000", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def begin_writing(session: Session | scoped_session[Any]) -> None:
    """Take the write lock before the first read of a writing transaction.

    On SQLite a transaction that reads and then writes fails at once when another wrote in between,
    whatever busy_timeout says; BEGIN IMMEDIATE waits its turn instead. PostgreSQL needs nothing.
    """
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return
    raw = connection.connection.dbapi_connection
    # Reading alone opens no transaction in Python's sqlite3, whatever the session believes.
    if raw is not None and not raw.in_transaction:
        connection.execute(text("BEGIN IMMEDIATE"))
