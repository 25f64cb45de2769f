"""Looking changes nothing: mail gateways and browsers open links that nobody has clicked."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kleinstadt_net.database import db
from tests.house.world import World, routes
from tests.support.client import ProofReadingClient

# The day of the last visit, by which an unused session ends; it says nothing about anything else.
MAY_CHANGE = {("account_sessions", "seen_on")}


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """As in development, where all pages open."""
    app = make_app("development")
    with app.app_context():
        yield app


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, the ones that may change left out."""
    rows = {}
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            columns = [column for column in table.columns if (table.name, column.name) not in MAY_CHANGE]
            found = connection.execute(sa.select(*columns).order_by(*table.primary_key.columns))
            rows[table.name] = [tuple(row) for row in found]
    return rows


@pytest.mark.parametrize("role", ["anonymous", "lead", "stranger", "operator", "unverified"])
def test_no_page_changes_anything_by_being_looked_at(
    role: str, app: Flask, client: ProofReadingClient, world: World, sign_in: Callable[..., Any]
) -> None:
    account = world.account(role)
    if account is not None:
        sign_in(client, account)
    # What a page needs is laid before the first is looked at.
    addresses = {route.rule: world.url(app, route) for route in routes(app, "GET")}
    before = everything()
    with db.engine.connect() as watcher:
        seen = commits(watcher)
        for rule, address in addresses.items():
            client.get(address)
            # Reading all tables takes longer than most pages, so it is done where somebody has written at all.
            if (now := commits(watcher)) != seen:
                after = everything()
                changed = [name for name in before if before[name] != after[name]]
                assert not changed, f"GET {rule} changed {changed}"
                seen = now
    assert everything() == before


def commits(watcher: sa.Connection) -> int:
    """A number of SQLite's own that is another after every commit of somebody else."""
    number: int = watcher.exec_driver_sql("PRAGMA data_version").scalar_one()
    watcher.rollback()
    return number


def test_a_change_would_be_noticed(app: Flask, world: World) -> None:
    before = everything()
    with db.engine.connect() as watcher:
        seen = commits(watcher)
        world.cast.town.kreis_name = "Lauenkreis"
        db.session.commit()
        assert commits(watcher) != seen

    assert everything() != before
