"""Writing examples: drafts, changes of released ones, the archive.

An editor of a town that wants a lead's release submits; a lead, or anybody where the town does without, releases at
once. What an operator has taken out a lead releases in any town, and only once it has changed. Every write names the
version it was based on; where somebody saved in between nothing is written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from sqlalchemy import select
from sqlalchemy.orm import aliased

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Practice
from kleinstadt_net.services import (
    audit,
    installation,
    practice_content,
    practices,
    removals,
    stance_drafts,
    town_people,
    typed,
)
from kleinstadt_net.services.practice_content import Content, Refused
from kleinstadt_net.services.practices import ARCHIVED, DRAFT, RELEASED

FORM = "practice:{practice_id}"
UNCHANGED = (
    "Dieses Beispiel haben wir nach einer Meldung aus der Sammlung genommen. Bitte ändern Sie, was die Begründung "
    "nennt, bevor es wieder erscheint."
)
SAVED, SUBMITTED, NOW_RELEASED = "saved", "submitted", "released"


# What one does to an example with a single button: town, account, example and its version.
Deed = Callable[[int, int, int, int], str | None]


class UnknownPractice(LookupError):
    """The town has no such example, or none in the state this needs."""


class StaleVersion(Exception):
    """Somebody else changed the example since the form was opened; ``current`` is its version now."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the example is at version {current}")
        self.current = current


@dataclass(frozen=True)
class OwnPractice:
    """An example as its own town sees it. ``proposal`` is a change that waits, ``proposed_by`` its author's name.

    ``author`` is who wrote last, empty once her account is gone. ``is_taken_out``: a draft that an operator has taken
    out of the library.
    """

    practice_id: int
    content: Content
    state: str
    version: int
    submitted_at: datetime | None
    proposal: Content | None
    proposed_by: str
    proposed_by_id: int | None
    proposed_at: datetime | None
    author: str
    changed_at: datetime
    released_at: datetime | None
    is_taken_out: bool

    @property
    def waits(self) -> bool:
        """Whether a lead is to release it, or a change of it."""
        return self.submitted_at is not None or self.proposal is not None


def own(town_id: int) -> list[OwnPractice]:
    """All examples of a town, the latest changed first: three queries."""
    return _read(Practice.town_id == town_id)


def find(town_id: int, practice_id: int) -> OwnPractice:
    """One of them; raises UnknownPractice."""
    found = _read(Practice.town_id == town_id, Practice.id == practice_id)
    if not found:
        raise UnknownPractice(practice_id)
    return found[0]


def begin(town_id: int, account_id: int, title: str) -> int:
    """A new draft with nothing but its title; its id. Raises Refused. Commits."""
    begin_writing(db.session)
    try:
        practice_id = practices.start_draft(town_id, account_id, title=title)
    except Refused:
        db.session.rollback()
        raise
    db.session.commit()
    return practice_id


def save(
    town_id: int, account_id: int, practice_id: int, content: Content, version: int, *, release: bool
) -> str:
    """Store what was typed; answers SAVED (a draft for the town alone), SUBMITTED (waits for a lead) or NOW_RELEASED.

    With ``release`` a draft is released or handed to a lead; an example that is out already is changed at once or
    its change waits. Raises UnknownPractice, Refused, StaleVersion. Commits.
    """
    practice_content.check(content)
    practice = locked(town_id, practice_id, version)
    must_wait = _must_wait(practice, account_id)
    is_out = practice.state == RELEASED
    if release or is_out or practice.submitted_at is not None:
        lacking = practice_content.missing(content)
        if lacking:
            db.session.rollback()
            raise Refused(lacking)
    typed.forget(account_id, town_id, FORM.format(practice_id=practice_id))
    if is_out and must_wait:
        return _propose(practice, account_id, content)
    write(practice, account_id, content)
    if is_out or (release and not must_wait):
        let_out(practice)
        finish("practice.released", practice, account_id, is_visible=True)
        return NOW_RELEASED
    if release:
        practice.submitted_at = clock.now()
        stance_drafts.tell_leads(town_id)
        finish("practice.submitted", practice, account_id)
        return SUBMITTED
    finish("practice.saved", practice, account_id)
    return SUBMITTED if practice.submitted_at is not None else SAVED


def archive(town_id: int, account_id: int, practice_id: int, version: int) -> None:
    """Take a released example out of the library; it is kept. Raises UnknownPractice, StaleVersion. Commits."""
    practice = locked(town_id, practice_id, version)
    if practice.state != RELEASED:
        _give_up(practice_id)
    practice.state = ARCHIVED
    practice.proposal = practice.proposed_by_id = practice.proposed_at = None
    _touch(practice, account_id)
    finish("practice.archived", practice, account_id, is_visible=True)


def restore(town_id: int, account_id: int, practice_id: int, version: int) -> str:
    """Bring an example back from the archive: NOW_RELEASED, or SUBMITTED where a lead must release it.

    Raises UnknownPractice, StaleVersion, Refused. Commits.
    """
    practice = locked(town_id, practice_id, version)
    if practice.state != ARCHIVED:
        _give_up(practice_id)
    _touch(practice, account_id)
    if stance_drafts.must_wait(town_id, account_id):
        practice.state, practice.submitted_at = DRAFT, clock.now()
        stance_drafts.tell_leads(town_id)
        finish("practice.submitted", practice, account_id)
        return SUBMITTED
    let_out(practice)
    finish("practice.restored", practice, account_id, is_visible=True)
    return NOW_RELEASED


def delete(town_id: int, account_id: int, practice_id: int, version: int) -> None:
    """Delete a draft. Raises UnknownPractice, StaleVersion. Commits."""
    practice = locked(town_id, practice_id, version)
    if practice.state != DRAFT:
        _give_up(practice_id)
    typed.forget(account_id, town_id, FORM.format(practice_id=practice_id))
    db.session.delete(practice)
    finish("practice.deleted", practice, account_id)


def withdraw(town_id: int, account_id: int, practice_id: int, version: int) -> None:
    """Take back what waits for a lead: a draft stays a draft, a proposed change goes.

    A proposed change is its author's alone. Raises UnknownPractice, StaleVersion. Commits.
    """
    practice = locked(town_id, practice_id, version)
    if practice.proposal is not None and practice.proposed_by_id != account_id:
        _give_up(practice_id)
    if practice.proposal is None and practice.submitted_at is None:
        _give_up(practice_id)
    practice.submitted_at = None
    practice.proposal = practice.proposed_by_id = practice.proposed_at = None
    practice.version += 1
    finish("practice.saved", practice, account_id)


def locked(town_id: int, practice_id: int, version: int) -> Practice:
    """An example of this town for a write based on ``version``; raises UnknownPractice or StaleVersion."""
    practice = held(town_id, practice_id)
    if practice.version != version:
        current = practice.version
        db.session.rollback()
        raise StaleVersion(current)
    return practice


def held(town_id: int, practice_id: int) -> Practice:
    """The same for a write that leaves its text alone, whatever its version; raises UnknownPractice."""
    begin_writing(db.session)
    practice = db.session.scalar(
        select(Practice)
        .where(Practice.id == practice_id, Practice.town_id == town_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if practice is None:
        _give_up(practice_id)
    return practice


def write(practice: Practice, account_id: int | None, content: Content) -> None:
    """Make this the content of an example, in the running transaction."""
    practices.fill(practice, content)
    practices.put_subjects(practice.id, content.subjects)
    _touch(practice, account_id)


def let_out(practice: Practice) -> None:
    """Release an example, in the running transaction; nothing of it waits any longer.

    Raises Refused for one that comes back as an operator has taken it out.
    """
    if removals.comes_back_unchanged(practice):
        db.session.rollback()
        raise Refused({"problem": UNCHANGED})
    practice.state = RELEASED
    practice.submitted_at = None
    practice.proposal = practice.proposed_by_id = practice.proposed_at = None
    practice.released_at = practice.released_at or clock.now()


def finish(action: str, practice: Practice, account_id: int, *, is_visible: bool = False) -> None:
    """Note the deed, tell every process where others see a change, and commit."""
    audit.record(action, account_id=account_id, town_id=practice.town_id, practice=practice.id)
    if is_visible:
        installation.touch_town(practice.town_id)
    db.session.commit()


def keep_typed(practice: Practice, account_id: int, content: Content) -> None:
    """Leave a content in somebody's form as half-typed, in the running transaction; what she typed since stays."""
    sent = practice_content.as_sent(content) | {"version": [str(practice.version)]}
    typed.put(account_id, practice.town_id, FORM.format(practice_id=practice.id), sent, over=False)


def _propose(practice: Practice, account_id: int, content: Content) -> str:
    practice.proposal = content.as_json()
    practice.proposed_by_id, practice.proposed_at = account_id, clock.now()
    practice.version += 1
    stance_drafts.tell_leads(practice.town_id)
    finish("practice.proposed", practice, account_id)
    return SUBMITTED


def _must_wait(practice: Practice, account_id: int) -> bool:
    """Whether a lead releases what this person writes."""
    if stance_drafts.must_wait(practice.town_id, account_id):
        return True
    is_taken_out = practice.state == DRAFT and practice.id in removals.taken_out([practice])
    return is_taken_out and not town_people.leads(practice.town_id, account_id)


def _touch(practice: Practice, account_id: int | None) -> None:
    practice.version += 1
    practice.changed_by_id, practice.changed_at = account_id, clock.now()


def _give_up(practice_id: int) -> NoReturn:
    db.session.rollback()
    raise UnknownPractice(practice_id)


def _read(*conditions: object) -> list[OwnPractice]:
    author, proposer = aliased(Account), aliased(Account)
    rows = db.session.execute(
        select(Practice, author, proposer)
        .outerjoin(author, author.id == Practice.changed_by_id)
        .outerjoin(proposer, proposer.id == Practice.proposed_by_id)
        .where(*conditions)  # type: ignore[arg-type]  # conditions on columns
        .order_by(Practice.changed_at.desc(), Practice.id.desc())
    ).all()
    subjects = practices.subjects_of([practice.id for practice, _, _ in rows])
    taken_out = removals.taken_out([practice for practice, _, _ in rows])
    return [
        OwnPractice(
            practice_id=practice.id,
            content=Content.of(practice, subjects.get(practice.id, ())),
            state=practice.state,
            version=practice.version,
            submitted_at=practice.submitted_at,
            proposal=Content.from_json(practice.proposal) if practice.proposal else None,
            proposed_by=town_people.name_of(by) if by else "",
            proposed_by_id=practice.proposed_by_id,
            proposed_at=practice.proposed_at,
            author=town_people.name_of(last) if last else "",
            changed_at=practice.changed_at,
            released_at=practice.released_at,
            is_taken_out=practice.state == DRAFT and practice.id in taken_out,
        )
        for practice, last, by in rows
    ]
