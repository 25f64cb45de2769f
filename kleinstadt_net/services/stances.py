"""What a town says of itself: reading the sheet, saving one statement, confirming it, the focus.

Every write names the version it was based on. When somebody else saved in between, nothing is
written and ``StaleVersion`` carries what is stored now, so that the form can show both.
What an editor writes in a town that wants it released becomes a draft instead (``stance_drafts``).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Focus, Stance, StanceDraft, Town
from kleinstadt_net.services import audit, freshness, installation, stance_drafts, typed
from kleinstadt_net.vocabulary import MAX_FOCUSES, MAX_SENTENCE_LENGTH, SUBJECTS, THESES, State

# The name of a statement's form, for what is left half-typed.
FORM = "stance:{subject}"


@dataclass(frozen=True)
class StanceRow:
    """One statement as the town itself sees it; ``version`` 0 means there is none yet."""

    subject: str
    state: str | None = None
    sentence: str | None = None
    since: date | None = None
    confirmed_on: date | None = None
    version: int = 0
    is_stale: bool = False


@dataclass(frozen=True)
class DraftRow:
    """A statement that came from a dissolved town and waits to be adopted or discarded."""

    draft_id: int
    subject: str
    state: str
    sentence: str | None
    origin: str


@dataclass(frozen=True)
class StanceSheet:
    """All statements of a town by subject, every subject included, with focus, inherited drafts and waiting ones."""

    rows: dict[str, StanceRow]
    focus: tuple[str, ...]
    drafts: tuple[DraftRow, ...]
    waiting: Mapping[str, tuple[stance_drafts.Draft, ...]] = field(default_factory=dict)

    @property
    def given(self) -> tuple[StanceRow, ...]:
        return tuple(row for row in self.rows.values() if row.state)

    @property
    def stale(self) -> tuple[StanceRow, ...]:
        return tuple(row for row in self.given if row.is_stale)


class StaleVersion(Exception):
    """Somebody else changed the statement since the form was opened."""

    def __init__(self, current: StanceRow) -> None:
        super().__init__(f"the statement on {current.subject} is at version {current.version}")
        self.current = current


class LeadOnly(Exception):
    """The town wants its leads to decide this; nothing was changed."""


def sheet(town_id: int) -> StanceSheet:
    """Everything the town says of itself, in the order of the vocabulary."""
    stored = {
        row.subject: _row(row) for row in db.session.scalars(select(Stance).where(Stance.town_id == town_id))
    }
    drafts = db.session.execute(stance_drafts.drafts().where(StanceDraft.town_id == town_id)).all()
    return StanceSheet(
        rows={key: stored.get(key, StanceRow(key)) for key in SUBJECTS},
        focus=_focus(town_id),
        drafts=tuple(DraftRow(d.id, d.subject, d.state, d.sentence, d.origin) for d, _ in drafts if d.origin),
        waiting=stance_drafts.by_subject((draft, who) for draft, who in drafts if not draft.origin),
    )


def find(town_id: int, subject: str) -> StanceRow:
    """The town's statement on one subject; KeyError for a subject that does not exist."""
    stance = _stored(town_id, SUBJECTS[subject].key)
    return _row(stance) if stance else StanceRow(subject)


def save(
    town_id: int,
    account_id: int,
    subject: str,
    *,
    state: str | None,
    sentence: str | None,
    since: date | None,
    version: int,
) -> bool:
    """Store the statement on a subject, or take it back when ``state`` is None; False where it waits for a lead.

    Saving counts as confirming. Raises StaleVersion when ``version`` is not the stored one.
    """
    begin_writing(db.session)
    is_public = say(
        town_id, account_id, subject, state=state, sentence=sentence, since=since, version=version
    )
    db.session.commit()
    return is_public


def say(
    town_id: int,
    account_id: int,
    subject: str,
    *,
    state: str | None,
    sentence: str | None,
    since: date | None,
    version: int,
) -> bool:
    """The same in the running transaction, which a StaleVersion has rolled back."""
    if subject not in SUBJECTS or (state is not None and state not in list(State)):
        raise ValueError(f"no such subject or state: {subject!r}, {state!r}")
    if sentence is not None and len(sentence) > MAX_SENTENCE_LENGTH:
        raise ValueError("the sentence is too long")
    stored = _stored(town_id, subject)
    if (stored.version if stored else 0) != version:
        _refuse(town_id, subject)
    typed.forget(account_id, town_id, FORM.format(subject=subject))
    if stance_drafts.must_wait(town_id, account_id):
        stance_drafts.put(town_id, account_id, subject, state, sentence, since)
        return False
    write(town_id, account_id, subject, state, sentence, since, version)
    _finish("stance.saved", town_id, account_id, subject, state)
    return True


def write(
    town_id: int,
    account_id: int | None,
    subject: str,
    state: str | None,
    sentence: str | None,
    since: date | None,
    version: int,
) -> None:
    """Make this the town's statement, or take it back, in the running transaction.

    Raises StaleVersion, having rolled back, when ``version`` is not the stored one.
    """
    stored = _stored(town_id, subject)
    if (stored.version if stored else 0) != version:
        _refuse(town_id, subject)
    if state is None:
        _take_back(town_id, subject, version)
    elif stored is None:
        _insert(town_id, account_id, subject, state, sentence, since)
    else:
        _update(
            stored,
            version,
            state=state,
            sentence=sentence or None,
            since=since,
            confirmed_on=clock.today(),
            changed_by_id=account_id,
            changed_at=clock.now(),
        )


def confirm(town_id: int, account_id: int, subject: str, version: int) -> bool:
    """Say that a statement still holds; False where that waits for a lead.

    Raises StaleVersion when it has changed meanwhile.
    """
    begin_writing(db.session)
    stored = _stored(town_id, subject)
    if stored is None or stored.version != version:
        _refuse(town_id, subject)
    assert stored is not None
    if stance_drafts.must_wait(town_id, account_id):
        stance_drafts.put(town_id, account_id, subject, stored.state, stored.sentence, stored.since)
        db.session.commit()
        return False
    _update(stored, version, confirmed_on=clock.today())
    _finish("stance.confirmed", town_id, account_id, subject, stored.state)
    db.session.commit()
    return True


def set_focus(town_id: int, account_id: int, theses: Collection[str]) -> None:
    """Store the theses the town puts first: up to three, none takes the focus back.

    Raises LeadOnly for an editor of a town that wants its statements released.
    """
    begin_writing(db.session)
    _only_a_lead(town_id, account_id)
    put_focus(town_id, account_id, theses)
    db.session.commit()


def put_focus(town_id: int, account_id: int, theses: Collection[str]) -> None:
    """The same in the running transaction, for somebody who may."""
    chosen = [key for key in THESES if key in theses]
    if len(chosen) > MAX_FOCUSES or len(chosen) != len(theses):
        raise ValueError(f"a focus is one to {MAX_FOCUSES} theses")
    # One writer at a time per town, so that two people cannot end up with five theses.
    db.session.execute(select(Town.id).where(Town.id == town_id).with_for_update())
    db.session.execute(delete(Focus).where(Focus.town_id == town_id))
    db.session.add_all(Focus(town_id=town_id, thesis=key) for key in chosen)
    audit.record("focus.saved", account_id=account_id, town_id=town_id, theses=chosen)
    installation.touch_town(town_id)


def adopt_draft(town_id: int, account_id: int, draft_id: int) -> bool:
    """Make an inherited draft the town's own statement, replacing one it has; False when there is no such draft.

    Raises LeadOnly for an editor of a town that wants its statements released.
    """
    draft = _inherited(town_id, account_id, draft_id)
    if draft is None:
        return False
    version = find(town_id, draft.subject).version
    write(town_id, account_id, draft.subject, draft.state, draft.sentence, draft.since, version)
    subject, state = draft.subject, draft.state
    db.session.delete(draft)
    _finish("draft.adopted", town_id, account_id, subject, state)
    db.session.commit()
    return True


def discard_draft(town_id: int, account_id: int, draft_id: int) -> bool:
    """Throw an inherited draft away; False when there is no such draft. Raises LeadOnly as above."""
    draft = _inherited(town_id, account_id, draft_id)
    if draft is None:
        return False
    subject, state = draft.subject, draft.state
    db.session.delete(draft)
    _finish("draft.discarded", town_id, account_id, subject, state)
    db.session.commit()
    return True


def _only_a_lead(town_id: int, account_id: int) -> None:
    if stance_drafts.must_wait(town_id, account_id):
        db.session.rollback()
        raise LeadOnly


def _finish(action: str, town_id: int, account_id: int, subject: str, state: str | None) -> None:
    audit.record(action, account_id=account_id, town_id=town_id, subject=subject, state=state)
    installation.touch_town(town_id)


def _refuse(town_id: int, subject: str) -> None:
    db.session.rollback()
    raise StaleVersion(find(town_id, subject))


def _insert(
    town_id: int, account_id: int | None, subject: str, state: str, sentence: str | None, since: date | None
) -> None:
    db.session.add(
        Stance(
            town_id=town_id,
            subject=subject,
            state=state,
            sentence=sentence or None,
            since=since,
            confirmed_on=clock.today(),
            version=1,
            changed_by_id=account_id,
            changed_at=clock.now(),
        )
    )
    try:
        db.session.flush()
    except IntegrityError:
        # Two people gave the first statement at the same moment; the unique key let one through.
        _refuse(town_id, subject)


def _update(stored: Stance, version: int, **values: object) -> None:
    town_id, subject = stored.town_id, stored.subject
    changed = db.session.execute(
        update(Stance)
        .where(Stance.id == stored.id, Stance.version == version)
        .values(version=version + 1, **values)
        .returning(Stance.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if changed is None:
        _refuse(town_id, subject)
    db.session.expire(stored)


def _take_back(town_id: int, subject: str, version: int) -> None:
    if version == 0:
        return
    gone = db.session.execute(
        delete(Stance)
        .where(Stance.town_id == town_id, Stance.subject == subject, Stance.version == version)
        .returning(Stance.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if gone is None:
        _refuse(town_id, subject)


def _stored(town_id: int, subject: str) -> Stance | None:
    return db.session.scalar(
        select(Stance)
        .where(Stance.town_id == town_id, Stance.subject == subject)
        .execution_options(populate_existing=True)
    )


def _inherited(town_id: int, account_id: int, draft_id: int) -> StanceDraft | None:
    """An inherited draft, locked for the transaction begun here; None, having rolled back, where there is none."""
    begin_writing(db.session)
    _only_a_lead(town_id, account_id)
    draft = db.session.scalar(
        select(StanceDraft)
        .where(StanceDraft.id == draft_id, StanceDraft.town_id == town_id, StanceDraft.origin.is_not(None))
        .with_for_update()
    )
    if draft is None:
        db.session.rollback()
    return draft


def _focus(town_id: int) -> tuple[str, ...]:
    return tuple(
        db.session.scalars(select(Focus.thesis).where(Focus.town_id == town_id).order_by(Focus.thesis))
    )


def _row(stance: Stance) -> StanceRow:
    return StanceRow(
        subject=stance.subject,
        state=stance.state,
        sentence=stance.sentence,
        since=stance.since,
        confirmed_on=stance.confirmed_on,
        version=stance.version,
        is_stale=freshness.is_stale(stance.confirmed_on),
    )
