"""Reports as the operator works on them: the queue, and one report with the content as it is now."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, func, select, update

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import QuestionAnswer, Report, Town
from kleinstadt_net.services import audit, reported_objects, sections, stances
from kleinstadt_net.services.report_letters import reference
from kleinstadt_net.services.report_rules import ANSWER, MAY_BE_ANONYMOUS, QUESTION
from kleinstadt_net.services.reported_objects import Reported
from kleinstadt_net.services.reports import OPEN, WAITING
from kleinstadt_net.services.sections import SectionRow
from kleinstadt_net.services.stances import StanceRow


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue; ``since`` is when what waits, or what was decided last, came about."""

    report_id: int
    reference: str
    state: str
    reason: str
    outcome: str | None
    path: str
    target_kind: str | None
    town_name: str | None
    since: datetime


@dataclass(frozen=True)
class ReportedTown:
    """The town a report concerns; with everything it says at this moment where that is what was reported."""

    town_id: int
    ags: str
    slug: str
    name: str
    suspended_at: datetime | None
    statements: tuple[StanceRow, ...]
    sections: tuple[SectionRow, ...] = ()


@dataclass(frozen=True)
class ReportFile:
    """A report with all an operator needs to decide it.

    ``target`` is the object it is about, as long as there is something to decide; None where that is a page
    (``target_kind`` is None), or gone.
    """

    report_id: int
    reference: str
    state: str
    path: str
    subject: str | None
    target_kind: str | None
    reason: str
    explanation: str
    reporter_name: str
    reporter_email: str | None
    created_at: datetime
    outcome: str | None
    outcome_reason: str | None
    decided_at: datetime | None
    complaint: str | None
    complained_at: datetime | None
    final_outcome: str | None
    final_reason: str | None
    closed_at: datetime | None
    town: ReportedTown | None
    target: Reported | None

    @property
    def is_gone(self) -> bool:
        """Whether the object to decide about is there no longer."""
        return self.waits and self.target_kind is not None and self.target is None

    @property
    def hides_town(self) -> bool:
        """Whether whoever reported may not learn whose content it is, or it is gone and might be of that kind."""
        if self.target is not None:
            return self.target.is_anonymous
        return self.is_gone and self.target_kind in MAY_BE_ANONYMOUS

    @property
    def waits(self) -> bool:
        return self.state in WAITING


def waiting() -> list[QueueRow]:
    """What waits for a decision, the oldest first."""
    rows = _rows().where(Report.state.in_(WAITING)).order_by(Report.created_at, Report.id)
    return [_queue_row(*row) for row in db.session.execute(rows)]


def settled(*, limit: int, offset: int = 0) -> list[QueueRow]:
    """What is decided, the latest first."""
    rows = _rows().where(Report.state.not_in(WAITING)).order_by(Report.decided_at.desc(), Report.id.desc())
    return [_queue_row(*row) for row in db.session.execute(rows.limit(limit).offset(offset))]


def count_waiting() -> int:
    """How many reports and complaints wait for a decision."""
    return _count(waits=True)


def count_settled() -> int:
    """How many are decided."""
    return _count(waits=False)


def find(report_id: int) -> ReportFile | None:
    """One report with what it is about as it is now."""
    report = db.session.get(Report, report_id)
    if report is None:
        return None
    target = reported_objects.of_report(report) if report.state in WAITING else None
    town_id = target.town_id if target is not None else report.town_id
    given = {name: getattr(report, name) for name in ReportFile.__dataclass_fields__ if name in _COLUMNS}
    return ReportFile(
        report_id=report.id,
        reference=reference(report.id),
        town=_town(town_id, with_content=report.target_kind is None),
        target=target,
        **given,
    )


def assign_town(report_id: int, ags: str, by_account_id: int) -> bool:
    """Say which town a report concerns whose page shows many; False for no such town or nothing waiting."""
    begin_writing(db.session)
    town_id = db.session.scalar(select(Town.id).where(Town.ags == ags))
    changed = (
        town_id
        and db.session.execute(
            update(Report)
            .where(
                Report.id == report_id,
                Report.town_id.is_(None),
                Report.target_kind.is_(None),
                Report.state.in_(WAITING),
            )
            .values(town_id=town_id)
            .returning(Report.id)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
    )
    if not changed:
        db.session.rollback()
        return False
    audit.record("report.assigned", account_id=by_account_id, report=report_id)
    db.session.commit()
    return True


def narrow(report_id: int, answer_id: int, by_account_id: int) -> bool:
    """Say that a report about a question means one of its answers; False for none of them or nothing undecided."""
    begin_writing(db.session)
    report = db.session.scalar(
        select(Report)
        .where(Report.id == report_id, Report.state == OPEN, Report.target_kind == QUESTION)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    answer = db.session.get(QuestionAnswer, answer_id)
    if report is None or answer is None or answer.question_id != report.target_id:
        db.session.rollback()
        return False
    report.target_kind, report.target_id, report.town_id = ANSWER, answer.id, answer.town_id
    audit.record("report.narrowed", account_id=by_account_id, report=report_id)
    db.session.commit()
    return True


_COLUMNS = frozenset(column.key for column in Report.__table__.columns)


def _rows() -> Select[Report, str]:
    return select(Report, Town.name).outerjoin(Town, Town.id == Report.town_id)


def _count(*, waits: bool) -> int:
    which = Report.state.in_(WAITING) if waits else Report.state.not_in(WAITING)
    return db.session.scalar(select(func.count()).select_from(Report).where(which)) or 0


def _queue_row(report: Report, town_name: str | None) -> QueueRow:
    return QueueRow(
        report_id=report.id,
        reference=reference(report.id),
        state=report.state,
        reason=report.reason,
        outcome=report.final_outcome or report.outcome,
        path=report.path,
        target_kind=report.target_kind,
        town_name=town_name,
        since=report.closed_at or report.complained_at or report.decided_at or report.created_at,
    )


def _town(town_id: int | None, *, with_content: bool) -> ReportedTown | None:
    town = db.session.get(Town, town_id) if town_id is not None else None
    if town is None:
        return None
    known = ReportedTown(town.id, town.ags, town.slug, town.name, town.suspended_at, ())
    if not with_content:
        return known
    told = tuple(sections.of_town(town.id, verified=True).values())
    return replace(known, statements=stances.sheet(town.id).given, sections=told)
