"""What an operator may do about a town's content: take a statement out, suspend the town, lift that again.

She writes nothing in a town's name. Whatever she does stands in the audit trail and reaches the town's people
by letter; the letters about a reported content are ``report_letters``.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from kleinstadt_net import clock, settings
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Membership, Stance, Town
from kleinstadt_net.services import audit, correspondence, installation, urls
from kleinstadt_net.vocabulary import STATE_TITLES, State

OVERVIEW_PATH = "/uebersicht"


class ContentChanged(Exception):
    """The content is no longer what the operator was looking at; nothing was removed."""


@dataclass(frozen=True)
class Removed:
    """What was taken out, for the letter to the town; it is kept nowhere else.

    ``title`` says what it was: the state of a statement, or a section or part of one. Where it was an object of its own
    ``kind`` is one of ``report_rules.KINDS`` and ``title`` its title; ``attachments`` are the names of its documents,
    ``files`` what their bytes are known by.
    """

    subject: str
    title: str
    sentence: str | None
    whole: bool
    kind: str | None = None
    attachments: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def suspend(town_id: int, reason: str, by_account_id: int) -> bool:
    """Take a town out of the network until further notice; False when it is suspended already.

    Its people stay members, but nobody acts for it and nothing of it is shown. All of them get the reason.
    """
    begin_writing(db.session)
    if not begin_suspension(town_id, by_account_id, reason):
        db.session.rollback()
        return False
    db.session.commit()
    return True


def lift(town_id: int, by_account_id: int) -> bool:
    """Let a suspended town take part again; False when it is not suspended."""
    begin_writing(db.session)
    if not end_suspension(town_id, by_account_id):
        db.session.rollback()
        return False
    db.session.commit()
    return True


def begin_suspension(
    town_id: int, by_account_id: int, reason: str, *, told_otherwise: Collection[int] = ()
) -> bool:
    """``suspend`` in the running transaction; accounts ``told_otherwise`` get no letter from here."""
    if not _set_suspended(town_id, suspended=True):
        return False
    audit.record("town.suspended", account_id=by_account_id, town_id=town_id)
    _tell("town_suspended", town_id, told_otherwise, reason=reason)
    return True


def end_suspension(town_id: int, by_account_id: int, *, told_otherwise: Collection[int] = ()) -> bool:
    """``lift`` in the running transaction; accounts ``told_otherwise`` get no letter from here."""
    if not _set_suspended(town_id, suspended=False):
        return False
    audit.record("town.resumed", account_id=by_account_id, town_id=town_id)
    _tell("town_resumed", town_id, told_otherwise, overview_url=urls.absolute(OVERVIEW_PATH))
    return True


def take_out(
    town_id: int, subject: str, version: int, *, whole: bool, by_account_id: int, report_id: int
) -> Removed:
    """Remove a town's statement, or only its sentence, in the running transaction.

    Raises ContentChanged when ``version`` is not the stored one, or there is no sentence to remove.
    """
    stance = db.session.scalar(
        select(Stance)
        .where(Stance.town_id == town_id, Stance.subject == subject, Stance.version == version)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if stance is None or not (whole or stance.sentence):
        raise ContentChanged(f"statement on {subject} at version {version}")
    removed = Removed(subject, STATE_TITLES[State(stance.state)], stance.sentence, whole)
    if whole:
        db.session.execute(delete(Stance).where(Stance.id == stance.id))
    else:
        stance.sentence, stance.version = None, version + 1
    audit.record(
        "stance.removed",
        account_id=by_account_id,
        town_id=town_id,
        subject=subject,
        whole=whole,
        report=report_id,
    )
    installation.touch_town(town_id)
    return removed


def people_of(town_id: int, *, leads_only: bool = False) -> list[Account]:
    """Everybody confirmed to act for the town, or its leads, by account."""
    query = (
        select(Account)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.town_id == town_id, Membership.state == "confirmed")
        .order_by(Account.id)
    )
    return list(db.session.scalars(query.where(Membership.role == "lead") if leads_only else query))


def _set_suspended(town_id: int, *, suspended: bool) -> bool:
    is_other = Town.suspended_at.is_(None) if suspended else Town.suspended_at.is_not(None)
    changed = db.session.execute(
        update(Town)
        .where(Town.id == town_id, is_other)
        .values(suspended_at=clock.now() if suspended else None)
        .returning(Town.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if changed is None:
        return False
    installation.touch_town(town_id)
    return True


def _tell(letter: str, town_id: int, told_otherwise: Collection[int], **given: object) -> None:
    town = db.session.get_one(Town, town_id, populate_existing=True)
    for account in people_of(town_id):
        if account.id in told_otherwise:
            continue
        correspondence.write(
            letter,
            account,
            # A town may be suspended more than once.
            key=f"{town_id}:{account.id}:{clock.now():%Y%m%dT%H%M%S%f}",
            context={"town": town.name, "phone": settings.current().operator_phone, **given},
        )
