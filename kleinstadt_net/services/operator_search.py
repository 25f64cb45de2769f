"""Finding persons and towns for an operator who has somebody on the telephone."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import selectinload

from kleinstadt_net.database import db
from kleinstadt_net.mail.suppressions import Refusal, refusals
from kleinstadt_net.models import Account, Membership, Town
from kleinstadt_net.services import town_finder
from kleinstadt_net.territory import is_key

SHOWN = 50


@dataclass(frozen=True)
class FoundAccess:
    """A town the person found acts for, or asked to."""

    ags: str
    town_name: str
    role: str
    state: str


@dataclass(frozen=True)
class FoundPerson:
    """Somebody with an account; ``refusal`` says why letters to her are held back."""

    account_id: int
    name: str
    email: str
    is_operator: bool
    is_confirmed: bool
    seen_on: date | None
    access: tuple[FoundAccess, ...]
    refusal: Refusal | None


@dataclass(frozen=True)
class FoundTown:
    """A town by name or key."""

    ags: str
    name: str
    kreis_name: str | None
    land: str
    joined_on: date | None
    suspended: bool
    gone_on: date | None


def people(text: str) -> list[FoundPerson]:
    """Persons in whose name or address every word of ``text`` stands, by name; at most 50."""
    words = text.lower().split()
    if not words:
        return []
    columns = (Account.email, Account.first_name, Account.last_name)
    fits = [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words]
    accounts = db.session.scalars(
        select(Account)
        .where(*fits)
        .order_by(Account.last_name, Account.first_name, Account.id)
        .limit(SHOWN)
        .options(selectinload(Account.memberships).joinedload(Membership.town))
    ).all()
    held_back = refusals({account.email for account in accounts})
    return [_person(account, held_back.get(account.email)) for account in accounts]


def towns(text: str) -> list[FoundTown]:
    """The town with this key, whatever became of it, or towns whose names begin like the words; at most 50."""
    if is_key(text):
        keys = [text]
    else:
        keys = [choice.ags for choice in town_finder.find(text, limit=SHOWN).rows] if text else []
    if not keys:
        return []
    found = {row.ags: row for row in _towns(Town.ags.in_(keys))}
    return [found[ags] for ags in keys if ags in found]


def suspended_towns() -> list[FoundTown]:
    """All towns that are suspended now, by name."""
    return _towns(Town.suspended_at.is_not(None))


def _towns(condition: ColumnElement[bool]) -> list[FoundTown]:
    rows = db.session.execute(
        select(
            Town.ags, Town.name, Town.kreis_name, Town.land, Town.joined_on, Town.suspended_at, Town.gone_on
        )
        .where(condition)
        .order_by(Town.sort_key, Town.ags)
    )
    return [
        FoundTown(ags, name, kreis_name, land, joined_on, suspended_at is not None, gone_on)
        for ags, name, kreis_name, land, joined_on, suspended_at, gone_on in rows
    ]


def _person(account: Account, refusal: Refusal | None) -> FoundPerson:
    return FoundPerson(
        account_id=account.id,
        name=f"{account.first_name} {account.last_name}".strip(),
        email=account.email,
        is_operator=account.is_operator,
        is_confirmed=account.confirmed_at is not None,
        seen_on=account.seen_on,
        access=tuple(FoundAccess(m.town.ags, m.town.name, m.role, m.state) for m in account.memberships),
        refusal=refusal,
    )
