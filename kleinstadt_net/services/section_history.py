"""What a section said before: every version with who and when, what changed, and the way back to it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, Protocol

from sqlalchemy import func, select

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Membership, SectionVersion
from kleinstadt_net.profile import checking, words
from kleinstadt_net.profile.fields import VISIBILITY_TITLES, Content, Kind
from kleinstadt_net.profile.shapes import SHAPES
from kleinstadt_net.services import section_drafts, sections, stance_drafts
from kleinstadt_net.services.town_people import name_of

PERSON, OPERATOR, FORMER = "person", "operator", "former"
SAME, GONE, NEW = "same", "gone", "new"
TEXT_LABEL, VISIBILITY_LABEL = "Text", "Lesen dürfen"


class Readable(Protocol):
    """What can be compared: a section, a draft or a version."""

    @property
    def thesis(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, Any]: ...
    @property
    def text(self) -> str: ...
    @property
    def visibility(self) -> str: ...


@dataclass(frozen=True)
class Piece:
    """A stretch of text that stayed, went or came."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """What changed in one field; of a list each piece is a whole entry."""

    label: str
    is_list: bool
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Version:
    """A section as it stood after one change. ``name`` is given for people of the town only."""

    thesis: str
    number: int
    fields: Mapping[str, Any]
    text: str
    visibility: str
    who: str
    name: str
    changed_at: datetime
    restored_version: int | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class _Nothing:
    """What stands before the first version."""

    thesis: str
    visibility: str
    text: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


def count(town_id: int, thesis: str) -> int:
    """How many versions a section has."""
    query = select(func.count()).select_from(SectionVersion)
    return db.session.scalar(query.where(*_of(town_id, thesis))) or 0


def versions(town_id: int, thesis: str, *, limit: int, offset: int = 0) -> list[Version]:
    """The versions of a section, the latest first, each with what it changed."""
    rows: Sequence[tuple[SectionVersion, Account | None, int | None]] = db.session.execute(
        select(SectionVersion, Account, Membership.id)
        .outerjoin(Account, Account.id == SectionVersion.changed_by_id)
        .outerjoin(
            Membership, (Membership.account_id == Account.id) & (Membership.town_id == SectionVersion.town_id)
        )
        .where(*_of(town_id, thesis))
        .order_by(SectionVersion.version.desc())
        # One more, for what the last one shown has changed.
        .limit(limit + 1)
        .offset(offset)
    ).all()
    befores: list[Readable] = [row for row, _, _ in rows[1:]]
    if rows and len(rows) <= limit:
        befores.append(_Nothing(thesis, rows[-1][0].visibility))
    return [_version(*row, before) for row, before in zip(rows[:limit], befores, strict=True)]


def restore(town_id: int, account_id: int, thesis: str, number: int, version: int) -> bool:
    """Bring an earlier version back as a new one; False where that waits for a lead.

    Raises StaleVersion when the section is no longer at ``version``, LookupError when there is no such number.
    """
    begin_writing(db.session)
    row = db.session.scalar(
        select(SectionVersion).where(*_of(town_id, thesis), SectionVersion.version == number)
    )
    if row is None:
        db.session.rollback()
        raise LookupError(f"section {thesis} of town {town_id} has no version {number}")
    fields = checking.visible(thesis, row.fields, verified=True)
    content = Content(fields, row.text, row.visibility)
    if stance_drafts.must_wait(town_id, account_id):
        section_drafts.put(town_id, account_id, thesis, content)
        db.session.commit()
        return False
    sections.write(town_id, account_id, thesis, content, version, restored=number)
    sections.finish("section.restored", town_id, account_id, thesis)
    return True


def differences(before: Readable, after: Readable) -> tuple[Difference, ...]:
    """What changed from one state of a section to another, field by field, ready to be read."""
    found = []
    for shape in SHAPES[after.thesis].fields:
        old, new = (
            words.readable(shape, one.fields[shape.key]) if one.fields.get(shape.key) else ""
            for one in (before, after)
        )
        if old != new:
            found.append(_difference(shape.label, old, new, is_list=shape.kind is Kind.ENTRIES))
    if before.text != after.text:
        found.append(_difference(TEXT_LABEL, before.text, after.text, is_list=False))
    if before.visibility != after.visibility:
        old, new = VISIBILITY_TITLES[before.visibility], VISIBILITY_TITLES[after.visibility]
        found.append(Difference(VISIBILITY_LABEL, True, (Piece(GONE, old), Piece(NEW, new))))
    return tuple(found)


def _difference(label: str, old: str, new: str, *, is_list: bool) -> Difference:
    if is_list:
        return Difference(label, True, tuple(_pieces(old.split("\n"), new.split("\n"), one_by_one=True)))
    # Words with the space behind them, so that the pieces put together are the text again.
    pieces = _pieces(re.findall(r"\S+\s*|\s+", old), re.findall(r"\S+\s*|\s+", new), one_by_one=False)
    return Difference(label, False, tuple(pieces))


def _pieces(old: Sequence[str], new: Sequence[str], *, one_by_one: bool) -> list[Piece]:
    found: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        runs = [(SAME, old[i:j])] if tag == "equal" else [(GONE, old[i:j]), (NEW, new[k:m])]
        for kind, run in runs:
            texts = run if one_by_one else ["".join(run)]
            found += [Piece(kind, text) for text in texts if text]
    return found


def _version(
    row: SectionVersion, account: Account | None, membership: int | None, before: Readable
) -> Version:
    is_ours = account is not None and membership is not None
    return Version(
        thesis=row.thesis,
        number=row.version,
        fields=checking.visible(row.thesis, row.fields, verified=True),
        text=row.text,
        visibility=row.visibility,
        who=PERSON if is_ours else OPERATOR if account is not None and account.is_operator else FORMER,
        name=name_of(account) if account is not None and is_ours else "",
        changed_at=row.changed_at,
        restored_version=row.restored_version,
        differences=differences(before, row),
    )


def _of(town_id: int, thesis: str) -> tuple[Any, Any]:
    return SectionVersion.town_id == town_id, SectionVersion.thesis == thesis
