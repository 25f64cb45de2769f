"""The operator's decision about a report, and about the complaint against it (DSA, articles 16, 17, 20)."""

from dataclasses import dataclass

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Report
from kleinstadt_net.services import (
    attachments,
    audit,
    moderation,
    report_letters,
    section_moderation,
    target_moderation,
)
from kleinstadt_net.services.moderation import ContentChanged, Removed
from kleinstadt_net.services.report_rules import KEPT, REMOVED, TOWN_SUSPENDED, UPHELD
from kleinstadt_net.services.reports import CLOSED, COMPLAINED, DECIDED, OPEN, WAITING

__all__ = ["KEPT", "REMOVED", "TOWN_SUSPENDED", "UPHELD", "Decision", "decide"]


@dataclass(frozen=True)
class Decision:
    """What the operator decides. ``subject`` and ``version`` name the statement that is removed; ``whole`` is
    False where only its sentence goes. Where it is a section, or of one a single ``part``, ``is_section`` is set.
    Where the report is about one object, ``stamp`` is what she saw of it, empty where it was there no longer.
    ``outcome`` may be "upheld" where a complaint is decided."""

    outcome: str
    reason: str
    subject: str | None = None
    version: int = 0
    whole: bool = True
    is_section: bool = False
    part: str = ""
    stamp: str = ""


def decide(report_id: int, by_account_id: int, decision: Decision) -> bool:
    """Decide a report or the complaint against it, carry it out, and send the reasons to both sides.

    False when nothing waits there (any more) or a restriction names no town. Raises moderation.ContentChanged
    when the content is no longer what the operator saw; then nothing is decided.
    """
    begin_writing(db.session)
    report = db.session.scalar(
        select(Report)
        .where(Report.id == report_id, Report.state.in_(WAITING))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if report is None or not _is_possible(report, decision):
        db.session.rollback()
        return False
    try:
        removed = _carry_out(report, decision, by_account_id)
    except ContentChanged:
        db.session.rollback()
        raise
    _note(report, decision)
    audit.record(
        "report.decided",
        account_id=by_account_id,
        report=report.id,
        outcome=report.final_outcome or report.outcome,
    )
    report_letters.tell_reporter(report)
    report_letters.tell_town(report, removed)
    db.session.commit()
    if removed is not None:
        attachments.delete_files(removed.files)
    return True


def _is_possible(report: Report, decision: Decision) -> bool:
    if decision.outcome == UPHELD:
        return report.state == COMPLAINED
    if decision.outcome == REMOVED and report.target_kind is not None:
        return True
    return decision.outcome == KEPT or report.town_id is not None


def _carry_out(report: Report, decision: Decision, by_account_id: int) -> Removed | None:
    """Do what was decided, and undo a suspension that the decision on the complaint no longer holds up."""
    if decision.outcome == UPHELD:
        return None
    if report.town_id is not None:
        _suspend_or_resume(report, report.town_id, decision, by_account_id)
    if decision.outcome != REMOVED:
        return None
    if report.target_kind is not None:
        return target_moderation.take_out(report, decision.stamp, by_account_id=by_account_id)
    return _take_out_of_town(report, decision, by_account_id)


def _suspend_or_resume(report: Report, town_id: int, decision: Decision, by_account_id: int) -> None:
    # The town's leads read of it in the reasons for the decision, with the way to complain.
    leads = {lead.id for lead in moderation.people_of(town_id, leads_only=True)}
    if decision.outcome == TOWN_SUSPENDED:
        moderation.begin_suspension(town_id, by_account_id, decision.reason, told_otherwise=leads)
    elif report.outcome == TOWN_SUSPENDED:
        moderation.end_suspension(town_id, by_account_id, told_otherwise=leads)


def _take_out_of_town(report: Report, decision: Decision, by_account_id: int) -> Removed:
    town_id, subject = report.town_id or 0, decision.subject or ""
    if decision.is_section:
        return section_moderation.take_out(
            town_id,
            subject,
            decision.version,
            part=decision.part,
            by_account_id=by_account_id,
            report_id=report.id,
        )
    return moderation.take_out(
        town_id,
        subject,
        decision.version,
        whole=decision.whole,
        by_account_id=by_account_id,
        report_id=report.id,
    )


def _note(report: Report, decision: Decision) -> None:
    now = clock.now()
    if report.state == OPEN:
        report.state, report.outcome, report.outcome_reason = DECIDED, decision.outcome, decision.reason
        report.decided_at = now
    else:
        outcome = report.outcome if decision.outcome == UPHELD else decision.outcome
        report.state, report.final_outcome, report.final_reason = CLOSED, outcome, decision.reason
        report.closed_at = now
    db.session.flush()
