"""The operator's desk of letters: how far the month is, what comes when, the usual day, a test letter."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, update

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest import due
from kleinstadt_net.digest.due import Timetable
from kleinstadt_net.models import Account, DigestIssue, Installation, Letter
from kleinstadt_net.services import audit, digest_letter, digest_people, digests, letters, sending
from kleinstadt_net.services.digests import Forecast
from kleinstadt_net.services.sending import Halt


@dataclass(frozen=True)
class Progress:
    """How far the letters of a month are; ``open``: people who are still to be written to, or passed over."""

    month: str
    open: int
    waiting: int
    unknown: int
    sent: int
    failed: int
    kept: int
    nothing_new: int

    @property
    def written(self) -> int:
        return self.waiting + self.unknown + self.finished

    @property
    def finished(self) -> int:
        """Letters that need no more work of ours."""
        return self.sent + self.failed + self.kept


@dataclass(frozen=True)
class Desk:
    """What the operator sees of the letters; ``waiting`` and ``failed`` count those of every kind."""

    progress: Progress
    forecast: tuple[Forecast, ...]
    usual: Timetable
    halt: Halt | None
    waiting: int
    failed: int


def desk(now: datetime) -> Desk:
    """Everything at one glance; the number of queries depends neither on letters nor on people."""
    states, coming = Counter(letters.counts()), tuple(digests.forecast(now))
    return Desk(
        progress=_progress(due.month_of(now), coming),
        forecast=coming,
        usual=digest_people.usual_timetable(),
        halt=sending.halted(),
        waiting=states["pending"] + states["claimed"] + states["unknown"],
        failed=states["failed"],
    )


def set_usual(account_id: int, usual: Timetable) -> None:
    """When the Monatsbrief opens for whoever chose nothing; commits.

    Nobody gets a second letter by it: the month is done for whoever has had hers.
    """
    begin_writing(db.session)
    db.session.execute(update(Installation).values(digest_weekday=usual.weekday, digest_hour=usual.hour))
    audit.record("digest.opening_set", account_id=account_id, weekday=usual.weekday, hour=usual.hour)
    db.session.commit()


def post_test(account_id: int) -> None:
    """A test letter to the operator herself, through the outbox like every other; commits."""
    address = db.session.scalars(select(Account.email).where(Account.id == account_id)).one()
    letters.post_test_letter(address)


def _progress(month: str, coming: Sequence[Forecast]) -> Progress:
    states = _counts(
        select(Letter.state, func.count())
        .where(Letter.kind == digest_letter.KIND, Letter.period == month)
        .group_by(Letter.state)
    )
    outcomes = _counts(
        select(DigestIssue.outcome, func.count())
        .where(DigestIssue.period == month)
        .group_by(DigestIssue.outcome)
    )
    return Progress(
        month=month,
        open=sum(row.people for row in coming if due.month_of(row.opens_at) == month),
        waiting=states["pending"] + states["claimed"],
        unknown=states["unknown"],
        sent=states["sent"],
        failed=states["failed"],
        kept=states["kept"],
        nothing_new=outcomes[digest_people.NOTHING_NEW],
    )


def _counts(query: Select[str, int]) -> Counter[str]:
    return Counter(dict(db.session.execute(query).all()))
