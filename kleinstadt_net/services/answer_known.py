"""Städte, die wir schon kennen: never proposed again, until a lead takes that back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Suggestion, SuggestionAnswer, Town
from kleinstadt_net.services import answer_people, audit


@dataclass(frozen=True)
class KnownTown:
    """A town this one knows; ``said_by`` is empty where that person's account is no more."""

    ags: str
    slug: str
    name: str
    said_at: datetime
    said_by: str


def listing(town_id: int) -> tuple[KnownTown, ...]:
    """The towns a town has said it knows, by name."""
    said_at = func.coalesce(SuggestionAnswer.changed_at, SuggestionAnswer.answered_at)
    rows = db.session.execute(
        select(Town.ags, Town.slug, Town.name, said_at, Account.first_name, Account.last_name)
        .join(Suggestion, Suggestion.peer_id == Town.id)
        .join(SuggestionAnswer, SuggestionAnswer.suggestion_id == Suggestion.id)
        .outerjoin(Account, Account.id == SuggestionAnswer.account_id)
        .where(Suggestion.town_id == town_id, SuggestionAnswer.answer == "known")
        .order_by(Town.sort_key, Town.ags, said_at)
    )
    # Said twice, the latest word stands.
    found = {
        ags: KnownTown(ags, slug, name, at, f"{first or ''} {last or ''}".strip())
        for ags, slug, name, at, first, last in rows
    }
    return tuple(found.values())


def undo(town_id: int, account_id: int, ags: str) -> str | None:
    """Let a known town be proposed again; commits and answers its name.

    None where the town does not stand on the list or the person does not lead her town.
    """
    begin_writing(db.session)
    peer = db.session.scalar(select(Town).where(Town.ags == ags))
    proposed = select(Suggestion.id).where(
        Suggestion.town_id == town_id, Suggestion.peer_id == (peer.id if peer else None)
    )
    said = SuggestionAnswer.suggestion_id.in_(proposed), SuggestionAnswer.answer == "known"
    stands = db.session.scalar(select(SuggestionAnswer.id).where(*said).limit(1)) is not None
    if peer is None or not stands or answer_people.role(account_id, town_id) != "lead":
        db.session.rollback()
        return None
    db.session.execute(delete(SuggestionAnswer).where(*said))
    audit.record("suggestion.known_undone", account_id=account_id, town_id=town_id, peer=peer.ags)
    db.session.commit()
    return peer.name
