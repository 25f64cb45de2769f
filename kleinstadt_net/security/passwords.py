"""Password hashing with argon2id (RFC 9106) at the cost OWASP names for 19 MiB."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MIN_LENGTH = 12
MAX_LENGTH = 200

_hasher = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)
# Each verification takes 19 MiB and a core; more than four at once only make everybody wait.
_slots = BoundedSemaphore(4)
# Verified against when the account is unknown, so that the answer takes as long as for a known one.
_decoy = _hasher.hash("no account has this password")


def hash_password(password: str) -> str:
    """The encoded hash to store, with its parameters and salt inside."""
    with _slots:
        return _hasher.hash(password)


def verify(stored: str | None, password: str) -> bool:
    """Whether the password fits; an account without one costs the same time and answers no."""
    with _slots:
        try:
            _hasher.verify(stored or _decoy, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)
