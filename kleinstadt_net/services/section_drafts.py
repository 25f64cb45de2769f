"""Drafts of sections: what editors would like them to say, and what a dissolved town's sections said.

They wait for a lead, who releases or returns them; seen by the town's own people only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, SectionDraft, Town
from kleinstadt_net.profile import checking
from kleinstadt_net.profile.fields import Content
from kleinstadt_net.services import audit, stance_drafts
from kleinstadt_net.services.town_people import name_of

_IN_SILENCE = {"synchronize_session": False}


@dataclass(frozen=True)
class Draft:
    """A section somebody has prepared; ``author`` is empty once her account is gone, or where it was inherited."""

    draft_id: int
    thesis: str
    fields: Mapping[str, Any]
    text: str
    visibility: str
    author_id: int | None
    author: str
    created_at: datetime


def waiting(town_id: int) -> dict[str, tuple[Draft, ...]]:
    """The drafts of a town by thesis, oldest first."""
    rows = db.session.execute(_drafts().where(SectionDraft.town_id == town_id))
    found: dict[str, tuple[Draft, ...]] = {}
    for draft, author in rows:
        found[draft.thesis] = (*found.get(draft.thesis, ()), _row(draft, author))
    return found


def own(town_id: int, account_id: int, thesis: str) -> Draft | None:
    """The draft of a section this person has waiting."""
    row = db.session.execute(
        _drafts().where(
            SectionDraft.town_id == town_id,
            SectionDraft.author_id == account_id,
            SectionDraft.thesis == thesis,
        )
    ).first()
    return _row(row[0], row[1]) if row else None


def put(town_id: int, account_id: int, thesis: str, content: Content) -> None:
    """Keep a draft in the running transaction in place of the one this person had, and tell the leads."""
    # One writer per town and moment, so that nobody ends up with two drafts of one section.
    db.session.execute(select(Town.id).where(Town.id == town_id).with_for_update())
    db.session.execute(
        delete(SectionDraft).where(
            SectionDraft.town_id == town_id,
            SectionDraft.author_id == account_id,
            SectionDraft.thesis == thesis,
        ),
        execution_options=_IN_SILENCE,
    )
    audit.record("section.drafted", account_id=account_id, town_id=town_id, subject=thesis)
    db.session.add(
        SectionDraft(
            town_id=town_id,
            thesis=thesis,
            **vars(content),
            author_id=account_id,
            created_at=clock.now(),
        )
    )
    stance_drafts.tell_leads(town_id)


def withdraw(town_id: int, account_id: int, draft_id: int) -> bool:
    """Take one's own draft back; False when there is no such draft of one's own."""
    begin_writing(db.session)
    draft = locked(town_id, draft_id)
    if draft is None or draft.author_id != account_id:
        db.session.rollback()
        return False
    audit.record("section.withdrawn", account_id=account_id, town_id=town_id, subject=draft.thesis)
    db.session.delete(draft)
    db.session.commit()
    return True


def locked(town_id: int, draft_id: int) -> SectionDraft | None:
    """A draft of this town, locked for the running transaction."""
    return db.session.scalar(
        select(SectionDraft)
        .where(SectionDraft.id == draft_id, SectionDraft.town_id == town_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _drafts() -> Select[SectionDraft, Account]:
    return (
        select(SectionDraft, Account)
        .outerjoin(Account, Account.id == SectionDraft.author_id)
        .order_by(SectionDraft.created_at, SectionDraft.id)
    )


def _row(draft: SectionDraft, author: Account | None) -> Draft:
    return Draft(
        draft_id=draft.id,
        thesis=draft.thesis,
        fields=checking.visible(draft.thesis, draft.fields, verified=True),
        text=draft.text,
        visibility=draft.visibility,
        author_id=draft.author_id,
        author=name_of(author) if author else "",
        created_at=draft.created_at,
    )
