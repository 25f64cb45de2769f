"""The operator's desk of letters: what goes out when, how far the month is, halting and resuming all sending."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, update

from kleinstadt_net import clock, territory
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest import due
from kleinstadt_net.models import Account, DigestIssue, Installation, Letter
from kleinstadt_net.services import audit, digest_letter, digest_people, digests


@dataclass(frozen=True)
class Opening:
    """From when on the letters of how many people go out; ``land`` where that Land alone has its own day."""

    opens_at: datetime
    land: str | None
    people: int


@dataclass(frozen=True)
class Progress:
    """How far the letters of a month are, in letters; ``open`` people are still to be written to."""

    month: str
    open: int
    waiting: int
    sent: int
    failed: int
    unknown: int
    kept: int
    nothing_new: int
    pause_asked: int

    @property
    def written(self) -> int:
        return self.waiting + self.sent + self.failed + self.unknown + self.kept

    @property
    def done(self) -> int:
        """Letters that need no more work, so that they can be held against all of them."""
        return self.sent + self.failed + self.kept


@dataclass(frozen=True)
class Sending:
    """Whether letters leave at all (``paused_at``, and who halted them), and when the Monatsbrief opens."""

    paused_at: datetime | None
    paused_by: str
    weekday: int
    hour: int


def forecast(now: datetime) -> list[Opening]:
    """When the letters go out that are still to be written: this month's and the next one's, earliest first."""
    local = now.astimezone(territory.TIME_ZONE)
    found: Counter[tuple[datetime, str]] = Counter()
    for month in (local.strftime("%Y-%m"), _month_after(local)):
        for reader in digest_people.readers(digest_people.candidates(month, local.date())):
            land = reader.town.land
            found[due.opening(month, digests.holidays(land, month)), land] += 1
    return list(_openings(found))


def _openings(found: Mapping[tuple[datetime, str], int]) -> Iterator[Opening]:
    """One row for each moment; a Land is named where its holidays move the day."""
    for moment in sorted({moment for moment, _ in found}):
        usual = due.usual_day(f"{moment:%Y-%m}") == moment.date()
        lands = sorted(land for at, land in found if at == moment)
        if usual:
            yield Opening(moment, None, sum(found[moment, land] for land in lands))
        else:
            yield from (Opening(moment, land, found[moment, land]) for land in lands)


def _month_after(local: datetime) -> str:
    return f"{local.year + local.month // 12}-{local.month % 12 + 1:02d}"


def progress(now: datetime) -> Progress:
    """How far the letters of the present month are."""
    local = now.astimezone(territory.TIME_ZONE)
    month = local.strftime("%Y-%m")
    letters = _counts(
        select(Letter.state, func.count())
        .where(Letter.kind == digest_letter.KIND, Letter.period == month)
        .group_by(Letter.state)
    )
    issues = _counts(
        select(DigestIssue.outcome, func.count())
        .where(DigestIssue.period == month)
        .group_by(DigestIssue.outcome)
    )
    return Progress(
        month=month,
        open=len(digest_people.candidates(month, local.date())),
        waiting=letters["pending"] + letters["claimed"],
        sent=letters["sent"],
        failed=letters["failed"],
        unknown=letters["unknown"],
        kept=letters["kept"],
        nothing_new=issues["nothing_new"],
        pause_asked=issues["pause_asked"],
    )


def sending() -> Sending:
    """How letters are sent at present."""
    row, name = db.session.execute(
        select(Installation, func.trim(Account.first_name + " " + Account.last_name)).outerjoin(
            Account, Account.id == Installation.sending_paused_by_id
        )
    ).one()
    return Sending(
        row.sending_paused_at,
        name or "",
        due.USUAL.weekday if row.digest_weekday is None else row.digest_weekday,
        due.OPENS_AT if row.digest_hour is None else row.digest_hour,
    )


def halt(account_id: int) -> bool:
    """Let no letter leave until ``resume``; False where that was so already. Commits."""
    begin_writing(db.session)
    halted = db.session.execute(
        update(Installation)
        .where(Installation.sending_paused_at.is_(None))
        .values(sending_paused_at=clock.now(), sending_paused_by_id=account_id)
        .returning(Installation.id)
    ).all()
    if halted:
        audit.record("letter.halted", account_id=account_id)
    db.session.commit()
    return bool(halted)


def resume(account_id: int) -> bool:
    """Let letters leave again; False where they did. Commits."""
    begin_writing(db.session)
    resumed = db.session.execute(
        update(Installation)
        .where(Installation.sending_paused_at.is_not(None))
        .values(sending_paused_at=None, sending_paused_by_id=None)
        .returning(Installation.id)
    ).all()
    if resumed:
        audit.record("letter.resumed", account_id=account_id)
    db.session.commit()
    return bool(resumed)


def set_opening(account_id: int, weekday: int, hour: int) -> None:
    """When the Monatsbrief opens for whoever chose nothing: this weekday (Monday is 0), this hour. Commits."""
    begin_writing(db.session)
    db.session.execute(update(Installation).values(digest_weekday=weekday, digest_hour=hour))
    audit.record("digest.opening_set", account_id=account_id, weekday=weekday, hour=hour)
    db.session.commit()


def _counts(query: Select[str, int]) -> Counter[str]:
    return Counter(dict(db.session.execute(query).all()))
