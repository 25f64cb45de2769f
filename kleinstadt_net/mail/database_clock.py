"""The database's own clock: the one clock all processes share, wherever they run.

Claims are compared in it and in nothing else, so that a machine whose clock is wrong neither takes
another's letter nor keeps its own for ever.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from kleinstadt_net.database import UtcDateTime


class DatabaseNow(FunctionElement[datetime]):
    """The present moment in the database, shifted by its one argument, in seconds."""

    name = "database_now"
    type = UtcDateTime()
    inherit_cache = True


def database_now(plus_seconds: int = 0) -> DatabaseNow:
    """The present moment in the database, shifted by whole seconds (negative: in the past)."""
    return DatabaseNow(literal(plus_seconds, Integer))


@compiles(DatabaseNow, "postgresql")
def _on_postgresql(element: DatabaseNow, compiler: SQLCompiler, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    # now() would be the beginning of the transaction, which may have waited for a lock.
    return f"(clock_timestamp() + make_interval(secs => {seconds}))"


@compiles(DatabaseNow, "sqlite")
def _on_sqlite(element: DatabaseNow, compiler: SQLCompiler, **options: Any) -> str:
    seconds = compiler.process(element.clauses, **options)
    # Compared as text, so it needs the form in which SQLAlchemy writes moments: six decimals. SQLite knows
    # three; the rest is 999, or what was written within this very millisecond would lie in the future.
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', {seconds} || ' seconds') || '999')"
