"""Who may act for a town: asking, and the decision by operator, lead or a code on paper.

Nobody becomes a town's first lead by a mail domain alone. An address on an approved domain may browse and draft
at once, as an editor of a town that does not take part yet; the lead is made by a person's decision.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select
from sqlalchemy.orm import aliased

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, LetterCode, Membership, Town
from kleinstadt_net.services import audit, domains, installation, town_hall
from kleinstadt_net.services import verification_letters as letters

CLAIM_DAYS = 60
# After so many days of a lead's silence the operator may decide too.
SILENCE_DAYS = 7
ROLES = ("lead", "editor")

_OTHER = aliased(Membership)


def town_has_lead() -> ColumnElement[bool]:
    """As a condition on memberships: their town has a confirmed lead."""
    return (
        exists()
        .where(_OTHER.town_id == Membership.town_id, _OTHER.role == "lead", _OTHER.state == "confirmed")
        .correlate(Membership)
    )


def is_open() -> ColumnElement[bool]:
    """As a condition on memberships: somebody waits for a decision.

    Either the claim is pending; or the person was let in by her address's domain alone, which shows in being
    confirmed at the very moment of asking, and her town has no lead yet.
    """
    admitted = and_(
        Membership.state == "confirmed",
        Membership.role == "editor",
        Membership.confirmed_at == Membership.requested_at,
        ~town_has_lead(),
    )
    return or_(and_(Membership.state == "pending", Membership.requested_at.is_not(None)), admitted)


def is_for_operator(now: datetime) -> ColumnElement[bool]:
    """As a condition on open claims: no lead is there to decide, or she kept silent for too long."""
    return or_(~town_has_lead(), Membership.requested_at <= now - timedelta(days=SILENCE_DAYS))


def claim(account: Account, town: Town, office: str) -> Membership:
    """A person whose address is proven asks to act for a town; in the running transaction.

    Completes the row that signing up left (pending, never asked), takes up an ended one again, and leaves one that
    is open or confirmed as it is. Letters say what happens next, to her and to whoever decides.
    """
    membership = _row(account, town)
    if membership.state == "confirmed" or (membership.state == "pending" and membership.requested_at):
        return membership
    now = clock.now()
    has_lead = _has_lead(town.id)
    admitted = not has_lead and domains.matches(account.email, town.id)
    membership.role = "lead" if not has_lead and not admitted else "editor"
    membership.state = "confirmed" if admitted else "pending"
    membership.office = office or membership.office or ""
    membership.requested_at = now
    membership.confirmed_at = now if admitted else None
    membership.ended_at = None
    membership.is_home = not _has_other_home(membership)
    db.session.flush()
    audit.record("membership.claimed", account_id=account.id, town_id=town.id, admitted=admitted)
    waits_for = letters.FOR_LEAD if has_lead else letters.ADMITTED if admitted else letters.FOR_OPERATOR
    letters.received(membership, account, town, waits_for)
    if has_lead:
        letters.tell_leads(membership, account, town)
    else:
        letters.tell_operators()
    return membership


def confirm(membership: Membership, role: str, by_account_id: int | None) -> None:
    """Make the membership a confirmed one with this role; in the running transaction.

    A town's first lead makes it take part. The person hears of it, and of a lead the town hall too.
    """
    if role not in ROLES:
        raise ValueError(role)
    account, town = _account(membership), _locked_town(membership.town_id)
    membership.role = role
    membership.state = "confirmed"
    membership.confirmed_at = clock.now()
    membership.ended_at = None
    is_first = role == "lead" and town.joined_on is None
    if is_first:
        town.joined_on = clock.today()
    db.session.execute(delete(LetterCode).where(LetterCode.membership_id == membership.id))
    db.session.flush()
    installation.touch_town(town.id)
    audit.record(
        "membership.confirmed", account_id=by_account_id, town_id=town.id, membership=membership.id, role=role
    )
    letters.confirmed(membership, account, town, is_first=is_first)
    if role == "lead":
        town_hall.tell(town.id)
    if is_first:
        _hand_claims_to_lead(town)


def refuse(membership: Membership, by_account_id: int | None, reason: str) -> None:
    """End a membership nobody granted, with the reason in a letter; in the running transaction."""
    _end(membership)
    audit.record(
        "membership.refused", account_id=by_account_id, town_id=membership.town_id, membership=membership.id
    )
    letters.refused(membership, _account(membership), _town(membership), reason)


def approve_by_operator(
    membership_id: int, role: str, by_account_id: int, *, remember_domain: bool = False
) -> bool:
    """The operator's one click; False when nobody waits there any more.

    ``remember_domain`` enters the domain of the person's address for the town; free mail never is.
    """
    begin_writing(db.session)
    membership = _open_claim(membership_id, is_for_operator(clock.now()))
    if membership is None:
        db.session.rollback()
        return False
    if remember_domain:
        _remember_domain(membership, by_account_id)
    confirm(membership, role, by_account_id)
    db.session.commit()
    return True


def refuse_by_operator(membership_id: int, by_account_id: int, reason: str) -> bool:
    """The operator says no; False when nobody waits there any more."""
    begin_writing(db.session)
    membership = _open_claim(membership_id, is_for_operator(clock.now()))
    return _refused_or_not(membership, by_account_id, reason)


def approve_by_lead(membership_id: int, by_account_id: int) -> bool:
    """A lead lets a person work with her; False unless she leads the very town the person asked for."""
    begin_writing(db.session)
    membership = _claim_before_lead(membership_id, by_account_id)
    if membership is None:
        db.session.rollback()
        return False
    confirm(membership, "editor", by_account_id)
    db.session.commit()
    return True


def refuse_by_lead(membership_id: int, by_account_id: int, reason: str = "") -> bool:
    """A lead says no; False unless she leads the very town the person asked for."""
    begin_writing(db.session)
    return _refused_or_not(_claim_before_lead(membership_id, by_account_id), by_account_id, reason)


def withdraw(membership_id: int, account_id: int) -> bool:
    """A person takes her own open claim back; False when it is not hers or not open."""
    begin_writing(db.session)
    membership = _open_claim(membership_id)
    if membership is None or membership.account_id != account_id:
        db.session.rollback()
        return False
    _end(membership)
    audit.record("membership.withdrawn", account_id=account_id, town_id=membership.town_id)
    db.session.commit()
    return True


def expire_claims(now: datetime) -> int:
    """End claims nobody decided within 60 days, in the running transaction; how many there were.

    One that waits for a code on paper lasts as long as the code. Ended ones block nobody: asking again is possible.
    """
    waits_for_code = exists().where(
        LetterCode.membership_id == Membership.id, LetterCode.used_at.is_(None), LetterCode.expires_at > now
    )
    old = Membership.requested_at <= now - timedelta(days=CLAIM_DAYS)
    expired = db.session.scalars(select(Membership).where(is_open(), old, ~waits_for_code)).all()
    for membership in expired:
        _end(membership)
        audit.record("membership.expired", town_id=membership.town_id, membership=membership.id)
        letters.expired(membership, _account(membership), _town(membership))
    return len(expired)


def _row(account: Account, town: Town) -> Membership:
    """The person's row for this town, a fresh one where she has none."""
    found = select(Membership).where(Membership.account_id == account.id, Membership.town_id == town.id)
    membership = db.session.scalar(found.with_for_update())
    if membership is None:
        membership = Membership(
            account_id=account.id, town_id=town.id, role="editor", state="pending", office="", is_home=False
        )
        db.session.add(membership)
        db.session.flush()
    return membership


def _hand_claims_to_lead(town: Town) -> None:
    """Who asked while there was no lead now waits for her."""
    waiting = and_(Membership.town_id == town.id, Membership.state == "pending", is_open())
    for membership in db.session.scalars(select(Membership).where(waiting).order_by(Membership.id)).all():
        letters.tell_leads(membership, _account(membership), town)


def _has_lead(town_id: int) -> bool:
    held = and_(Membership.role == "lead", Membership.state == "confirmed")
    found = select(Membership.id).where(Membership.town_id == town_id, held).limit(1)
    return db.session.scalar(found) is not None


def _has_other_home(membership: Membership) -> bool:
    found = select(Membership.id).where(
        Membership.account_id == membership.account_id,
        Membership.id != membership.id,
        Membership.is_home,
        Membership.state != "ended",
    )
    return db.session.scalar(found.limit(1)) is not None


def _open_claim(membership_id: int, *conditions: ColumnElement[bool]) -> Membership | None:
    """The membership if a decision is due, locked and fresh, so that two decisions cannot both be made."""
    found = select(Membership).where(Membership.id == membership_id, is_open(), *conditions)
    locked = found.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(locked)


def _claim_before_lead(membership_id: int, lead_id: int) -> Membership | None:
    membership = _open_claim(membership_id)
    if membership is None or membership.state != "pending":
        return None
    leads = (
        select(Membership.id)
        .join(Membership.town)
        .where(
            Membership.account_id == lead_id,
            Membership.town_id == membership.town_id,
            Membership.role == "lead",
            Membership.state == "confirmed",
            Town.suspended_at.is_(None),
        )
    )
    return membership if db.session.scalar(leads) is not None else None


def _refused_or_not(membership: Membership | None, by_account_id: int, reason: str) -> bool:
    if membership is None:
        db.session.rollback()
        return False
    refuse(membership, by_account_id, reason)
    db.session.commit()
    return True


def _remember_domain(membership: Membership, by_account_id: int) -> None:
    domain = domains.of_address(_account(membership).email)
    if domain is None or domains.is_free_mail(domain):
        return
    if domains.remember(membership.town_id, domain, domains.BY_APPROVAL):
        audit.record("domain.added", account_id=by_account_id, town_id=membership.town_id)


def _end(membership: Membership) -> None:
    membership.state = "ended"
    membership.ended_at = clock.now()
    db.session.execute(delete(LetterCode).where(LetterCode.membership_id == membership.id))


def _account(membership: Membership) -> Account:
    return db.session.get_one(Account, membership.account_id)


def _town(membership: Membership) -> Town:
    return db.session.get_one(Town, membership.town_id)


def _locked_town(town_id: int) -> Town:
    """The town, locked: two first leads at once must not both believe to be the first."""
    found = select(Town).where(Town.id == town_id).with_for_update()
    return db.session.scalars(found.execution_options(populate_existing=True)).one()
