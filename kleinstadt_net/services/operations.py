"""What the operator's desk shows: what waits for her, missing settings, letters, jobs that did not come by."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select

from kleinstadt_net import clock, settings
from kleinstadt_net.database import db
from kleinstadt_net.models import Letter, Membership, RegisterImport, Subscription
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


def is_healthy() -> bool:
    """Whether the database answers and every job came by in time."""
    return not job_runs.overdue(clock.now())


def _count(query: Select[int]) -> int:
    return db.session.scalar(query) or 0
