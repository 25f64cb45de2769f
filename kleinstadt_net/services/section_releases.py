"""Releasing drafts of sections: a lead makes one the town's word with one click, or gives it back.

A release names the version of the section that was shown beside the draft, so nothing newer is replaced unseen.
"""

from dataclasses import dataclass

from sqlalchemy import select

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Section, SectionDraft, Town
from kleinstadt_net.profile import checking
from kleinstadt_net.profile.fields import Content
from kleinstadt_net.services import (
    audit,
    correspondence,
    section_drafts,
    section_history,
    sections,
    town_people,
    typed,
    urls,
)
from kleinstadt_net.services.section_drafts import Draft
from kleinstadt_net.services.section_history import Difference
from kleinstadt_net.services.sections import SectionRow
from kleinstadt_net.vocabulary import THESES

SECTION_PATH = "/unsere-stadt/abschnitte/{thesis}"


@dataclass(frozen=True)
class Release:
    """A draft beside what stands there now; ``is_overtaken`` where that was written after the draft."""

    draft: Draft
    current: SectionRow
    differences: tuple[Difference, ...]
    is_overtaken: bool


def waiting(town_id: int) -> list[Release]:
    """Every draft of a section that waits for a lead, in the order of the theses."""
    drafts = section_drafts.waiting(town_id)
    if not drafts:
        return []
    stored = {
        section.thesis: section
        for section in db.session.scalars(
            select(Section).where(Section.town_id == town_id, Section.thesis.in_(drafts))
        )
    }
    return [_release(draft, stored.get(key)) for key in THESES for draft in drafts.get(key, ())]


def _release(draft: Draft, stored: Section | None) -> Release:
    current = sections.row_of(stored) if stored else SectionRow(draft.thesis)
    return Release(
        draft,
        current,
        section_history.differences(current, draft),
        stored is not None and stored.changed_at > draft.created_at,
    )


def release(town_id: int, lead_id: int, draft_id: int, version: int) -> bool:
    """Make a draft the town's section; False when it waits no longer, or this is no lead of the town.

    Raises StaleVersion when the section is no longer at ``version``, which the lead has seen.
    """
    begin_writing(db.session)
    draft = _of_lead(town_id, lead_id, draft_id)
    if draft is None:
        return False
    thesis, content = draft.thesis, Content(draft.fields, draft.text, draft.visibility)
    sections.write(town_id, draft.author_id, thesis, content, version)
    db.session.delete(draft)
    sections.finish("section.released", town_id, lead_id, thesis)
    return True


def give_back(town_id: int, lead_id: int, draft_id: int, remark: str) -> bool:
    """Return a draft to its author with a remark, which may be empty; False as in ``release``.

    Its text stays hers: it waits in her form as something half-typed.
    """
    begin_writing(db.session)
    draft = _of_lead(town_id, lead_id, draft_id)
    if draft is None:
        return False
    author = db.session.get(Account, draft.author_id) if draft.author_id else None
    if author is not None:
        _hand_back(draft, author.id)
        correspondence.write(
            "draft_returned",
            author,
            key=f"section:{draft.id}",
            context={
                "town": db.session.get_one(Town, town_id).name,
                "subject_title": THESES[draft.thesis].title,
                "sentence": "",
                "remark": remark,
                "stance_url": urls.absolute(SECTION_PATH.format(thesis=draft.thesis)),
            },
        )
    audit.record("section.returned", account_id=lead_id, town_id=town_id, subject=draft.thesis)
    db.session.delete(draft)
    db.session.commit()
    return True


def _hand_back(draft: SectionDraft, author_id: int) -> None:
    content = {
        **checking.as_sent(draft.thesis, draft.fields),
        "text": [draft.text],
        "visibility": [draft.visibility],
        "version": [str(sections.find(draft.town_id, draft.thesis).version)],
    }
    typed.put(author_id, draft.town_id, sections.FORM.format(thesis=draft.thesis), content, over=False)


def _of_lead(town_id: int, lead_id: int, draft_id: int) -> SectionDraft | None:
    draft = section_drafts.locked(town_id, draft_id)
    if draft is None or not town_people.leads(town_id, lead_id):
        db.session.rollback()
        return None
    return draft
