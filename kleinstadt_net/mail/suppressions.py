"""Addresses that are not written to, kept as a keyed hash only: the list names nobody."""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, delete, select, update

from kleinstadt_net import clock, settings
from kleinstadt_net.database import db
from kleinstadt_net.mail.letters import mailable
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import Suppression

Kind = Literal["hard", "soft", "complaint", "asked", "operator"]
# Nothing arrives there, or nothing should; the other two only want no letters that nobody asked for.
BLOCKS_ALL: frozenset[str] = frozenset({"hard", "soft", "operator"})
# Below every database's limit of bound parameters.
_CHUNK = 1_000


@dataclass(frozen=True)
class Refusal:
    """Why an address is not written to; ``reason`` names nobody."""

    kind: str
    reason: str

    @property
    def blocks_all(self) -> bool:
        return self.kind in BLOCKS_ALL


def suppress(address: str, reason: str, kind: Kind = "hard") -> None:
    """Note in the running transaction that the address is not to be written to; ``reason`` names nobody.

    The first reason stays, unless the new one forbids more.
    """
    suppress_hash(hashes(address)[0], reason, kind)


def suppress_hash(address_hash: str, reason: str, kind: Kind) -> None:
    """The same where only the hash of the address is known."""
    row = {"kind": kind, "reason": reason[:200], "since": clock.now()}
    inserted = insert_once(Suppression, {"address_hash": address_hash, **row}, Suppression.address_hash)
    is_new = db.session.execute(inserted).first() is not None
    if not is_new and kind in BLOCKS_ALL:
        db.session.execute(
            update(Suppression)
            .where(Suppression.address_hash == address_hash, Suppression.kind.not_in(BLOCKS_ALL))
            .values(**row),
            execution_options={"synchronize_session": False},
        )


def lift(address: str, *, only_unasked: bool = False) -> bool:
    """Let the address be written to again, in the running transaction; False where it was not suppressed.

    ``only_unasked`` leaves alone what blocks all letters.
    """
    which: ColumnElement[bool] = Suppression.address_hash.in_(hashes(address))
    if only_unasked:
        which &= Suppression.kind.not_in(BLOCKS_ALL)
    lifted = db.session.execute(
        delete(Suppression)
        .where(which)
        .returning(Suppression.id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(lifted)


def suppression_reason(address: str) -> str | None:
    """Why the address is not written to, or None when it may be."""
    found = refusals([address]).get(address)
    return found.reason if found else None


def refusals(addresses: Collection[str]) -> dict[str, Refusal]:
    """Of many addresses those that are not written to, and why."""
    by_hash = {digest: address for address in addresses for digest in hashes(address)}
    digests = list(by_hash)
    found: dict[str, Refusal] = {}
    for start in range(0, len(digests), _CHUNK):
        rows = db.session.execute(
            select(Suppression.address_hash, Suppression.kind, Suppression.reason).where(
                Suppression.address_hash.in_(digests[start : start + _CHUNK])
            )
        )
        found |= {by_hash[row.address_hash]: Refusal(row.kind, row.reason) for row in rows}
    return found


def hashes(address: str) -> list[str]:
    """The hash under today's key first, then under earlier keys: a new key must not forget refusals."""
    bound = settings.current()
    text = f"suppression\0{_as_it_travels(address).lower()}".encode()
    keys = (bound.secret_key, *bound.secret_key_fallbacks)
    return [hmac.new(key.get_secret_value().encode(), text, hashlib.sha256).hexdigest() for key in keys]


def _as_it_travels(address: str) -> str:
    """A domain with umlauts has two writings: an account keeps the one, its letters and what comes back the other."""
    try:
        return mailable(address)
    except ValueError:
        return address.strip()
