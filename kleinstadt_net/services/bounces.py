"""What came back: reports about letters that did not arrive, complaints, and answers nobody would read.

An address that does not exist (5.1.x) is not written to any more at once, any other that fails three times in a row. A
letter that arrived in between forgives what was before. Each report counts once, however often it is read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, TypeVar
from urllib.parse import urlsplit

import structlog
from sqlalchemy import and_, func, or_, select
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from kleinstadt_net import clock, settings
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail import inbound, outbox, suppressions
from kleinstadt_net.mail import letters as mail_letters
from kleinstadt_net.mail.inbound import Incoming
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import Account, Bounce, Letter, Membership, Suppression, Town
from kleinstadt_net.services import correspondence, installation, subscriptions

# "unreadable": nothing follows from it, and a person should look at it.
Outcome = Literal["suppressed", "noted", "known", "hinted", "ignored", "unreadable"]
Said = TypeVar("Said", bound=str)
# So many failures in a row mean that nobody is there.
FAILURES = 3
# A report comes within hours; a letter of which none came for so long has arrived.
ARRIVED_AFTER = timedelta(days=3)
# Colleagues are told within this time or not at all.
TOLD_WITHIN = timedelta(days=7)
UNREACHABLE, HINT = "colleague_unreachable", "reply_hint"

log = structlog.get_logger("bounces")


def take(raw: bytes) -> Outcome:
    """Take in one message that came back; commits. The same message a second time changes nothing.

    Raises the database's error when it is away; whatever else a message brings about is logged and holds up no other.
    """
    try:
        return _taken_in(raw)
    except Exception as error:
        db.session.rollback()
        if isinstance(error, DBAPIError | NoConnection) and not isinstance(error, DataError):
            raise
        log.exception("message cannot be taken in", bytes=len(raw))
        return "unreadable"


def said(outcomes: Mapping[Said, int]) -> str:
    """How many messages came to what, for an operator."""
    return (
        ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()) if number) or "none"
    )


def tell_colleagues(now: datetime) -> int:
    """Write to the other people of a town that letters to one of them come back; commits. How many letters."""
    written = 0
    for account in _unreachable(now):
        begin_writing(db.session)
        written += sum(_tell(account, colleague, town) for colleague, town in _colleagues(account))
        db.session.commit()
    return written


def _taken_in(raw: bytes) -> Outcome:
    host = urlsplit(settings.current().public_url).hostname or ""
    incoming = inbound.read(raw, host)
    begin_writing(db.session)
    letter = _letter(incoming)
    outcome: Outcome = "ignored"
    if letter is not None and incoming.kind in ("hard", "soft", "complaint"):
        outcome = _count(incoming, letter)
    elif letter is not None and incoming.kind == "human":
        outcome = _hint(incoming, letter)
    db.session.commit()
    log.info("message taken in", kind=incoming.kind, status=incoming.status, outcome=outcome)
    return outcome


def _letter(incoming: Incoming) -> Letter | None:
    """The letter it is about; only whoever got it, or carried it, knows what names it."""
    is_named = or_(
        Letter.message_id.in_(incoming.message_ids),
        and_(Letter.bounce_token.is_not(None), Letter.bounce_token == incoming.token),
    )
    return db.session.scalars(select(Letter).where(is_named).order_by(Letter.id).limit(1)).first()


def _count(incoming: Incoming, letter: Letter) -> Outcome:
    row = {
        "report_key": incoming.key,
        "letter_id": letter.id,
        "address_hash": suppressions.hashes(letter.recipient)[0],
        "kind": incoming.kind,
        "status": incoming.status[:12],
        "at": clock.now(),
    }
    if db.session.execute(insert_once(Bounce, row, Bounce.report_key)).first() is None:
        return "known"
    if incoming.kind == "complaint":
        suppressions.suppress(letter.recipient, "complained about a letter", "complaint")
        _unsubscribe(letter)
    elif inbound.blames_address(incoming.status):
        suppressions.suppress(letter.recipient, f"report {incoming.status}")
    elif _failures(letter.recipient) >= FAILURES:
        reason = f"{FAILURES} reports in a row, the last {incoming.status}"
        suppressions.suppress(letter.recipient, reason, "soft")
    else:
        return "noted"
    return "suppressed"


def _unsubscribe(letter: Letter) -> None:
    """Whoever complained gets no Monatsbrief: its page shows that, and she may order it again there."""
    row = subscriptions.of(letter.account_id) if letter.account_id is not None else None
    if row is not None:
        subscriptions.change(row, subscriptions.OFF, None, "", "")


def _failures(address: str) -> int:
    """Reports since the last letter that arrived there, one for each letter."""
    return (
        db.session.scalar(
            select(func.count(func.distinct(Bounce.letter_id))).where(
                Bounce.address_hash.in_(suppressions.hashes(address)),
                Bounce.kind != "complaint",
                Bounce.at > _last_arrival(address),
            )
        )
        or 0
    )


def _last_arrival(address: str) -> datetime:
    reported = select(Bounce.id).where(Bounce.letter_id == Letter.id).exists()
    latest = db.session.scalar(
        select(func.max(Letter.sent_at)).where(
            Letter.recipient == address,
            Letter.state == "sent",
            Letter.sent_at < clock.now() - ARRIVED_AFTER,
            ~reported,
        )
    )
    return latest or datetime.min.replace(tzinfo=clock.now().tzinfo)


def _hint(incoming: Incoming, letter: Letter) -> Outcome:
    """Say once a month that nobody reads answers; only to the address we wrote to, so that nobody else gets any."""
    if incoming.sender != letter.recipient.lower():
        return "ignored"
    bound = settings.current()
    rendered = mail_letters.render(
        HINT,
        {"greeting": "Guten Tag", "answered": letter.subject, "phone": bound.operator_phone},
        demonstration=installation.is_demonstration(),
    )
    draft = mail_letters.build(
        rendered,
        key=f"{HINT}:{suppressions.hashes(letter.recipient)[0][:40]}:{clock.current_month()}",
        kind=HINT,
        recipient=letter.recipient,
        account_id=letter.account_id,
    )
    # Without a return address nothing can answer it, and no two machines talk to each other for ever.
    posted = outbox.post(replace(draft, sender="", bounce_token=None))
    return "hinted" if posted else "known"


def _unreachable(now: datetime) -> Iterable[Account]:
    """People whose address failed for good lately and is still theirs."""
    rows = db.session.execute(
        select(Account, Letter.recipient)
        .join(Letter, Letter.account_id == Account.id)
        .join(Bounce, Bounce.letter_id == Letter.id)
        .join(Suppression, Suppression.address_hash == Bounce.address_hash)
        .where(Bounce.at > now - TOLD_WITHIN, Suppression.kind.in_(("hard", "soft")))
        .distinct()
        .order_by(Account.id)
    ).all()
    return [account for account, failed in rows if mail_letters.mailable(account.email) == failed]


def _colleagues(account: Account) -> list[tuple[Account, Town]]:
    own = select(Membership.town_id).where(
        Membership.account_id == account.id, Membership.state == "confirmed"
    )
    rows = db.session.execute(
        select(Account, Town)
        .join(Membership, Membership.account_id == Account.id)
        .join(Town, Town.id == Membership.town_id)
        .where(Membership.town_id.in_(own), Membership.state == "confirmed", Account.id != account.id)
        .order_by(Account.id, Town.id)
    ).all()
    # One letter to each, though both act for several towns together.
    return list({colleague.id: (colleague, town) for colleague, town in rows}.values())


def _tell(account: Account, colleague: Account, town: Town) -> bool:
    since = db.session.scalar(
        select(Suppression.since).where(Suppression.address_hash.in_(suppressions.hashes(account.email)))
    )
    key = f"{account.id}:{since:%Y-%m-%d}:{colleague.id}" if since else ""
    known = db.session.scalar(select(Letter.id).where(Letter.key == f"{UNREACHABLE}:{key}"))
    if not key or known is not None:
        return False
    context = {
        "name": f"{account.first_name} {account.last_name}".strip() or account.email,
        "town": town.name,
        "phone": settings.current().operator_phone,
    }
    return correspondence.write(UNREACHABLE, colleague, key=key, context=context)
