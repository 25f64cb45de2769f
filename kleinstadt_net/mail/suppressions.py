"""Addresses that are not written to, kept as a keyed hash only: the list names nobody."""

import hashlib
import hmac
from typing import Literal

from sqlalchemy import select

from kleinstadt_net import clock, settings
from kleinstadt_net.database import db
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import Suppression

Kind = Literal["hard", "soft", "complaint", "asked", "operator"]


def suppress(address: str, reason: str, kind: Kind = "hard") -> None:
    """Note in the running transaction that the address is not to be written to; ``reason`` names nobody."""
    row = {
        "address_hash": hashes(address)[0],
        "kind": kind,
        "reason": reason[:200],
        "since": clock.now(),
    }
    db.session.execute(insert_once(Suppression, row, Suppression.address_hash))


def suppression_reason(address: str) -> str | None:
    """Why the address is not written to, or None when it may be."""
    return db.session.scalars(
        select(Suppression.reason).where(Suppression.address_hash.in_(hashes(address)))
    ).first()


def hashes(address: str) -> list[str]:
    """The hash under today's key first, then under earlier keys: a new key must not forget refusals."""
    bound = settings.current()
    text = f"suppression\0{address.strip().lower()}".encode()
    keys = (bound.secret_key, *bound.secret_key_fallbacks)
    return [hmac.new(key.get_secret_value().encode(), text, hashlib.sha256).hexdigest() for key in keys]
