"""Letters about events, laid into the outbox in the running transaction: an invitation, a change, the day before."""

from sqlalchemy import select

from kleinstadt_net import formats
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Event, EventRegistration
from kleinstadt_net.services import event_rights, exchange_news
from kleinstadt_net.services.events import CANCELLED, PATH
from kleinstadt_net.vocabulary import SUBJECTS

ANNOUNCED_KIND = "event_announced"


def announced(event: Event, organiser: str) -> None:
    """To the leads of a network's or a circle's towns: what it invites to."""
    by_town: dict[int, list[Account]] = {}
    for town_id, account in event_rights.people(event):
        if account.id != event.account_id:
            by_town.setdefault(town_id, []).append(account)
    for town_id, accounts in by_town.items():
        exchange_news.tell(
            ANNOUNCED_KIND,
            accounts,
            town_id=town_id,
            key=f"{event.id}",
            path=PATH.format(event_id=event.id),
            facts={
                "title": event.title,
                "by": organiser,
                "day": formats.long_day(event.starts_at),
                "time": formats.time_of(event.starts_at),
                "place": event.place,
                "subject": SUBJECTS[event.subject].title if event.subject else "",
            },
        )


def changed(event: Event) -> None:
    """To everybody who comes: another time or place, or it does not take place."""
    _tell("event_changed", event, is_cancelled=event.state == CANCELLED, by_operator=False)


def taken_out(event: Event) -> None:
    """To everybody who comes: the operator has cancelled it. What was written about it is not repeated."""
    _tell("event_changed", event, is_cancelled=True, by_operator=True, title="")


def remind(event: Event) -> int:
    """To everybody who comes, the day before; how many."""
    return _tell("event_reminder", event)


def _tell(kind: str, event: Event, **facts: object) -> int:
    guests = _guests(event)
    for account, town_id in guests:
        exchange_news.tell(
            kind,
            [account],
            town_id=town_id,
            key=f"{event.id}:{event.version}",
            path=PATH.format(event_id=event.id),
            facts={
                "title": event.title,
                "starts_at": event.starts_at,
                "ends_at": event.ends_at,
                "place": event.place,
                "online_link": event.online_link or "",
                **facts,
            },
        )
    return len(guests)


def _guests(event: Event) -> list[tuple[Account, int]]:
    rows = db.session.execute(
        select(Account, EventRegistration.town_id)
        .join(EventRegistration, EventRegistration.account_id == Account.id)
        .where(EventRegistration.event_id == event.id)
        .order_by(Account.id)
    )
    return [(account, town_id) for account, town_id in rows]
