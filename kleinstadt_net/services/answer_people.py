"""Whom a letter about an answer goes to, and who of a town may act."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Membership, Town

LEADS = (Membership.role == "lead",)


def role(account_id: int, town_id: int) -> str | None:
    """The person's confirmed role in a town that is neither suspended nor gone."""
    return db.session.scalar(
        select(Membership.role)
        .join(Town, Town.id == Membership.town_id)
        .where(
            Membership.account_id == account_id,
            Membership.town_id == town_id,
            Membership.state == "confirmed",
            Town.suspended_at.is_(None),
            Town.gone_on.is_(None),
        )
    )


def leads(town_id: int) -> Sequence[Account]:
    """Who answers for the town; nobody where it is suspended or gone."""
    return _people(town_id, *LEADS, Town.suspended_at.is_(None), Town.gone_on.is_(None))


def askers(town_id: int, account_id: int | None) -> Sequence[Account]:
    """Who is told what became of a town's answer: whoever gave it, or its leads where she no longer acts for it."""
    hers = _people(town_id, Account.id == account_id) if account_id is not None else []
    return hers or _people(town_id, *LEADS)


def colleagues(town_id: int, account_id: int) -> Sequence[Account]:
    """Everybody else who acts for the town, by name."""
    return _people(town_id, Account.id != account_id)


def taking_part(town: Any) -> tuple[ColumnElement[bool], ...]:
    """Conditions under which a town, an alias of it perhaps, can still talk."""
    return town.joined_on.is_not(None), town.suspended_at.is_(None), town.gone_on.is_(None)


def _people(town_id: int, *conditions: ColumnElement[bool]) -> Sequence[Account]:
    query = (
        select(Account)
        .join(Membership, Membership.account_id == Account.id)
        .join(Town, Town.id == Membership.town_id)
        .where(
            Membership.town_id == town_id,
            Membership.state == "confirmed",
            Account.confirmed_at.is_not(None),
            *conditions,
        )
        .order_by(Account.last_name, Account.first_name, Account.id)
    )
    return db.session.scalars(query).all()
