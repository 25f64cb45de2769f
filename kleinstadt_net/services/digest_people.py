"""Who reads the Monatsbrief: whose letter of a month is still to be written, for which town, and what she knows."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from kleinstadt_net.database import db
from kleinstadt_net.digest import due
from kleinstadt_net.digest.due import Consent, Timetable
from kleinstadt_net.models import (
    Account,
    DigestIssue,
    DigestItem,
    Installation,
    Letter,
    Membership,
    Subscription,
    Town,
)

WRITTEN, NOTHING_NEW, PAUSE_ASKED = "written", "nothing_new", "pause_asked"


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
    """A person with her subscription and home town; ``token`` is the subscription's.

    ``others`` are the further towns she acts for. ``topics``: the subjects she wishes to read about, None for all.
    Not ``by_mail``: she reads it on the web.
    """

    account_id: int
    email: str
    first_name: str
    last_name: str
    salutation: str
    token: str
    consent: Consent
    town: HomeTown
    others: tuple[HomeTown, ...] = ()
    timetable: Timetable = due.USUAL
    topics: frozenset[str] | None = None
    by_mail: bool = True


def candidates(month: str, today: date) -> list[int]:
    """Accounts that want a letter and whose month is not done yet."""
    is_awake = Subscription.paused_until.is_(None) | (Subscription.paused_until < today)
    wanted = select(Subscription.account_id).where(*open_in(month), is_awake)
    return list(db.session.scalars(wanted.order_by(Subscription.account_id)))


def open_in(month: str) -> tuple[ColumnElement[bool], ...]:
    """What holds of a subscription whose letter of a month is still to be written, paused or not.

    A clock that was put back over the end of a month must not bring its letter after that of the next one.
    """
    issue = exists().where(DigestIssue.account_id == Subscription.account_id)
    done = issue.where(DigestIssue.period.in_((month, due.month_after(month))))
    had = issue.where(
        DigestIssue.period.in_(due.quarter_of(month)), DigestIssue.outcome.in_((WRITTEN, PAUSE_ASKED))
    )
    return (
        (Subscription.frequency == due.MONTHLY) | ((Subscription.frequency == due.QUARTERLY) & ~had),
        Subscription.consent_at.is_not(None),
        ~done,
    )


def readers(account_ids: Collection[int]) -> list[Reader]:
    """Those of the accounts that may read on behalf of a town, each with her home town.

    A person whose town is not confirmed, suspended or gone is nobody's reader: the letter names needs.
    """
    usual = usual_timetable()
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
    people: dict[int, tuple[Account, Subscription]] = {}
    towns: defaultdict[int, list[HomeTown]] = defaultdict(list)
    for account, subscription, town in rows:
        people[account.id] = account, subscription
        towns[account.id].append(home_town(town))
    return [_reader(*person, towns[account_id], usual) for account_id, person in people.items()]


def usual_timetable() -> Timetable:
    """When the issue opens for whoever chose nothing herself: as the operator has set it."""
    row = db.session.execute(select(Installation.digest_weekday, Installation.digest_hour)).one()
    return timetable(row.digest_weekday, row.digest_hour, due.USUAL)


def timetable(weekday: int | None, hour: int | None, usual: Timetable) -> Timetable:
    """What somebody chose, and the usual where she did not."""
    return Timetable(usual.weekday if weekday is None else weekday, usual.hour if hour is None else hour)


def told(account_ids: Collection[int]) -> Mapping[int, set[str]]:
    """The keys of everything each account has been told, ever; what stood in a letter that never came is untold."""
    keys: defaultdict[int, set[str]] = defaultdict(set)
    rows = (
        select(DigestItem.account_id, DigestItem.item_key)
        .outerjoin(Letter, Letter.id == DigestItem.letter_id)
        .where(DigestItem.account_id.in_(account_ids), func.coalesce(Letter.state, "") != "failed")
    )
    for account_id, key in db.session.execute(rows):
        keys[account_id].add(key)
    return keys


def to_be_asked(account_ids: Collection[int]) -> set[int]:
    """Those of the accounts whose months have been silent for so long that a letter asks whether to pause.

    Counted since her last real letter, and since she ordered the letter or came back to it; who was asked once is
    asked again only after one of these.
    """
    later = aliased(DigestIssue)
    followed = exists().where(
        later.account_id == DigestIssue.account_id,
        later.outcome == WRITTEN,
        later.period > DigestIssue.period,
    )
    since = (
        select(DigestIssue.account_id, DigestIssue.outcome)
        .join(Subscription, Subscription.account_id == DigestIssue.account_id)
        .where(
            DigestIssue.account_id.in_(account_ids),
            DigestIssue.outcome != WRITTEN,
            DigestIssue.at >= Subscription.consent_at,
            ~followed,
        )
    )
    outcomes: defaultdict[int, list[str]] = defaultdict(list)
    for account_id, outcome in db.session.execute(since):
        outcomes[account_id].append(outcome)
    return {
        account_id
        for account_id, silent in outcomes.items()
        if len(silent) >= due.SILENT_MONTHS and PAUSE_ASKED not in silent
    }


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


def _reader(
    account: Account, subscription: Subscription, towns: Sequence[HomeTown], usual: Timetable
) -> Reader:
    home, *others = towns
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
        town=home,
        others=tuple(others),
        timetable=timetable(subscription.weekday, subscription.hour, usual),
        topics=None if subscription.topics is None else frozenset(subscription.topics),
        by_mail=subscription.by_mail,
    )
