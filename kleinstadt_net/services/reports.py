"""Content somebody reports, the operator's decision, and the one complaint against it (DSA, articles 16, 17, 20).

Whoever reports needs no account. Her link, and each of the town's leads' own one, opens the state of the case and
takes the complaint; neither ever shows who reported or what she wrote, and the reporter's not whose content it is.
The audit entries name the report and not the town, whose leads read theirs: they hear of a report when something
follows from it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail.letters import mailable
from kleinstadt_net.models import Membership, OneTimeLink, Report, Town, TownCode
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import (
    audit,
    links,
    moderation,
    report_letters,
    report_rules,
    report_targets,
    section_moderation,
    throttle,
)
from kleinstadt_net.services.accounts import AccountError, normalised_address
from kleinstadt_net.services.directory_filters import VISITOR, Reader
from kleinstadt_net.services.report_rules import Target, outcome_for_reporter
from kleinstadt_net.services.reported_objects import Reported
from kleinstadt_net.vocabulary import REPORT_REASONS, SUBJECTS

OPEN, DECIDED, COMPLAINED, CLOSED = "open", "decided", "complained", "closed"
WAITING = (OPEN, COMPLAINED)
KEPT, REMOVED, TOWN_SUSPENDED = report_rules.KEPT, report_rules.REMOVED, report_rules.TOWN_SUSPENDED
UPHELD = report_rules.UPHELD

# A town hall shares one address; a letter of acknowledgement must not become a way to pester somebody.
PER_REMOTE = throttle.Limit("report_remote", 10, timedelta(hours=1))
PER_EMAIL = throttle.Limit("report_email", 3, timedelta(days=1))


class BadAddress(ValueError):
    """The e-mail address cannot be written to."""


class UnknownTown(LookupError):
    """The page named is that of a town that does not exist."""


class UnknownTarget(LookupError):
    """There is no such object, or none that the reporter may read."""


class TooManyReports(Exception):
    """From here, or with this e-mail address, there were too many reports lately; nothing was stored."""


@dataclass(frozen=True)
class NewReport:
    """What somebody reports; ``path`` is a path of this service, without what follows a question mark.

    ``target`` is the one object that page shows, or without a path the one she has named by its own link; ``reader``
    says what she may read.
    """

    path: str
    reason: str
    explanation: str
    ags: str | None = None
    subject: str | None = None
    target: Target | None = None
    reader: Reader = VISITOR
    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Decision:
    """What the operator decides. ``subject`` and ``version`` name the statement that is removed; ``whole`` is
    False where only its sentence goes. Where it is a section, or of one a single ``part``, ``is_section`` is set.
    ``outcome`` may be "upheld" where a complaint is decided."""

    outcome: str
    reason: str
    subject: str | None = None
    version: int = 0
    whole: bool = True
    is_section: bool = False
    part: str = ""


@dataclass(frozen=True)
class CaseState:
    """A case as reporter and town may see it; nothing here tells who reported or what she wrote.

    ``town_name`` is for the town itself. ``target_kind`` is one of ``report_rules.KINDS`` or None.
    """

    reference: str
    path: str
    target_kind: str | None
    town_name: str | None
    state: str
    has_address: bool
    created_at: datetime
    outcome: str | None
    outcome_reason: str | None
    decided_at: datetime | None
    complained_at: datetime | None
    final_outcome: str | None
    final_reason: str | None
    closed_at: datetime | None
    takes_complaint: bool


def receive(new: NewReport, remote_address: str) -> str:
    """Store a report, acknowledge it by letter where there is an address, and tell the operators; its token.

    Raises TooManyReports, BadAddress, UnknownTown or UnknownTarget, and ValueError for a reason or subject that does
    not exist.
    """
    if new.reason not in REPORT_REASONS or (new.subject is not None and new.subject not in SUBJECTS):
        raise ValueError(f"no such reason or subject: {new.reason!r}, {new.subject!r}")
    email = _checked(new.email)
    begin_writing(db.session)
    about = _about(new)
    _count(remote_address, email)
    report = Report(
        **about,
        token=new_token(),
        reason=new.reason,
        explanation=new.explanation,
        reporter_name=new.name,
        reporter_email=email,
        state=OPEN,
        created_at=clock.now(),
    )
    db.session.add(report)
    db.session.flush()
    audit.record("report.received", report=report.id)
    report_letters.acknowledge(report)
    report_letters.tell_operators()
    token = report.token
    db.session.commit()
    return token


def find_for_reporter(token: str) -> CaseState | None:
    """The case behind the reporter's link; reads only."""
    report = db.session.scalar(select(Report).where(Report.token == token))
    return _state(report) if report else None


def find_for_town(token: str) -> CaseState | None:
    """The case behind a lead's link, as long as she acts for the town; reads only."""
    report = _report_of_town(token)
    return _state(report, for_town=True) if report else None


def complain_as_reporter(token: str, text: str) -> bool:
    """Ask for the decision to be looked at again; False when that is not possible (any more)."""
    begin_writing(db.session)
    return _complain(db.session.scalar(select(Report).where(Report.token == token)), text, by="reporter")


def complain_as_town(token: str, text: str) -> bool:
    """The same by one of the town's leads; whoever comes first, reporter or town, has the complaint."""
    begin_writing(db.session)
    return _complain(_report_of_town(token), text, by="town")


def decide(report_id: int, by_account_id: int, decision: Decision) -> bool:
    """Decide a report or the complaint against it, carry it out, and send the reasons to both sides.

    False when nothing waits there (any more) or a restriction names no town. Raises moderation.ContentChanged
    when the statement is no longer what the operator saw; then nothing is decided.
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
    except moderation.ContentChanged:
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
    return True


def _checked(email: str) -> str | None:
    if not email:
        return None
    try:
        address = normalised_address(email)
        mailable(address)
    except (AccountError, ValueError) as error:
        raise BadAddress(str(error)) from error
    return address


def _count(remote_address: str, email: str | None) -> None:
    for limit, subject in ((PER_REMOTE, remote_address), (PER_EMAIL, email)):
        if subject is None:
            continue
        if throttle.is_exceeded(limit, subject):
            db.session.rollback()
            raise TooManyReports
        throttle.count(limit, subject)


def _about(new: NewReport) -> dict[str, Any]:
    """What a report is about: one object, else a page and the town it names."""
    found = _target(new)
    if found is None:
        return {"path": new.path, "town_id": _town_id(new.ags), "subject": new.subject}
    return {
        "path": new.path or found.path,
        "town_id": found.town_id,
        "target_kind": found.kind,
        "target_id": found.target.target_id,
    }


def _target(new: NewReport) -> Reported | None:
    if new.target is None:
        return None
    if new.path:
        return report_targets.on_page(new.target, new.reader)
    found = report_targets.readable(new.target, new.reader)
    if found is None:
        db.session.rollback()
        raise UnknownTarget(new.target)
    return found


def _town_id(ags: str | None) -> int | None:
    if ags is None:
        return None
    found = db.session.scalar(select(Town.id).where(Town.ags == ags, Town.hidden_on.is_(None)))
    found = found or db.session.scalar(select(TownCode.town_id).where(TownCode.ags == ags))
    if found is None:
        db.session.rollback()
        raise UnknownTown(ags)
    return found


def _report_of_town(token: str) -> Report | None:
    """The report a lead's link speaks of; of somebody who left the town the link tells nothing."""
    link: OneTimeLink | None = links.find(token, report_letters.TOWN_PURPOSE)
    if link is None:
        return None
    return db.session.scalar(
        select(Report)
        .join(Membership, Membership.town_id == Report.town_id)
        .where(
            Report.id == link.target_id,
            Membership.account_id == link.account_id,
            Membership.state == "confirmed",
        )
    )


def _complain(report: Report | None, text: str, *, by: str) -> bool:
    taken = None
    if report is not None and _takes_complaint(report):
        taken = db.session.execute(
            update(Report)
            .where(Report.id == report.id, Report.state == DECIDED)
            .values(state=COMPLAINED, complaint=text, complained_at=clock.now())
            .returning(Report.id)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
    if report is None or taken is None:
        db.session.rollback()
        return False
    audit.record("report.complained", report=report.id, by=by)
    report_letters.tell_operators()
    db.session.commit()
    return True


def _takes_complaint(report: Report) -> bool:
    period = timedelta(days=report_letters.COMPLAINT_DAYS)
    return (
        report.state == DECIDED and report.decided_at is not None and clock.now() - report.decided_at < period
    )


def _is_possible(report: Report, decision: Decision) -> bool:
    if decision.outcome == UPHELD:
        return report.state == COMPLAINED
    return decision.outcome == KEPT or report.town_id is not None


def _carry_out(report: Report, decision: Decision, by_account_id: int) -> moderation.Removed | None:
    """Do what was decided, and undo a suspension that the decision on the complaint no longer holds up."""
    if decision.outcome == UPHELD or report.town_id is None:
        return None
    # The town's leads read of it in the reasons for the decision, with the way to complain.
    leads = {lead.id for lead in moderation.people_of(report.town_id, leads_only=True)}
    if decision.outcome == TOWN_SUSPENDED:
        moderation.begin_suspension(report.town_id, by_account_id, decision.reason, told_otherwise=leads)
    elif report.outcome == TOWN_SUSPENDED:
        moderation.end_suspension(report.town_id, by_account_id, told_otherwise=leads)
    if decision.outcome != REMOVED:
        return None
    if decision.is_section:
        return section_moderation.take_out(
            report.town_id,
            decision.subject or "",
            decision.version,
            part=decision.part,
            by_account_id=by_account_id,
            report_id=report.id,
        )
    return moderation.take_out(
        report.town_id,
        decision.subject or "",
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


def _state(report: Report, *, for_town: bool = False) -> CaseState:
    def told(outcome: str | None) -> str | None:
        return outcome if for_town or outcome is None else outcome_for_reporter(report.target_kind, outcome)

    return CaseState(
        reference=report_letters.reference(report.id),
        path=report.path,
        target_kind=report.target_kind,
        town_name=report.town.name if for_town and report.town else None,
        state=report.state,
        has_address=report.reporter_email is not None,
        created_at=report.created_at,
        outcome=told(report.outcome),
        outcome_reason=report.outcome_reason,
        decided_at=report.decided_at,
        complained_at=report.complained_at,
        final_outcome=told(report.final_outcome),
        final_reason=report.final_reason,
        closed_at=report.closed_at,
        takes_complaint=_takes_complaint(report),
    )
