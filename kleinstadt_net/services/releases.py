"""Releasing: a lead reads what her editors have drafted and makes it the town's word with one click, or gives it back.

A release names the version of the statement that was shown beside the draft, so nothing newer is replaced unseen.
"""

from dataclasses import dataclass

from sqlalchemy import select

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Stance, Town
from kleinstadt_net.services import (
    audit,
    correspondence,
    installation,
    stance_drafts,
    stances,
    town_people,
    urls,
)
from kleinstadt_net.services.stance_drafts import Draft
from kleinstadt_net.services.stances import StanceRow
from kleinstadt_net.vocabulary import SUBJECTS

MAX_REMARK = 500
STANCE_PATH = "/unsere-stadt/angaben/{subject}"


@dataclass(frozen=True)
class Release:
    """A draft beside what stands there now; ``is_overtaken`` where that was written after the draft."""

    draft: Draft
    current: StanceRow
    is_overtaken: bool


def waiting(town_id: int) -> list[Release]:
    """Everything that waits for a lead, in the order of the vocabulary."""
    drafts = stance_drafts.waiting(town_id)
    if not drafts:
        return []
    rows = stances.sheet(town_id).rows
    changed = dict(
        db.session.execute(
            select(Stance.subject, Stance.changed_at).where(
                Stance.town_id == town_id, Stance.subject.in_(drafts)
            )
        ).all()
    )
    return [
        Release(draft, rows[key], key in changed and changed[key] > draft.created_at)
        for key in SUBJECTS
        for draft in drafts.get(key, ())
    ]


def release(town_id: int, lead_id: int, draft_id: int, version: int) -> bool:
    """Make a draft the town's statement; False when it waits no longer, or this is no lead of the town.

    Raises StaleVersion when the statement is no longer at ``version``, which the lead has seen.
    """
    begin_writing(db.session)
    draft = stance_drafts.locked(town_id, draft_id)
    if draft is None or not town_people.leads(town_id, lead_id):
        db.session.rollback()
        return False
    subject, author_id = draft.subject, draft.author_id
    state = None if draft.state == stance_drafts.TAKE_BACK else draft.state
    stances.write(town_id, author_id, subject, state, draft.sentence, draft.since, version)
    db.session.delete(draft)
    audit.record("draft.released", account_id=lead_id, town_id=town_id, subject=subject, state=state)
    installation.touch_town(town_id)
    db.session.commit()
    return True


def give_back(town_id: int, lead_id: int, draft_id: int, remark: str) -> bool:
    """Return a draft to its author with a remark, which may be empty; False as in ``release``."""
    begin_writing(db.session)
    draft = stance_drafts.locked(town_id, draft_id)
    if draft is None or not town_people.leads(town_id, lead_id):
        db.session.rollback()
        return False
    author = db.session.get(Account, draft.author_id) if draft.author_id else None
    town = db.session.get_one(Town, town_id)
    if author is not None:
        correspondence.write(
            "draft_returned",
            author,
            key=str(draft.id),
            context={
                "town": town.name,
                "subject_title": SUBJECTS[draft.subject].title,
                "sentence": draft.sentence or "",
                "remark": remark,
                "stance_url": urls.absolute(STANCE_PATH.format(subject=draft.subject)),
            },
        )
    audit.record("draft.returned", account_id=lead_id, town_id=town_id, subject=draft.subject)
    db.session.delete(draft)
    db.session.commit()
    return True
