"""Reports as the operator works on them: the queue, and one report with the content as it is now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, update

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Report, Town
from kleinstadt_net.services import audit, sections, stances
from kleinstadt_net.services.report_letters import reference
from kleinstadt_net.services.reports import WAITING
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
    town_name: str | None
    since: datetime


@dataclass(frozen=True)
class ReportedTown:
    """The town a report concerns, with everything it says at this moment."""

    town_id: int
    ags: str
    slug: str
    name: str
    suspended_at: datetime | None
    statements: tuple[StanceRow, ...]
    sections: tuple[SectionRow, ...] = ()


@dataclass(frozen=True)
class ReportFile:
    """A report with all an operator needs to decide it."""

    report_id: int
    reference: str
    state: str
    path: str
    subject: str | None
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
    """One report with the town's content as it is now."""
    report = db.session.get(Report, report_id)
    if report is None:
        return None
    given = {name: getattr(report, name) for name in ReportFile.__dataclass_fields__ if name in _COLUMNS}
    return ReportFile(
        report_id=report.id, reference=reference(report.id), town=_town(report.town_id), **given
    )


def assign_town(report_id: int, ags: str, by_account_id: int) -> bool:
    """Say which town a report concerns whose page shows many; False for no such town or nothing waiting."""
    begin_writing(db.session)
    town_id = db.session.scalar(select(Town.id).where(Town.ags == ags))
    changed = (
        town_id
        and db.session.execute(
            update(Report)
            .where(Report.id == report_id, Report.town_id.is_(None), Report.state.in_(WAITING))
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
        town_name=town_name,
        since=report.closed_at or report.complained_at or report.decided_at or report.created_at,
    )


def _town(town_id: int | None) -> ReportedTown | None:
    town = db.session.get(Town, town_id) if town_id is not None else None
    if town is None:
        return None
    statements = stances.sheet(town.id).given
    told = tuple(sections.of_town(town.id, verified=True).values())
    return ReportedTown(town.id, town.ags, town.slug, town.name, town.suspended_at, statements, told)
