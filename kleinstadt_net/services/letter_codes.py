"""A code on paper: the operator posts it to the town hall, and whoever is handed it there leads the town.

The letter goes to the address the operator has entered, never to one the applicant gave. The code opens only for
the account that asked, only once, and only while the town has no lead.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, delete, select, update

from kleinstadt_net import clock, formats
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.documents import pdf
from kleinstadt_net.models import Account, LetterCode, Membership, Town
from kleinstadt_net.security.tokens import keyed_hash
from kleinstadt_net.services import audit, letterhead, throttle, town_addresses, urls, verification
from kleinstadt_net.services.town_addresses import Address
from kleinstadt_net.services.verification_letters import STATUS_PATH, name_of

# Without what is mistaken for one another on paper: 0 O Q, 1 I L, 2 Z, 5 S, 8 B, U V.
ALPHABET = "ACDEFGHJKMNPRTWXY34679"
LENGTH = 10
GROUP = 5
VALID = timedelta(weeks=8)
MAX_TRIES = 5
PER_ACCOUNT = throttle.Limit("letter_code", 10, timedelta(hours=1))
_NOISE = str.maketrans("", "", " -\u2013\u00a0.")


class NoAddress(Exception):
    """The town hall's postal address is not known, so there is nowhere to send the letter."""


class TooManyTries(Exception):
    """Codes were tried too often lately; nothing was checked."""


@dataclass(frozen=True)
class CodeLetter:
    """The letter as it is printed; ``pdf`` is None on a machine that cannot make one."""

    ags: str
    town: str
    address: Address
    person: str
    short_email: str
    office: str
    code: str
    valid_until: date
    pdf: bytes | None
    context: dict[str, Any]


def issue(membership_id: int, by_account_id: int) -> CodeLetter | None:
    """A letter with a fresh code; a code issued before is void. None when nobody waits there, or a lead is there.

    Raises NoAddress. The paper is made before anything is stored: without a letter there is no code.
    """
    found = db.session.execute(_asking(Membership.id == membership_id)).one_or_none()
    if found is None:
        return None
    letter = _letter(*found)
    begin_writing(db.session)
    membership = db.session.scalar(select(Membership).where(Membership.id == membership_id).with_for_update())
    if membership is None or db.session.execute(_asking(Membership.id == membership_id)).first() is None:
        db.session.rollback()
        return None
    db.session.execute(delete(LetterCode).where(LetterCode.membership_id == membership_id))
    now = clock.now()
    db.session.add(
        LetterCode(
            membership_id=membership_id,
            code_hash=_hash(membership_id, letter.code),
            created_at=now,
            expires_at=now + VALID,
            tries=0,
        )
    )
    audit.record(
        "letter_code.issued", account_id=by_account_id, town_id=membership.town_id, membership=membership_id
    )
    db.session.commit()
    return letter


def redeem(account_id: int, text: str) -> bool:
    """Make the account the lead of the town its code belongs to; False when the code does not hold.

    A wrong one counts against every code the account holds, and five make it void. Raises TooManyTries.
    """
    subject = str(account_id)
    if throttle.is_exceeded(PER_ACCOUNT, subject):
        raise TooManyTries
    begin_writing(db.session)
    live = _live_codes(account_id)
    code = plain(text)
    fitting = [row for row in live if hmac.compare_digest(row.code_hash, _hash(row.membership_id, code))]
    if not fitting or not _consume(fitting[0]):
        _count_failure(subject, live)
        db.session.commit()
        return False
    throttle.forget(PER_ACCOUNT, subject)
    membership = db.session.get_one(Membership, fitting[0].membership_id)
    audit.record("letter_code.redeemed", account_id=account_id, town_id=membership.town_id)
    verification.confirm(membership, "lead", account_id)
    db.session.commit()
    return True


def shortened(email: str) -> str:
    """``k…@ellernrode.example``: enough for the town hall to know its own mailbox."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"


def grouped(code: str) -> str:
    """The code as it is printed: ``ACDEF-GHJKM``."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def plain(text: str) -> str:
    """A code as it is stored, however it was typed."""
    return text.upper().translate(_NOISE)


def _asking(*conditions: Any) -> Select[Membership, Account, Town]:
    """Open claims in towns without a lead: where a code may make one."""
    return (
        select(Membership, Account, Town)
        .join(Membership.account)
        .join(Membership.town)
        .where(verification.is_open(), ~verification.town_has_lead(), Town.gone_on.is_(None), *conditions)
    )


def _letter(membership: Membership, account: Account, town: Town) -> CodeLetter:
    address = town_addresses.of_town(town.id)
    if address is None:
        raise NoAddress(town.ags)
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    person, short_email = name_of(account), shortened(account.email)
    context = _context(membership, town, address, person, short_email, grouped(code))
    return CodeLetter(
        ags=town.ags,
        town=town.name,
        address=address,
        person=person,
        short_email=short_email,
        office=membership.office,
        code=code,
        valid_until=(clock.now() + VALID).date(),
        pdf=pdf.render("letter_code", context) if pdf.is_available() else None,
        context=context,
    )


def _context(
    membership: Membership, town: Town, address: Address, person: str, short_email: str, code: str
) -> dict[str, Any]:
    return {
        **letterhead.context(),
        "address_lines": list(address.lines),
        "town": town.name,
        "person": person,
        "short_email": short_email,
        "office": membership.office,
        "code": code,
        "enter_at": urls.absolute(STATUS_PATH),
        "valid_until": formats.long_day(clock.now() + VALID),
    }


def _live_codes(account_id: int) -> list[LetterCode]:
    asking = _asking(Membership.account_id == account_id).with_only_columns(Membership.id)
    found = (
        select(LetterCode)
        .where(
            LetterCode.membership_id.in_(asking),
            LetterCode.used_at.is_(None),
            LetterCode.expires_at > clock.now(),
            LetterCode.tries < MAX_TRIES,
        )
        .order_by(LetterCode.id)
        .with_for_update()
    )
    return list(db.session.scalars(found.execution_options(populate_existing=True)))


def _consume(row: LetterCode) -> bool:
    used = db.session.execute(
        update(LetterCode)
        .where(LetterCode.id == row.id, LetterCode.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(LetterCode.id)
        .execution_options(synchronize_session=False)
    )
    return used.scalar_one_or_none() is not None


def _count_failure(subject: str, live: list[LetterCode]) -> None:
    throttle.count(PER_ACCOUNT, subject)
    for row in live:
        row.tries += 1


def _hash(membership_id: int, code: str) -> str:
    return keyed_hash(f"letter_code:{membership_id}", code)
