"""The first five minutes of a town: one thesis it puts first and one thing it seeks; a strength if it likes.

What is said here is said by way of ``stances``, in one transaction: a lead's word counts at once, an editor's waits
where the town wants that. Nothing somebody else of the town hall has said meanwhile is overwritten.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest import due
from kleinstadt_net.models import Focus, Stance, StanceDraft, Town
from kleinstadt_net.services import digest_people, stance_drafts, stances, typed, working_days
from kleinstadt_net.vocabulary import MAX_FOCUSES, SUBJECTS, THESES, State

# The name of the form, for what is left half-typed.
FORM = typed.START


@dataclass(frozen=True)
class Answers:
    """What was entered: a thesis (None from an editor who may not choose one), a subject sought, a strength or none."""

    focus: str | None
    sought: str
    sought_sentence: str = ""
    strength: str | None = None
    strength_sentence: str = ""


@dataclass(frozen=True)
class Standing:
    """How far a town has come: it has said something, and what somebody of it has drafted waits for a lead."""

    has_begun: bool
    has_drafts: bool
    must_wait: bool


@dataclass(frozen=True)
class Prospect:
    """When something happens next: the month's suggestions, and the day its Monatsbrief goes out."""

    round_on: date
    letter_on: date


def standing(town_id: int, account_id: int) -> Standing:
    """Where a person finds her town."""
    return Standing(
        _has_begun(town_id),
        db.session.scalar(select(StanceDraft.id).where(StanceDraft.town_id == town_id).limit(1)) is not None,
        stance_drafts.must_wait(town_id, account_id),
    )


def save(town_id: int, account_id: int, answers: Answers) -> bool:
    """Store the answers; False where they wait for a lead. Commits.

    Raises stances.StaleVersion where somebody of the town hall has said something on one of the subjects meanwhile,
    ValueError for what the vocabulary does not know or for one subject sought and shown at once.
    """
    _check(answers)
    begin_writing(db.session)
    # Two people of one town hall who begin at the same time follow one another.
    db.session.execute(select(Town.id).where(Town.id == town_id).with_for_update())
    must_wait = stance_drafts.must_wait(town_id, account_id)
    _say(town_id, account_id, answers.sought, State.SEEKING, answers.sought_sentence)
    if answers.strength:
        _say(town_id, account_id, answers.strength, State.STRENGTH, answers.strength_sentence)
    if answers.focus and not must_wait:
        _add_focus(town_id, account_id, answers.focus)
    typed.forget(account_id, town_id, FORM)
    db.session.commit()
    return not must_wait


def prospect(land: str) -> Prospect:
    """What comes next for a town of a Land (two-digit key)."""
    today, usual = clock.today(), digest_people.usual_timetable()
    round_on = next_round_on(today)
    letter_on = due.issue_day(today.strftime("%Y-%m"), working_days.holidays(land, today.year), usual)
    if letter_on < today:
        letter_on = due.issue_day(
            round_on.strftime("%Y-%m"), working_days.holidays(land, round_on.year), usual
        )
    return Prospect(round_on, letter_on)


def next_round_on(day: date) -> date:
    """The first day of the following month, when suggestions are made."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _check(answers: Answers) -> None:
    if answers.focus is not None and answers.focus not in THESES:
        raise ValueError(f"no such thesis: {answers.focus!r}")
    if answers.sought not in SUBJECTS or answers.strength == answers.sought:
        raise ValueError("one subject is sought, another one shown")


def _say(town_id: int, account_id: int, subject: str, state: State, sentence: str) -> None:
    # Version 0: whoever begins changes nothing that stands there already.
    stances.say(town_id, account_id, subject, state=state, sentence=sentence or None, since=None, version=0)


def _add_focus(town_id: int, account_id: int, thesis: str) -> None:
    chosen = set(db.session.scalars(select(Focus.thesis).where(Focus.town_id == town_id)))
    if thesis not in chosen and len(chosen) < MAX_FOCUSES:
        stances.put_focus(town_id, account_id, chosen | {thesis})


def _has_begun(town_id: int) -> bool:
    stated = select(Stance.id).where(Stance.town_id == town_id).limit(1)
    focused = select(Focus.id).where(Focus.town_id == town_id).limit(1)
    return db.session.scalar(stated) is not None or db.session.scalar(focused) is not None
