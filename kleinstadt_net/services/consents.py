"""What a person agreed to, in which wording and when: kept as long as the account, shown in her export."""

from sqlalchemy import select, update

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Consent

HOUSE_RULES = "house_rules"
SHOW_NAME = "show_name"
DIGEST = "digest"

# Rises with every change of the house rules' page; who accepted an older one is asked again.
HOUSE_RULES_VERSION = "2026-11"
HOUSE_RULES_WORDING = "Ich habe die Hausregeln gelesen und halte mich daran."
SHOW_NAME_VERSION = "2026-11"
# Its wording stands with the form that shows it.
DIGEST_VERSION = "2026-11"
SHOW_NAME_WORDING = "Bestätigte Städte dürfen meinen Namen und mein Amt sehen."


def give(account_id: int, kind: str, version: str, wording: str, proof: str) -> None:
    """Record a consent in the running transaction; one of this version that still holds stays as it is."""
    holds = db.session.scalar(
        select(Consent.id).where(
            Consent.account_id == account_id,
            Consent.kind == kind,
            Consent.version == version,
            Consent.withdrawn_at.is_(None),
        )
    )
    if holds is None:
        db.session.add(
            Consent(
                account_id=account_id,
                kind=kind,
                version=version,
                wording=wording,
                proof=proof,
                given_at=clock.now(),
            )
        )


def withdraw(account_id: int, kind: str) -> None:
    """End every consent of this kind in the running transaction; that it once was given stays on record."""
    db.session.execute(
        update(Consent)
        .where(Consent.account_id == account_id, Consent.kind == kind, Consent.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now())
    )


def set_shows_name(account_id: int, shows: bool, proof: str) -> None:
    """Let verified towns see name and office, or no longer, in the running transaction."""
    if shows:
        give(account_id, SHOW_NAME, SHOW_NAME_VERSION, SHOW_NAME_WORDING, proof)
    else:
        withdraw(account_id, SHOW_NAME)
    db.session.execute(update(Account).where(Account.id == account_id).values(shows_name=shows))
