"""A migrated database for each test: SQLite by copying a file, PostgreSQL by truncating one of its own."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
import sqlalchemy as sa
from flask import Flask

import config
from kleinstadt_net import create_app
from kleinstadt_net.database import db
from tests.support.postgres import Server

SECRET_KEY = "only for tests and long enough for all of them"
TEMPLATE = "kleinstadt_template"


@dataclass(frozen=True)
class Database:
    """A database with the schema of today and the installation's one row, nothing else."""

    kind: str
    url: str


def upgrade(url: str, revision: str = "head") -> None:
    with application(url).app_context():
        flask_migrate.upgrade(revision=revision)
        db.engine.dispose()


def downgrade(url: str, revision: str = "base") -> None:
    with application(url).app_context():
        flask_migrate.downgrade(revision=revision)
        db.engine.dispose()


def application(url: str, **settings: object) -> Flask:
    """On this database; further settings by their names in lower case."""
    return create_app(config.load("testing", secret_key=SECRET_KEY, database_url=url, **settings))


def sqlite_template(directory: Path) -> Path:
    """A migrated file to be copied; closed properly, so nothing is left in a write-ahead log."""
    path = directory / "template.sqlite3"
    upgrade(f"sqlite:///{path}")
    return path


def sqlite_copy(template: Path, directory: Path) -> Database:
    path = directory / "kleinstadtnetz.sqlite3"
    shutil.copyfile(template, path)
    return Database("sqlite", f"sqlite:///{path}")


def postgresql_template(server: Server) -> None:
    """Migrate the template unless another worker of this run has done so; they take turns."""
    with administrator(server) as connection:
        connection.execute(sa.text("SELECT pg_advisory_lock(19)"))
        if not _exists(connection, TEMPLATE):
            connection.execute(sa.text(f"CREATE DATABASE {TEMPLATE}_new"))
            upgrade(server.database_url(f"{TEMPLATE}_new"))
            connection.execute(sa.text(f"ALTER DATABASE {TEMPLATE}_new RENAME TO {TEMPLATE}"))
        connection.execute(sa.text("SELECT pg_advisory_unlock(19)"))


def new_postgresql(server: Server, name: str, template: str = TEMPLATE) -> Database:
    """A database of this name, from the template or (``template0``) without any table."""
    with administrator(server) as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    return Database("postgresql", server.database_url(name))


def remove_postgresql(server: Server, name: str) -> None:
    with administrator(server) as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


def empty(engine: sa.Engine) -> None:
    """Everything as after the migrations; deleting a few rows is ten times faster than truncating tables."""
    deletions = "; ".join(f"DELETE FROM {table.name}" for table in reversed(db.metadata.sorted_tables))
    with engine.begin() as connection:
        connection.exec_driver_sql(deletions)
        connection.exec_driver_sql("INSERT INTO installation (id, kind, revision) VALUES (1, 'regular', 0)")


@contextmanager
def administrator(server: Server) -> Iterator[sa.Connection]:
    engine = sa.create_engine(server.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


def _exists(connection: sa.Connection, name: str) -> bool:
    found = connection.execute(sa.text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name})
    return found.first() is not None
