"""Accounts nobody uses any more: three warnings in half a year, then the person is deleted.

A sign of life is signing in, answering by a link from a letter, or "Ich bin noch dabei". A town's last lead is never
deleted by time alone: the operator gets a task, because the town would be left without anybody.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update

from kleinstadt_net import clock, formats
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account
from kleinstadt_net.services import correspondence, erasure, links, operator_tasks, urls
from kleinstadt_net.territory import TIME_ZONE

# Two years cover an illness, a leave and half a term of office.
INACTIVE_AFTER = timedelta(days=730)
# Days to wait after each warning; together half a year.
WAITS = (timedelta(days=91), timedelta(days=61), timedelta(days=31))
PURPOSE = "still_here"
STILL_HERE_PATH = "/dabei/{token}"

_IN_SILENCE = {"synchronize_session": False}


@dataclass(frozen=True)
class Outcome:
    """What a run did."""

    warned: int
    erased: int
    left_to_operator: int

    @property
    def total(self) -> int:
        return self.warned + self.erased + self.left_to_operator


def run(now: datetime) -> Outcome:
    """Warn, delete or ask the operator, whatever is due on this day; doing it twice does nothing more. Commits."""
    today = now.astimezone(TIME_ZONE).date()
    begin_writing(db.session)
    _forget_warnings_of_active()
    counted = {"warned": 0, "erased": 0, "operator": 0}
    for account in db.session.scalars(select(Account).where(_is_inactive(now)).order_by(Account.id)).all():
        done = _next_step(account, today)
        if done:
            counted[done] += 1
    db.session.commit()
    return Outcome(counted["warned"], counted["erased"], counted["operator"])


def find(token: str) -> str | None:
    """The name of whom the link of a warning was sent to, None where it does not hold; reads only."""
    link = links.find(token, PURPOSE)
    account = db.session.get(Account, link.account_id) if link else None
    return None if account is None else f"{account.first_name} {account.last_name}".strip() or account.email


def keep(token: str) -> bool:
    """The answer "Ich bin noch dabei": the account stays; False where the link does not hold."""
    begin_writing(db.session)
    link = links.find(token, PURPOSE)
    if link is None or not links.consume(link):
        db.session.rollback()
        return False
    note_sign_of_life(link.account_id)
    db.session.commit()
    return True


def note_sign_of_life(account_id: int) -> None:
    """The person did something herself, today; in the running transaction."""
    db.session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(seen_on=clock.today(), inactivity_warnings=0, inactivity_warned_on=None),
        execution_options=_IN_SILENCE,
    )


def _is_inactive(now: datetime) -> ColumnElement[bool]:
    """Confirmed people, not operators, who showed no sign of life for too long; some never showed one."""
    since = now - INACTIVE_AFTER
    never = and_(Account.seen_on.is_(None), Account.created_at <= since)
    return and_(
        Account.confirmed_at.is_not(None), ~Account.is_operator, or_(Account.seen_on <= since.date(), never)
    )


def _forget_warnings_of_active() -> None:
    """Whoever came back after a warning, be it on the same day, starts anew."""
    db.session.execute(
        update(Account)
        .where(Account.inactivity_warnings > 0, Account.seen_on >= Account.inactivity_warned_on)
        .values(inactivity_warnings=0, inactivity_warned_on=None),
        execution_options=_IN_SILENCE,
    )


def _next_step(account: Account, today: date) -> str | None:
    given, last = account.inactivity_warnings, account.inactivity_warned_on
    if given and last is not None and today < last + WAITS[given - 1]:
        return None
    if given < len(WAITS):
        _warn(account, today)
        return "warned"
    alone = erasure.towns_left_alone(account.id)
    for town_id in alone:
        operator_tasks.add(operator_tasks.LAST_LEAD_INACTIVE, account_id=account.id, town_id=town_id)
    if alone:
        # Asked again after another while, should the operator tick the task off without a decision.
        account.inactivity_warned_on = today
        return "operator"
    erasure.remove(account.id, erasure.INACTIVE)
    return "erased"


def _warn(account: Account, today: date) -> None:
    remaining = sum(WAITS[account.inactivity_warnings :], timedelta())
    token = links.create(PURPOSE, account.id, days=remaining.days)
    account.inactivity_warnings += 1
    account.inactivity_warned_on = today
    correspondence.write(
        "inactivity_warning",
        account,
        key=f"{account.id}:{today}:{account.inactivity_warnings}",
        context={
            "erased_on": formats.long_day(today + remaining),
            "is_last": account.inactivity_warnings == len(WAITS),
            "alone_for": " und ".join(erasure.names_of_towns_left_alone(account.id)),
            "keep_url": urls.absolute(STILL_HERE_PATH.format(token=token)),
        },
    )
