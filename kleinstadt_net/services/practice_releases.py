"""Releasing examples: a lead reads what waits, and makes it the town's word or gives it back with a sentence."""

from collections.abc import Collection
from dataclasses import dataclass

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Practice, Town
from kleinstadt_net.services import (
    attachments,
    correspondence,
    practice_content,
    practice_documents,
    practice_editing,
    practices,
    town_people,
    urls,
)
from kleinstadt_net.services.attachments import AttachmentRow
from kleinstadt_net.services.practice_content import Content
from kleinstadt_net.services.practice_editing import OwnPractice, UnknownPractice


@dataclass(frozen=True)
class Release:
    """What waits for a lead, and which fields of ``Content`` a change would make different; all for a new one.

    ``documents`` are all there are. Where the text waits, those that wait are released with it; else one by one.
    """

    practice: OwnPractice
    changed: tuple[str, ...]
    documents: tuple[AttachmentRow, ...]


def waiting(town_id: int) -> list[Release]:
    """Everything of a town that waits for a lead, the oldest change first."""
    examples = practice_editing.own(town_id)
    documents = practice_documents.of_own(examples)
    found = [Release(one, _changed(one), documents.get(one.practice_id, ())) for one in reversed(examples)]
    return [
        one for one in found if one.practice.waits or practice_documents.waiting(one.practice, one.documents)
    ]


def release(
    town_id: int, lead_id: int, practice_id: int, version: int, document_ids: Collection[int] = ()
) -> None:
    """Release a draft or a change of a released example, with those of its documents the lead has been shown.

    Raises UnknownPractice where nothing waits or this is no lead of the town, StaleVersion, Refused. Commits.
    """
    practice = _of_lead(town_id, lead_id, practice_id, version)
    if practice.proposal is not None:
        practice_editing.write(practice, practice.proposed_by_id, Content.from_json(practice.proposal))
    else:
        lacking = practice_content.missing(
            Content.of(practice, practices.subjects_of([practice_id]).get(practice_id, ()))
        )
        if lacking:
            db.session.rollback()
            raise practice_content.Refused(lacking)
        practice.version += 1
    practice_editing.let_out(practice)
    attachments.release(practice_id, document_ids)
    practice_editing.finish("practice.released", practice, lead_id, is_visible=True)


def give_back(town_id: int, lead_id: int, practice_id: int, version: int, remark: str) -> None:
    """Return what waits to its author with a remark, which may be empty; a draft stays a draft.

    Her changed text of a released example waits in her form as something half-typed. Raises as ``release``. Commits.
    """
    practice = _of_lead(town_id, lead_id, practice_id, version)
    author_id = practice.proposed_by_id if practice.proposal is not None else practice.changed_by_id
    author = db.session.get(Account, author_id) if author_id else None
    if author is not None:
        _write_letter(practice, author, remark)
    practice.version += 1
    if practice.proposal is not None and author is not None:
        practice_editing.keep_typed(practice, author.id, Content.from_json(practice.proposal))
    practice.submitted_at = None
    practice.proposal = practice.proposed_by_id = practice.proposed_at = None
    practice_editing.finish("practice.returned", practice, lead_id)


def _write_letter(practice: Practice, author: Account, remark: str) -> None:
    correspondence.write(
        "draft_returned",
        author,
        key=f"practice:{practice.id}:{practice.version}",
        context={
            "town": db.session.get_one(Town, practice.town_id).name,
            "subject_title": practice.title,
            "sentence": "",
            "remark": remark,
            "stance_url": urls.absolute(practices.EDIT_PATH.format(practice_id=practice.id)),
        },
    )


def _of_lead(town_id: int, lead_id: int, practice_id: int, version: int) -> Practice:
    practice = practice_editing.locked(town_id, practice_id, version)
    waits = practice.submitted_at is not None or practice.proposal is not None
    if not waits or not town_people.leads(town_id, lead_id):
        db.session.rollback()
        raise UnknownPractice(practice_id)
    return practice


def _changed(one: OwnPractice) -> tuple[str, ...]:
    names = tuple(Content.__dataclass_fields__)
    if one.proposal is None:
        return names
    return tuple(name for name in names if getattr(one.proposal, name) != getattr(one.content, name))
