"""The migrations lead to exactly the tables the models speak of, and back to nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from kleinstadt_net.database import db
from tests.conftest import ROOT
from tests.support import databases
from tests.support.databases import Database

VERSIONS = sorted(path.stem for path in (ROOT / "migrations" / "versions").glob("*.py"))
# A letter of November, and the mark that October had nothing to tell.
DONE_BEFORE = (
    "INSERT INTO accounts (id, email, first_name, last_name, salutation, is_operator, created_at, "
    "inactivity_warnings, shows_name) VALUES "
    "(1, 'anna@rathaus.example', '', '', '', false, '2026-09-01 08:00:00', 0, false)",
    "INSERT INTO letters (id, key, account_id, kind, period, recipient, sender, subject, message_id, bytes, "
    "state, attempts, next_try_at, created_at) VALUES (1, 'digest:1:2026-11', 1, 'digest', '2026-11', "
    "'anna@rathaus.example', 'netz@rathaus.example', 'Ein Brief', '<1@rathaus.example>', '', 'sent', 1, "
    "'2026-11-03 08:00:00', '2026-11-03 08:00:00')",
    "INSERT INTO digest_items (account_id, item_key, letter_id) VALUES (1, 'suggestion:7', 1)",
    "INSERT INTO digest_items (account_id, item_key) VALUES (1, 'skipped:2026-10')",
)
# Four who ordered the Monatsbrief: two before consents were rows, one of whom has left; one after; one never agreed.
SUBSCRIBED_BEFORE = (
    *(
        "INSERT INTO accounts (id, email, first_name, last_name, salutation, is_operator, created_at, "
        f"inactivity_warnings, shows_name) VALUES ({n}, 'person{n}@rathaus.example', '', '', '', false, "
        "'2026-09-01 08:00:00', 0, false)"
        for n in range(1, 5)
    ),
    *(
        "INSERT INTO subscriptions (account_id, frequency, token, consent_at, consent_wording, changed_at, wishes, "
        f"by_mail) VALUES ({n}, '{frequency}', 't{n}', {given}, {wording}, '2026-10-05 09:00:00', 'letter', true)"
        for n, frequency, given, wording in (
            (1, "monthly", "'2026-09-02 08:00:00'", "'Ja, gern.'"),
            (2, "off", "'2026-09-02 08:00:00'", "'Ja, gern.'"),
            (3, "quarterly", "'2026-09-02 08:00:00'", "'Ja, bitte.'"),
            (4, "off", "NULL", "NULL"),
        )
    ),
    "INSERT INTO consents (account_id, kind, version, wording, proof, given_at) VALUES "
    "(3, 'digest', '2026-11', 'Ja, bitte.', 'account_page', '2026-09-02 08:00:00')",
)

# By number and bytes.
LETTER_OF_2026 = sa.text(
    "INSERT INTO letters (id, key, kind, recipient, sender, subject, message_id, bytes, state, attempts, "
    "next_try_at, created_at) VALUES (:id, 'digest:' || :id, 'digest', 'anna@rathaus.example', 'netz@rathaus.example', "
    "'Ein Brief', :id, :bytes, 'sent', 1, '2026-11-03 08:00:00', '2026-11-03 08:00:00')"
)


@pytest.fixture
def blank(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Iterator[Database]:
    """A database of the same kind without any table."""
    if database.kind == "sqlite":
        yield Database("sqlite", f"sqlite:///{tmp_path / 'blank.sqlite3'}")
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"{sa.make_url(database.url).database}_blank"
    yield databases.new_postgresql(server, name, template="template0")
    databases.remove_postgresql(server, name)


def test_migrations_and_models_agree(app: Flask) -> None:
    with db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


def test_migrations_make_the_same_constraints_and_indexes_as_the_models(app: Flask, blank: Database) -> None:
    migrated = describe(db.engine)
    engine = sa.create_engine(blank.url, poolclass=sa.NullPool)
    db.metadata.create_all(engine)

    assert migrated == describe(engine)


def test_going_down_leaves_nothing_and_going_up_again_works(blank: Database) -> None:
    databases.upgrade(blank.url)
    databases.downgrade(blank.url)
    assert tables(blank) == ["alembic_version"]

    databases.upgrade(blank.url)
    assert "towns" in tables(blank)


def test_months_of_the_digest_done_before_stay_done_on_the_way_up_and_down(blank: Database) -> None:
    databases.upgrade(blank.url, "0036")
    engine = sa.create_engine(blank.url, poolclass=sa.NullPool)
    run(engine, *DONE_BEFORE)
    databases.upgrade(blank.url, "0037")
    assert rows(engine, "account_id, period, outcome, letter_id FROM digest_issues ORDER BY period") == [
        (1, "2026-10", "nothing_new", None),
        (1, "2026-11", "written", 1),
    ]
    assert rows(engine, "account_id, item_key FROM digest_items") == [(1, "suggestion:7")]

    run(engine, "UPDATE letters SET state = 'kept'")
    databases.downgrade(blank.url, "0036")
    assert rows(engine, "item_key FROM digest_items ORDER BY item_key") == [
        ("skipped:2026-10",),
        ("suggestion:7",),
    ]
    assert rows(engine, "state FROM letters") == [("sent",)]


def test_what_is_kept_of_letters_survives_the_move_to_a_table_of_its_own(blank: Database) -> None:
    databases.upgrade(blank.url, "0043")
    engine = sa.create_engine(blank.url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for number, content in ((1, b"Von: Gr\xc3\xbc\xc3\x9fe"), (2, b"")):
            connection.execute(LETTER_OF_2026, {"id": number, "bytes": content})
    databases.upgrade(blank.url, "0044")
    assert rows(engine, "letter_id, content FROM letter_contents") == [(1, b"Von: Gr\xc3\xbc\xc3\x9fe")]

    databases.downgrade(blank.url, "0043")
    assert rows(engine, "id, bytes FROM letters ORDER BY id") == [(1, b"Von: Gr\xc3\xbc\xc3\x9fe"), (2, b"")]


def test_consents_given_before_they_were_recorded_are_recorded_once_and_taken_back_alone(
    blank: Database,
) -> None:
    databases.upgrade(blank.url, "0044")
    engine = sa.create_engine(blank.url, poolclass=sa.NullPool)
    run(engine, *SUBSCRIBED_BEFORE)
    recorded = [
        (1, "Ja, gern.", "carried_over", None),
        (2, "Ja, gern.", "carried_over", "2026-10-05 09:00"),
        (3, "Ja, bitte.", "account_page", None),
    ]
    for _ in range(2):
        databases.upgrade(blank.url, "0045")
        assert consents(engine) == recorded
        databases.downgrade(blank.url, "0044")
        assert consents(engine) == recorded[2:]


def test_what_became_of_a_talk_is_said_on_the_way_back_as_nearly_as_can_be(blank: Database) -> None:
    databases.upgrade(blank.url, "0046")
    engine = sa.create_engine(blank.url, poolclass=sa.NullPool)
    given = [("became", "made"), ("became", "will_not"), ("helped", "yes")]
    add(engine, "towns", ags="99000001")
    add(engine, "towns", id=2, ags="99000002")
    for number, (question, answer) in enumerate(given, start=1):
        add(engine, "exchanges", id=number, peer_id=2, origin="wishes", form="telephone", state="closed")
        add(engine, "outcomes", id=number, exchange_id=number, question=question, answer=answer)
    databases.downgrade(blank.url, "0045")
    answers = "question, answer FROM outcomes ORDER BY id"
    assert rows(engine, answers) == [("became", "helped"), *given[1:]]
    databases.upgrade(blank.url, "0046")
    assert rows(engine, answers) == [("became", "helped"), *given[1:]]


def add(engine: sa.Engine, table: str, **given: Any) -> None:
    """A row of a table as it is at this version; what it must hold and is not given is made up."""
    found = sa.Table(table, sa.MetaData(), autoload_with=engine)
    made_up: dict[type, Any] = {int: 1, float: 1.0, bool: False, str: "", date: date(2026, 11, 1)}
    made_up[datetime] = datetime(2026, 11, 1, tzinfo=UTC)
    needed = {
        column.name: made_up[column.type.python_type]
        for column in found.columns
        if not column.nullable and column.name not in given
    }
    with engine.begin() as connection:
        connection.execute(found.insert().values(**needed, **given))


def consents(engine: sa.Engine) -> list[tuple[Any, ...]]:
    found = rows(engine, "account_id, wording, proof, withdrawn_at FROM consents ORDER BY account_id")
    return [(*rest, str(withdrawn)[:16] if withdrawn else None) for *rest, withdrawn in found]


def test_a_new_installation_is_a_regular_one_at_revision_zero(app: Flask) -> None:
    row = db.session.execute(sa.text("SELECT id, kind, revision FROM installation")).one()
    assert tuple(row) == (1, "regular", 0)


def test_versions_are_numbered_without_a_gap() -> None:
    assert [int(name.split("_")[0]) for name in VERSIONS] == list(range(1, len(VERSIONS) + 1))


def test_migrations_import_nothing_of_the_package() -> None:
    for name in VERSIONS:
        text = (ROOT / "migrations" / "versions" / f"{name}.py").read_text(encoding="utf-8")
        assert "kleinstadt_net" not in text, f"{name} would change its meaning with the package"


def run(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def rows(engine: sa.Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(f"SELECT {query}")]


def describe(engine: sa.Engine) -> dict[str, Any]:
    """Everything the database knows of its tables, in an order of its own."""
    inspector = sa.inspect(engine)
    return {
        table: {
            # Without their order: a migration can only add columns at the end.
            "columns": sorted(
                (c["name"], str(c["type"]), c["nullable"], c["default"]) for c in inspector.get_columns(table)
            ),
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": by_name(inspector.get_foreign_keys(table)),
            "unique": by_name(inspector.get_unique_constraints(table)),
            "checks": by_name(inspector.get_check_constraints(table)),
            "indexes": by_name(inspector.get_indexes(table)),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def by_name(found: list[Any]) -> list[Any]:
    return sorted(found, key=lambda item: str(item["name"]))


def tables(database: Database) -> list[str]:
    return sa.inspect(sa.create_engine(database.url, poolclass=sa.NullPool)).get_table_names()
