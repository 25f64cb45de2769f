"""The second factor: a code from an app on the telephone (RFC 6238), and codes on paper for when it is lost."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest

import pyotp
from sqlalchemy import delete, func, or_, select, update

from kleinstadt_net import clock, settings
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, RecoveryCode
from kleinstadt_net.security.tokens import keyed_hash, new_token
from kleinstadt_net.services import audit, correspondence

PERIOD_SECONDS = 30
# Clocks of telephones are off by less than this many periods.
TOLERANCE = 1
RECOVERY_CODES = 10
# Without letters and digits taken for one another; ten of them are 50 bits.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 10


class NotSetUp(Exception):
    """There is no such account, or it has no second factor."""


@dataclass(frozen=True)
class Setup:
    """What the app on the telephone is told: as an address inside a QR code, or typed in as a key."""

    address: str
    key: str


@dataclass(frozen=True)
class State:
    """Whether the second factor is on, and how many codes on paper are left."""

    is_on: bool
    codes_left: int


def state(account_id: int) -> State:
    """How the second factor of the account stands."""
    account = db.session.get_one(Account, account_id)
    left = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return State(account.totp_confirmed_at is not None, db.session.scalar(left) or 0)


def begin(account_id: int) -> None:
    """Choose a new secret; nothing asks for it until a code has shown that it arrived on the telephone."""
    begin_writing(db.session)
    account = db.session.get_one(Account, account_id)
    if account.totp_confirmed_at is None:
        account.totp_secret = pyotp.random_base32()
        account.totp_last_step = None
    db.session.commit()


def setup(account_id: int) -> Setup | None:
    """What to enter into the app while the second factor is being set up; None before and afterwards."""
    account = db.session.get_one(Account, account_id)
    if account.totp_secret is None or account.totp_confirmed_at is not None:
        return None
    address = pyotp.TOTP(account.totp_secret).provisioning_uri(
        name=account.email, issuer_name=settings.current().network_name
    )
    return Setup(address, " ".join(_pieces(account.totp_secret, 4)))


def finish(account_id: int, code: str) -> Sequence[str] | None:
    """Turn the second factor on with a first code; the codes on paper, shown this once, or None.

    None also where nothing is being set up.
    """
    begin_writing(db.session)
    account = db.session.get_one(Account, account_id)
    if account.totp_confirmed_at is not None or not _is_from_telephone(account, code):
        db.session.rollback()
        return None
    account.totp_confirmed_at = clock.now()
    codes = _new_codes(account_id)
    audit.record("account.second_factor_on", account_id=account_id)
    _tell(account, "second_factor_on")
    db.session.commit()
    return codes


def renew_codes(account_id: int) -> Sequence[str]:
    """New codes on paper; the earlier ones end. Raises NotSetUp."""
    begin_writing(db.session)
    if db.session.get_one(Account, account_id).totp_confirmed_at is None:
        db.session.rollback()
        raise NotSetUp
    codes = _new_codes(account_id)
    audit.record("account.recovery_codes_renewed", account_id=account_id)
    db.session.commit()
    return codes


def turn_off(account_id: int) -> None:
    """Sign in with the password alone from now on; a letter says so."""
    begin_writing(db.session)
    account = db.session.get_one(Account, account_id)
    if account.totp_confirmed_at is not None:
        _forget(account)
        audit.record("account.second_factor_off", account_id=account_id)
        _tell(account, "second_factor_off")
    db.session.commit()


def reset(email: str) -> None:
    """Turn it off for whoever lost telephone and paper; the operator made sure who asks. Raises NotSetUp."""
    begin_writing(db.session)
    account = db.session.scalar(select(Account).where(Account.email == email.strip().lower()))
    if account is None or account.totp_confirmed_at is None:
        db.session.rollback()
        raise NotSetUp
    _forget(account)
    audit.record("account.second_factor_reset", account_id=account.id)
    _tell(account, "second_factor_off")
    db.session.commit()


def accept(account: Account, code: str) -> bool:
    """Whether the code opens the account, used up by this, in the running transaction."""
    if account.totp_confirmed_at is None:
        return False
    return _is_from_telephone(account, code) or _is_from_paper(account, code)


def _is_from_telephone(account: Account, code: str) -> bool:
    """Whether it is the code of now, just before or just after; each time step opens once."""
    digits = code.replace(" ", "")
    if account.totp_secret is None or not (digits.isascii() and digits.isdigit()):
        return False
    totp = pyotp.TOTP(account.totp_secret, interval=PERIOD_SECONDS)
    now = int(clock.now().timestamp()) // PERIOD_SECONDS
    steps = range(now - TOLERANCE, now + TOLERANCE + 1)
    fitting = [step for step in steps if compare_digest(totp.generate_otp(step), digits)]
    return any(_use_step(account.id, step) for step in fitting)


def _use_step(account_id: int, step: int) -> bool:
    """False where a code of this step or a later one was taken before, by whoever was faster too."""
    used = db.session.execute(
        update(Account)
        .where(
            Account.id == account_id,
            or_(Account.totp_last_step.is_(None), Account.totp_last_step < step),
        )
        .values(totp_last_step=step)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    )
    return used.scalar_one_or_none() is not None


def _is_from_paper(account: Account, code: str) -> bool:
    used = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_hash == _code_hash(account.id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    )
    if used.scalar_one_or_none() is None:
        return False
    audit.record("account.recovery_code_used", account_id=account.id)
    _tell(account, "recovery_code_used")
    return True


def _new_codes(account_id: int) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(RECOVERY_CODES)]
    db.session.add_all(
        RecoveryCode(account_id=account_id, code_hash=_code_hash(account_id, code)) for code in codes
    )
    return ["-".join(_pieces(code, 5)) for code in codes]


def _forget(account: Account) -> None:
    account.totp_secret = account.totp_confirmed_at = account.totp_last_step = None
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))


def _tell(account: Account, letter: str) -> None:
    correspondence.write(
        letter,
        account,
        key=new_token(),
        context={"at": clock.now(), "phone": settings.current().operator_phone},
    )


def _code_hash(account_id: int, code: str) -> str:
    plain = code.lower().replace("-", "").replace(" ", "")
    return keyed_hash("recovery code", f"{account_id} {plain}")


def _pieces(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(0, len(text), length)]
