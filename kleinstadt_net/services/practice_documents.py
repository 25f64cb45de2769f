"""Documents of a town's examples: added, released, removed, and handed to whoever may read the example.

They follow the example: what is in the archive or a draft is its town's alone. An editor's document waits for a lead
where the town wants that, also where the example itself is out already.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Practice
from kleinstadt_net.services import attachments, practice_editing, practices, stance_drafts, town_people
from kleinstadt_net.services.attachments import MAX_FILES, AttachmentRefused, AttachmentRow, Fault, Upload
from kleinstadt_net.services.directory_filters import Reader
from kleinstadt_net.services.practice_editing import OwnPractice, UnknownPractice
from kleinstadt_net.services.practices import ARCHIVED, DRAFT, RELEASED, PracticePage


def shown(practice: PracticePage) -> tuple[AttachmentRow, ...]:
    """The documents on an example's page; its own town sees also those that wait."""
    found = attachments.of_practices([practice.practice_id], with_waiting=practice.is_own)
    return found.get(practice.practice_id, ())


def of_own(examples: Iterable[OwnPractice]) -> Mapping[int, tuple[AttachmentRow, ...]]:
    """All documents of a town's own examples: one query."""
    return attachments.of_practices([one.practice_id for one in examples], with_waiting=True)


def waiting(example: OwnPractice, rows: Iterable[AttachmentRow]) -> tuple[AttachmentRow, ...]:
    """Those that wait for a lead by themselves: of a draft they wait with it, in the archive for its return."""
    return tuple(row for row in rows if not row.is_released) if example.state == RELEASED else ()


def file(practice_id: int, token: str, reader: Reader) -> tuple[AttachmentRow, bytes] | None:
    """A document of an example with its bytes; None where there is none, or none for this reader."""
    found = select(Practice.town_id, Practice.state).where(Practice.id == practice_id)
    example = db.session.execute(found).one_or_none()
    if example is None or not practices.may_read(example.town_id, example.state, reader):
        return None
    is_own = example.town_id == reader.town_id
    rows = attachments.of_practices([practice_id], with_waiting=is_own).get(practice_id, ())
    row = next((row for row in rows if row.token == token), None)
    data = attachments.read(row.token) if row else None
    return (row, data) if row and data is not None else None


def add(town_id: int, account_id: int, practice_id: int, uploads: Sequence[Upload]) -> bool:
    """Add documents to an example that is not in the archive; False where they wait for a lead. Commits.

    Raises UnknownPractice, and AttachmentRefused where one is not to be taken: then none is.
    """
    # Before anything is locked: looking through them, and asking the scanner, takes its time.
    checked = attachments.check_all(uploads)
    practice = practice_editing.held(town_id, practice_id)
    if practice.state == ARCHIVED:
        db.session.rollback()
        raise UnknownPractice(practice_id)
    there = attachments.of_practices([practice_id], with_waiting=True).get(practice_id, ())
    if len(there) + len(checked) > MAX_FILES:
        db.session.rollback()
        raise AttachmentRefused(Fault.TOO_MANY, "")
    waits = stance_drafts.must_wait(town_id, account_id)
    attachments.store(checked, practice_id=practice_id, account_id=account_id, released=not waits)
    if waits and (practice.state == RELEASED or practice.submitted_at is not None):
        stance_drafts.tell_leads(town_id)
    practice_editing.finish("practice.document_added", practice, account_id)
    return not waits


def release(town_id: int, lead_id: int, practice_id: int, document_id: int) -> bool:
    """Let a document be seen; False where it waits no longer, or this is no lead of the town.

    Raises UnknownPractice. Commits.
    """
    practice = practice_editing.held(town_id, practice_id)
    may = town_people.leads(town_id, lead_id)
    if not may or not attachments.release(practice_id, [document_id]):
        db.session.rollback()
        return False
    practice_editing.finish("practice.document_released", practice, lead_id)
    return True


def may_remove(practice: Practice | OwnPractice, row: AttachmentRow, *, must_wait: bool) -> bool:
    """What everybody can read only those take away who may also put it there; the rest is anybody's of the town."""
    return not must_wait or not row.is_released or practice.state == DRAFT


def remove(town_id: int, account_id: int, practice_id: int, document_id: int) -> bool:
    """Delete a document; False where there is none, or only a lead may take it away.

    Raises UnknownPractice. Commits.
    """
    practice = practice_editing.held(town_id, practice_id)
    rows = attachments.of_practices([practice_id], with_waiting=True).get(practice_id, ())
    row = next((row for row in rows if row.attachment_id == document_id), None)
    must_wait = stance_drafts.must_wait(town_id, account_id)
    if row is None or not may_remove(practice, row, must_wait=must_wait):
        db.session.rollback()
        return False
    gone = attachments.take_out([document_id])
    practice_editing.finish("practice.document_removed", practice, account_id)
    attachments.delete_files(gone)
    return True
