"""What the operator's desk shows: what waits for her, missing settings, letters, jobs that did not come by."""

from dataclasses import dataclass
from datetime import date

import structlog
from sqlalchemy import Select, func, select
from sqlalchemy.exc import DBAPIError

from kleinstadt_net import clock, settings
from kleinstadt_net.database import db
from kleinstadt_net.models import Letter, Membership, OperatorAlert, RegisterImport, Subscription
from kleinstadt_net.services import job_runs, network_members, operator_tasks, report_desk, verification_desk
from kleinstadt_net.services.job_runs import OverdueJob
from kleinstadt_net.services.network_members import Waiting
from kleinstadt_net.services.operator_tasks import Task

IMPRINT_SETTINGS = (
    "operator_name",
    "operator_address",
    "operator_email",
    "operator_phone",
    "operator_representative",
    "operator_privacy_contact",
    "operator_supervisory_authority",
    "operator_enforcement_body",
)


@dataclass(frozen=True)
class Desk:
    """What waits for the operator, and the state of the service at one glance."""

    verifications: int
    reports: int
    networks: tuple[Waiting, ...]
    tasks: tuple[Task, ...]
    missing_settings: tuple[str, ...]
    letters: dict[str, int]
    overdue: tuple[OverdueJob, ...]
    alerts: tuple[str, ...]
    subscribers: int
    people: int
    register_status_on: date | None


def desk() -> Desk:
    """Collect what an operator with five minutes needs to know."""
    bound = settings.current()
    states = db.session.execute(select(Letter.state, func.count()).group_by(Letter.state))
    return Desk(
        verifications=verification_desk.count_pending(),
        reports=report_desk.count_waiting(),
        networks=tuple(network_members.waiting_for_operator()),
        tasks=tuple(operator_tasks.open_tasks()),
        missing_settings=tuple(name.upper() for name in IMPRINT_SETTINGS if not getattr(bound, name)),
        letters=dict(states.all()),
        overdue=tuple(job_runs.overdue(clock.now())),
        alerts=tuple(open_alerts()),
        subscribers=_count(
            select(func.count()).select_from(Subscription).where(Subscription.frequency != "off")
        ),
        people=_count(
            select(func.count(Membership.account_id.distinct())).where(Membership.state == "confirmed")
        ),
        register_status_on=db.session.scalar(
            select(func.max(RegisterImport.status_on)).where(RegisterImport.is_history.is_(False))
        ),
    )


def troubles() -> tuple[str, ...]:
    """What a monitoring program is told is wrong, in codes; empty when all is well."""
    try:
        overdue = job_runs.overdue(clock.now())
        return (*(f"job_overdue:{job.name}" for job in overdue), *open_alerts())
    except DBAPIError as error:
        db.session.rollback()
        structlog.get_logger("operations").error("database cannot be asked", reason=type(error.orig).__name__)
        return ("database",)


def open_alerts() -> list[str]:
    """Codes of what is wrong with the letters now; ``services.alerts`` notices and clears them."""
    codes = db.session.scalars(
        select(OperatorAlert.code)
        .where(OperatorAlert.cleared_at.is_(None))
        .group_by(OperatorAlert.code)
        .order_by(func.min(OperatorAlert.id))
    )
    return list(codes)


def _count(query: Select[int]) -> int:
    return db.session.scalar(query) or 0
