"""What reporter, town and operators are told about a report.

To an address somebody merely typed goes nothing that somebody typed: neither name nor explanation, so that the
acknowledgement cannot carry a stranger's text to a third person.
"""

from sqlalchemy import select

from kleinstadt_net import clock, formats, settings
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Report, Town
from kleinstadt_net.services import correspondence, links, moderation, urls
from kleinstadt_net.services.moderation import Removed
from kleinstadt_net.services.report_rules import KEPT, TOWN_SUSPENDED, outcome_for_reporter
from kleinstadt_net.vocabulary import REPORT_OUTCOMES, REPORT_TARGETS, SUBJECTS

# Six months, as article 20 asks for.
COMPLAINT_DAYS = 183
TOWN_PURPOSE = "report_town"
REPORTER_PATH = "/meldung/{token}"
TOWN_PATH = "/meldung/stadt/{token}"
QUEUE_PATH = "/betrieb/meldungen"


def reference(report_id: int) -> str:
    """How a report is named to people."""
    return f"M-{report_id}"


def acknowledge(report: Report) -> None:
    """To the reporter: it arrived, and where its state can be seen."""
    if report.reporter_email is None:
        return
    correspondence.write_to_address(
        "report_received",
        report.reporter_email,
        key=str(report.id),
        context={
            "reference": reference(report.id),
            "page_url": urls.absolute(report.path),
            "about": REPORT_TARGETS.get(report.target_kind or "", ""),
            "received_on": formats.long_day(report.created_at),
            "state_url": urls.absolute(REPORTER_PATH.format(token=report.token)),
        },
    )


def tell_operators() -> None:
    """To each operator, once a day at most: a report or a complaint waits."""
    today = clock.today()
    for operator in db.session.scalars(select(Account).where(Account.is_operator).order_by(Account.id)):
        correspondence.write(
            "report_waiting",
            operator,
            key=f"{operator.id}:{today}",
            context={"queue_url": urls.absolute(QUEUE_PATH)},
        )


def tell_reporter(report: Report) -> None:
    """To the reporter, where she left an address: the decision, its reasons, and the way to complain."""
    if report.reporter_email is None:
        return
    correspondence.write_to_address(
        "report_decided",
        report.reporter_email,
        key=f"{report.id}:{report.state}",
        context={
            **_decision(report, for_reporter=True),
            "page_url": urls.absolute(report.path),
            "about": REPORT_TARGETS.get(report.target_kind or "", ""),
            "state_url": urls.absolute(REPORTER_PATH.format(token=report.token)),
        },
    )


def tell_town(report: Report, removed: Removed | None) -> None:
    """To the town's leads: what was restricted, why, and how to complain (article 17).

    A report that changed nothing for the town is not put on its mind.
    """
    if report.town_id is None or not _restricts(report):
        return
    town = db.session.get_one(Town, report.town_id)
    for lead in moderation.people_of(town.id, leads_only=True):
        token = links.create(TOWN_PURPOSE, lead.id, days=COMPLAINT_DAYS, target_id=report.id)
        correspondence.write(
            "report_decided_town",
            lead,
            key=f"{report.id}:{report.state}:{lead.id}",
            context={
                **_decision(report),
                **_removed(removed),
                "town": town.name,
                "before": report.outcome if report.final_outcome else None,
                "target_kind": report.target_kind,
                "phone": settings.current().operator_phone,
                "state_url": urls.absolute(TOWN_PATH.format(token=token)),
            },
        )


def _restricts(report: Report) -> bool:
    """Whether anything was done to the town; that an object was gone already is no restriction."""
    outcomes = {report.outcome, report.final_outcome}
    if report.target_kind is None:
        return bool(outcomes - {KEPT, None})
    return TOWN_SUSPENDED in outcomes or report.removed_stamp is not None


def _decision(report: Report, *, for_reporter: bool = False) -> dict[str, object]:
    outcome = report.final_outcome or report.outcome or ""
    if for_reporter:
        outcome = outcome_for_reporter(report.target_kind, outcome)
    return {
        "reference": reference(report.id),
        "outcome": outcome,
        "outcome_title": REPORT_OUTCOMES[outcome],
        "decision_reason": report.final_reason or report.outcome_reason or "",
        "is_final": report.final_outcome is not None,
        "received_on": formats.long_day(report.created_at),
    }


def _removed(removed: Removed | None) -> dict[str, object]:
    if removed is None:
        return {
            "removed_kind": None,
            "removed_subject": None,
            "removed_state": None,
            "removed_sentence": None,
            "removed_whole": False,
            "removed_attachments": (),
        }
    return {
        "removed_kind": removed.kind,
        "removed_subject": SUBJECTS[removed.subject].title if removed.subject else None,
        "removed_state": removed.title,
        "removed_sentence": removed.sentence,
        "removed_whole": removed.whole,
        "removed_attachments": removed.attachments,
    }
