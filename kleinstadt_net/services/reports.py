"""Content somebody reports, and the one complaint against the decision about it (DSA, articles 16 and 20).

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
from kleinstadt_net.services import audit, links, report_letters, report_targets, throttle
from kleinstadt_net.services.accounts import AccountError, normalised_address
from kleinstadt_net.services.directory_filters import VISITOR, Reader
from kleinstadt_net.services.report_rules import Target, outcome_for_reporter
from kleinstadt_net.services.reported_objects import Reported
from kleinstadt_net.vocabulary import REPORT_REASONS, SUBJECTS

OPEN, DECIDED, COMPLAINED, CLOSED = "open", "decided", "complained", "closed"
WAITING = (OPEN, COMPLAINED)

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
