"""Inserting a row once, in the words of either database."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.dml import ReturningInsert

from kleinstadt_net.database import Base, db


def insert_once(
    model: type[Base], row: Mapping[str, Any], *unique: InstrumentedAttribute[Any]
) -> ReturningInsert[Any]:
    """An INSERT that does nothing, and returns nothing, when ``unique`` already holds these values.

    A duplicate must not be an error: on PostgreSQL an error would end the caller's transaction.
    """
    if db.session.get_bind().dialect.name == "postgresql":
        return _with_postgresql(model, row, unique)
    return sqlite.insert(model).values(**row).on_conflict_do_nothing(index_elements=unique).returning(*unique)


def _with_postgresql(
    model: type[Base], row: Mapping[str, Any], unique: Sequence[InstrumentedAttribute[Any]]
) -> ReturningInsert[Any]:
    return (
        postgresql.insert(model)
        .values(**row)
        .on_conflict_do_nothing(index_elements=unique)
        .returning(*unique)
    )


def insert_many_once(model: type[Base], *unique: InstrumentedAttribute[Any]) -> Any:
    """An INSERT for many rows that leaves out those whose ``unique`` already holds these values."""
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(model).on_conflict_do_nothing(index_elements=unique)
