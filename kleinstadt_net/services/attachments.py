"""Documents that go with messages and examples: taking them, finding them, and letting them go.

All of this happens in the running transaction of whoever owns them and decides who may see them. Files are written
before the rows that name them and deleted after the rows are gone, so that no page names a file that is not there. What
a rolled-back transaction leaves behind, and what rows that went with their message or example no longer name, is swept
away (``sweep``).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.files import scanner
from kleinstadt_net.files import store as file_store
from kleinstadt_net.files.attachments import (
    MAX_BYTES,
    MAX_FILES,
    MEDIA_TYPES,
    AttachmentRefused,
    Checked,
    Fault,
    check,
)
from kleinstadt_net.files.scanner import Verdict
from kleinstadt_net.models import Attachment, Message
from kleinstadt_net.security.tokens import new_token

__all__ = [
    "MAX_BYTES", "MAX_FILES", "MEDIA_TYPES", "AttachmentRefused", "AttachmentRow", "Checked", "Fault", "Upload",
    "check_all", "delete_files", "of_messages", "of_practices", "of_talk", "read", "release",
    "store", "sweep", "take_out",
]  # fmt: skip

FOLDER = "attachments"
TOKEN_LENGTH = 32
# An upload takes seconds; a file that nobody names after a day belongs to none.
ORPHANED_AFTER = timedelta(days=1)

# A file as it was sent: its name and its bytes.
Upload = tuple[str, bytes]
_REFUSED = {Verdict.INFECTED: Fault.INFECTED, Verdict.UNCHECKED: Fault.UNCHECKED}


@dataclass(frozen=True)
class AttachmentRow:
    """A document for a page: its address is made of ``token``, ``kind`` is a key of MEDIA_TYPES, ``size`` in bytes."""

    attachment_id: int
    token: str
    name: str
    kind: str
    size: int
    is_released: bool


def check_all(uploads: Sequence[Upload], *, already: int = 0) -> tuple[Checked, ...]:
    """All files as they may be stored, beside so many there are ``already``; asks the virus scanner where one is set.

    Asks the database nothing, so it belongs before the transaction. Raises AttachmentRefused for the first that is not
    to be taken: then none is.
    """
    if already + len(uploads) > MAX_FILES:
        raise AttachmentRefused(Fault.TOO_MANY, "")
    checked = tuple(check(name, data) for name, data in uploads)
    for one in checked:
        refused = _REFUSED.get(scanner.scan(one.data))
        if refused:
            raise AttachmentRefused(refused, one.name)
    return checked


def store(
    checked: Sequence[Checked],
    *,
    message_id: int | None = None,
    practice_id: int | None = None,
    account_id: int,
    released: bool,
) -> None:
    """Write the files, and their rows in the running transaction, for exactly one message or one example."""
    now = clock.now()
    for one in checked:
        token = new_token()[:TOKEN_LENGTH]
        file_store.write(FOLDER, token, one.data)
        db.session.add(
            Attachment(
                message_id=message_id,
                practice_id=practice_id,
                token=token,
                name=one.name,
                kind=one.kind,
                size=len(one.data),
                uploaded_by_id=account_id,
                uploaded_at=now,
                released_at=now if released else None,
            )
        )
    db.session.flush()


def of_messages(message_ids: Collection[int]) -> Mapping[int, tuple[AttachmentRow, ...]]:
    """The documents of each of these messages, in the order they were sent: one query."""
    return _by_owner(message_ids, select(Attachment).where(Attachment.message_id.in_(message_ids)))


def of_talk(exchange_id: int, token: str) -> AttachmentRow | None:
    """The document of one of a talk's messages with this token."""
    row = db.session.scalar(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(Attachment.token == token, Message.exchange_id == exchange_id)
    )
    return _row(row) if row is not None else None


def of_practices(
    practice_ids: Collection[int], *, with_waiting: bool
) -> Mapping[int, tuple[AttachmentRow, ...]]:
    """The documents of each of these examples, in the order they were added: one query.

    Those that wait for a lead are for the example's own town; nobody else is to be told that there are any.
    """
    found = select(Attachment).where(Attachment.practice_id.in_(practice_ids))
    if not with_waiting:
        found = found.where(Attachment.released_at.is_not(None))
    return _by_owner(practice_ids, found)


def release(practice_id: int, attachment_ids: Collection[int]) -> int:
    """Let documents of an example be seen that wait, in the running transaction; answers how many."""
    waiting = (
        Attachment.practice_id == practice_id,
        Attachment.id.in_(attachment_ids),
        Attachment.released_at.is_(None),
    )
    released = db.session.execute(
        update(Attachment).where(*waiting).values(released_at=clock.now()).returning(Attachment.id),
        execution_options={"synchronize_session": False},
    )
    return len(released.all())


def read(token: str) -> bytes | None:
    """A document's bytes, for whoever has made sure that this reader may have them; None where they are gone."""
    return file_store.read(FOLDER, token)


def take_out(attachment_ids: Collection[int]) -> tuple[str, ...]:
    """Delete rows in the running transaction; their tokens are for ``delete_files`` once it is committed."""
    found = select(Attachment.id, Attachment.token).where(Attachment.id.in_(attachment_ids))
    rows = db.session.execute(found).all()
    db.session.execute(
        delete(Attachment).where(Attachment.id.in_([row.id for row in rows])),
        execution_options={"synchronize_session": False},
    )
    return tuple(row.token for row in rows)


def delete_files(tokens: Iterable[str]) -> None:
    """Delete the bytes of documents whose rows are gone."""
    for token in tokens:
        file_store.delete(FOLDER, token)


def sweep(now: datetime) -> int:
    """Delete files no row names any more; answers how many."""
    # Listed before the database is asked: an upload under way is younger than the limit anyway.
    old = [name for name, at in file_store.names(FOLDER) if at < (now - ORPHANED_AFTER).timestamp()]
    known = set(db.session.scalars(select(Attachment.token)))
    orphans = [name for name in old if name not in known]
    delete_files(orphans)
    return len(orphans)


def _by_owner(
    owner_ids: Collection[int], found: Select[Attachment]
) -> Mapping[int, tuple[AttachmentRow, ...]]:
    if not owner_ids:
        return {}
    by_owner: dict[int, tuple[AttachmentRow, ...]] = {}
    for row in db.session.scalars(found.order_by(Attachment.id)):
        owner = row.message_id or row.practice_id or 0
        by_owner[owner] = (*by_owner.get(owner, ()), _row(row))
    return by_owner


def _row(row: Attachment) -> AttachmentRow:
    return AttachmentRow(row.id, row.token, row.name, row.kind, row.size, row.released_at is not None)
