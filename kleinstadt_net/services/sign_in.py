"""Signing in: the password, where one is set up the code as a second step, and showing again who one is.

Who guesses is slowed on three ladders: in one browser, from one address, and at one account from everywhere.
A browser the account knows climbs a ladder of its own, so strangers never make its owner wait.
"""

from dataclasses import dataclass

from itsdangerous import BadSignature
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account
from kleinstadt_net.security import devices, passwords
from kleinstadt_net.security.devices import Device
from kleinstadt_net.security.tokens import keyed_hash, serializer
from kleinstadt_net.services import audit, second_factor, sessions, throttle
from kleinstadt_net.services.throttle import Ladder, TooManyAttempts

# Minutes to wait after each try beyond the free ones; the last number holds for all further tries.
# From one address a whole town hall signs in; an account is tried from everywhere only by strangers, and
# its owner on a new device must not wait long because of them.
PER_BROWSER = Ladder("sign_in_browser", 5, (1, 2, 4, 8, 15, 30, 60))
PER_ADDRESS = Ladder("sign_in_address", 30, (1, 2, 4, 8, 15))
PER_ACCOUNT = Ladder("sign_in_account", 20, (1, 2, 4, 8, 15))
# Codes have six digits, and whoever gets here knows the password.
PER_CODE = Ladder("sign_in_code", 5, (1, 2, 4, 8, 15, 30, 60))
PER_CONFIRMATION = Ladder("confirmation", 5, (1, 2, 4, 8, 15, 30, 60))

# So long may the telephone be searched for between the password and the code.
CODE_SECONDS = 600

__all__ = ["SignedIn", "TooManyAttempts", "confirm", "is_waiting_for_code", "with_code", "with_password"]


@dataclass(frozen=True)
class SignedIn:
    """What the browser gets: the session's key and the mark of a known browser, or what leads to the code."""

    email: str
    key: str | None = None
    pending: str | None = None


def with_password(email: str, password: str, device: Device) -> SignedIn | None:
    """Check the password and open a session, or ask for the code; None when they do not fit.

    An unknown or unconfirmed address costs and answers the same as a wrong password. Raises
    TooManyAttempts before anything is looked up.
    """
    address = email.strip().lower()
    throttle.climb(_ladders(address, device))
    account = db.session.scalar(select(Account).where(Account.email == address))
    fits = passwords.verify(account.password_hash if account else None, password)
    if account is None or account.confirmed_at is None or not fits:
        db.session.rollback()
        return None
    stored = account.password_hash or ""
    renewed = passwords.hash_password(password) if passwords.needs_rehash(stored) else stored
    begin_writing(db.session)
    account.password_hash = renewed
    _forgive(address, device)
    made = _second_step(account) if account.totp_confirmed_at else _enter(account, device)
    db.session.commit()
    return made


def with_code(pending: str, code: str, device: Device) -> SignedIn | None:
    """The second step with a code from the telephone or a recovery code; None when it does not fit.

    Raises TooManyAttempts.
    """
    account = _waiting(pending)
    if account is None:
        return None
    ladder = [(PER_CODE, str(account.id))]
    throttle.climb(ladder)
    begin_writing(db.session)
    if not second_factor.accept(account, code):
        db.session.rollback()
        return None
    throttle.clear(ladder)
    made = _enter(account, device)
    db.session.commit()
    return made


def is_waiting_for_code(pending: str) -> bool:
    """Whether the password was given a short while ago in this browser; reads only."""
    return _waiting(pending) is not None


def confirm(account_id: int, session_id: int, secret: str) -> bool:
    """Show again who one is: by the password, or by a code where a second factor is set up.

    Raises TooManyAttempts.
    """
    ladder = [(PER_CONFIRMATION, str(account_id))]
    throttle.climb(ladder)
    account = db.session.get_one(Account, account_id)
    if account.totp_confirmed_at is None and not passwords.verify(account.password_hash, secret):
        return False
    begin_writing(db.session)
    if account.totp_confirmed_at is not None and not second_factor.accept(account, secret):
        db.session.rollback()
        return False
    throttle.clear(ladder)
    sessions.reauthenticated(session_id)
    db.session.commit()
    return True


def _ladders(address: str, device: Device) -> list[throttle.Step]:
    if known := devices.known_as(device, address):
        return [(PER_BROWSER, f"{address} {known}")]
    return [
        (PER_BROWSER, f"{address} {device.address}"),
        (PER_ADDRESS, device.address),
        (PER_ACCOUNT, address),
    ]


def _forgive(address: str, device: Device) -> None:
    """Forget the own tries after a success; from the address only this one.

    Else whoever has an account could guess others without ever waiting.
    """
    steps = _ladders(address, device)
    throttle.clear([step for step in steps if step[0] is not PER_ADDRESS])
    throttle.take_back([step for step in steps if step[0] is PER_ADDRESS])


def _enter(account: Account, device: Device) -> SignedIn:
    account.seen_on = clock.today()
    key = sessions.open_session(account.id, device.words)
    audit.record("account.signed_in", account_id=account.id)
    return SignedIn(account.email, key=key)


def _second_step(account: Account) -> SignedIn:
    value = [account.id, _fingerprint(account)]
    return SignedIn(account.email, pending=serializer("second step").dumps(value))


def _waiting(pending: str) -> Account | None:
    """The account whose code is awaited; a password changed in between ends the waiting."""
    try:
        account_id, fingerprint = serializer("second step").loads(pending, max_age=CODE_SECONDS)
    except BadSignature:
        return None
    account = db.session.get(Account, account_id)
    return account if account and _fingerprint(account) == fingerprint else None


def _fingerprint(account: Account) -> str:
    return keyed_hash("second step", f"{account.password_hash} {account.totp_secret}")
