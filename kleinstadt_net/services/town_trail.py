"""The audit trail of one town as its leads read it: who did what in its name, and what the service did to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, AuditEntry, Membership
from kleinstadt_net.services.town_people import name_of
from kleinstadt_net.vocabulary import AUDIT_TITLES

PERSON, OPERATOR, FORMER, NOBODY = "person", "operator", "former", "nobody"
# Nobody did these; they came about by time or by a file.
BY_ITSELF = frozenset({"membership.expired", "register.imported", "register.successions"})


@dataclass(frozen=True)
class Deed:
    """One entry. ``who`` says whose deed it is, ``name`` and ``office`` are hers while her account exists.

    ``concerned`` names the person whose access the deed was about; empty once she is gone.
    """

    at: datetime
    action: str
    who: str
    name: str
    office: str
    concerned: str
    subject: str | None
    state: str | None
    role: str | None

    @property
    def title(self) -> str:
        """The deed in a few words, where no sentence was written for it."""
        return AUDIT_TITLES.get(self.action, self.action)


def count(town_id: int) -> int:
    """How many entries the town has."""
    query = select(func.count()).select_from(AuditEntry).where(AuditEntry.town_id == town_id)
    return db.session.scalar(query) or 0


def deeds(town_id: int, *, limit: int, offset: int = 0) -> list[Deed]:
    """The town's entries, the latest first."""
    rows: Sequence[tuple[AuditEntry, Account | None, Membership | None]] = db.session.execute(
        select(AuditEntry, Account, Membership)
        .outerjoin(Account, Account.id == AuditEntry.account_id)
        .outerjoin(
            Membership,
            (Membership.account_id == AuditEntry.account_id) & (Membership.town_id == AuditEntry.town_id),
        )
        .where(AuditEntry.town_id == town_id)
        .order_by(AuditEntry.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    names = _names(town_id, (entry.detail.get("membership") for entry, _, _ in rows))
    return [_deed(entry, account, membership, names) for entry, account, membership in rows]


def _names(town_id: int, membership_ids: Iterable[int | None]) -> dict[int, str]:
    wanted = {number for number in membership_ids if number is not None}
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Membership.id, Account)
        .join(Membership.account)
        .where(Membership.town_id == town_id, Membership.id.in_(wanted))
    )
    return {number: name_of(account) for number, account in rows}


def _deed(
    entry: AuditEntry, account: Account | None, membership: Membership | None, names: dict[int, str]
) -> Deed:
    detail = entry.detail
    return Deed(
        at=entry.at,
        action=entry.action,
        who=_who(entry, account, membership),
        name=name_of(account) if account else "",
        office=membership.office if membership else "",
        concerned=names.get(detail.get("membership", 0), ""),
        subject=detail.get("subject"),
        state=detail.get("state"),
        role=detail.get("role"),
    )


def _who(entry: AuditEntry, account: Account | None, membership: Membership | None) -> str:
    if account is None:
        return NOBODY if entry.action in BY_ITSELF else FORMER
    # An operator is named only where she is one of the town's own people too.
    return OPERATOR if account.is_operator and membership is None else PERSON
