"""Who reads the Monatsbrief: whose letter of a month is still to be written, for which town, and what she knows."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, select

from kleinstadt_net.database import db
from kleinstadt_net.digest.due import Consent
from kleinstadt_net.models import Account, DigestIssue, DigestItem, Membership, Subscription, Town


@dataclass(frozen=True)
class HomeTown:
    """The town a person receives her letter for; ``land`` is the Land's key."""

    town_id: int
    ags: str
    slug: str
    name: str
    land: str
    lat: float | None
    lon: float | None


@dataclass(frozen=True)
class Reader:
    """A person with her subscription and home town; ``token`` is the subscription's."""

    account_id: int
    email: str
    first_name: str
    last_name: str
    salutation: str
    token: str
    consent: Consent
    town: HomeTown


def candidates(month: str, today: date) -> list[int]:
    """Accounts that want a letter and whose month is not done yet."""
    done = exists().where(DigestIssue.account_id == Subscription.account_id, DigestIssue.period == month)
    wanted = select(Subscription.account_id).where(
        Subscription.frequency == "monthly",
        Subscription.consent_at.is_not(None),
        Subscription.paused_until.is_(None) | (Subscription.paused_until < today),
        ~done,
    )
    return list(db.session.scalars(wanted.order_by(Subscription.account_id)))


def readers(account_ids: Collection[int]) -> list[Reader]:
    """Those of the accounts that may read on behalf of a town, each with her home town.

    A person whose town is not confirmed, suspended or gone is nobody's reader: the letter names needs.
    """
    rows = db.session.execute(
        select(Account, Subscription, Town)
        .join(Subscription, Subscription.account_id == Account.id)
        .join(Membership, Membership.account_id == Account.id)
        .join(Town, Town.id == Membership.town_id)
        .where(
            Account.id.in_(account_ids),
            Membership.state == "confirmed",
            *still_there(),
        )
        .order_by(Account.id, Membership.is_home.desc(), Membership.id)
    )
    found: dict[int, Reader] = {}
    for account, subscription, town in rows:
        if account.id not in found:
            found[account.id] = _reader(account, subscription, town)
    return list(found.values())


def told(account_ids: Collection[int]) -> Mapping[int, set[str]]:
    """The keys of everything each account has been told, ever."""
    keys: defaultdict[int, set[str]] = defaultdict(set)
    rows = select(DigestItem.account_id, DigestItem.item_key).where(DigestItem.account_id.in_(account_ids))
    for account_id, key in db.session.execute(rows):
        keys[account_id].add(key)
    return keys


def acts_for(account_id: int, town_id: int) -> bool:
    """Whether the person may still act for the town, which is still there and not suspended."""
    membership = exists().where(
        Membership.account_id == account_id,
        Membership.town_id == town_id,
        Membership.state == "confirmed",
        Town.id == Membership.town_id,
        *still_there(),
    )
    return bool(db.session.scalar(select(membership)))


def still_there() -> tuple[ColumnElement[bool], ...]:
    """What holds of a town that can be written to and about."""
    return Town.suspended_at.is_(None), Town.gone_on.is_(None)


def home_town(town: Town) -> HomeTown:
    """A town as the Monatsbrief knows the home of its reader."""
    return HomeTown(town.id, town.ags, town.slug, town.name, town.land, town.lat, town.lon)


def _reader(account: Account, subscription: Subscription, town: Town) -> Reader:
    return Reader(
        account_id=account.id,
        email=account.email,
        first_name=account.first_name,
        last_name=account.last_name,
        salutation=account.salutation,
        token=subscription.token,
        consent=Consent(
            subscription.frequency,
            subscription.consent_at is not None,
            subscription.paused_until,
        ),
        town=home_town(town),
    )
