"""Answering a suggestion: the answer belongs to the town, whoever clicked.

Where a town wishes contact and the other was not proposed the same pair, the other gets the suggestion too (in
place ``ASKED``), so that it can answer in the same way. Where both wish it, both are told in the same transaction.
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.matching.portraits import Portraits
from kleinstadt_net.matching.rounds import COMPLEMENTARY, MUTUAL, SIMILAR
from kleinstadt_net.models import Suggestion, SuggestionAnswer
from kleinstadt_net.services import answer_people, answer_wishes, audit, availability, reasons, snapshot
from kleinstadt_net.services.rounds import ASKED
from kleinstadt_net.vocabulary import ANSWER_TITLES, DECLINE_REASONS

# How long a lead may think better of an answer.
CHANGE_DAYS = 7


class UnknownSuggestionError(LookupError):
    """No such suggestion of this town, or nobody who may answer for it."""


class AnswerStandsError(Exception):
    """The town has answered, and it is too late or not this person's to change that."""


def give(suggestion_id: int, town_id: int, account_id: int, choice: str, via: str) -> bool:
    """Give the town's answer: contact, later, declined or known; commits. True where by this answer both towns wish
    to talk, and have been told whom to speak to.

    Anyone confirmed may give the first answer and replace "later"; a lead may change any for seven days.
    ``via`` is "page" or "letter". Raises UnknownSuggestionError where the suggestion is not this town's or the
    account does not act for it, AnswerStandsError where it may not be changed, ``availability.RequestRefusedError``
    where the other town takes no request this month, ValueError for no answer.
    """
    if choice not in ANSWER_TITLES:
        raise ValueError(f"no answer to a suggestion: {choice!r}")
    row, opposite, role = _locked(suggestion_id, town_id, account_id)
    given = _given(row)
    if given is not None and given.answer == choice:
        db.session.rollback()
        return False
    if given is not None and not _may_replace(given, role):
        db.session.rollback()
        raise AnswerStandsError(suggestion_id)
    if choice == "contact":
        _claim(row)
    before = given.answer if given is not None else None
    _write(row, given, choice, account_id, via)
    if before == "contact":
        answer_wishes.withdraw(row, opposite)
    talk = choice == "contact" and answer_wishes.agreed(row)
    if choice == "contact" and opposite is None and not talk:
        _let_the_other_answer(row)
    if opposite is not None:
        talk = answer_wishes.answered(row, opposite, wishes=choice == "contact") or talk
    audit.record(
        "suggestion.answered",
        account_id=account_id,
        town_id=town_id,
        suggestion=row.id,
        answer=choice,
        via=via,
    )
    db.session.commit()
    return talk


def give_reason(suggestion_id: int, town_id: int, account_id: int, reason: str) -> bool:
    """Say why a declined suggestion does not fit, once; commits. False where there is nothing to say it to.

    Raises UnknownSuggestionError as ``give`` does, ValueError for a reason that is not offered.
    """
    if reason not in DECLINE_REASONS:
        raise ValueError(f"no reason to decline: {reason!r}")
    row, _, _ = _locked(suggestion_id, town_id, account_id)
    given = _given(row)
    if given is None or given.answer != "declined" or given.reason is not None:
        db.session.rollback()
        return False
    given.reason = reason
    # The trail says that, not why: the reason stands with the answer and goes with it.
    audit.record("suggestion.reason", account_id=account_id, town_id=town_id, suggestion=row.id)
    db.session.commit()
    return True


def in_grace(answered_at: datetime) -> bool:
    """Whether a lead may still change an answer given at this moment."""
    return clock.now() < answered_at + timedelta(days=CHANGE_DAYS)


def _locked(suggestion_id: int, town_id: int, account_id: int) -> tuple[Suggestion, Suggestion | None, str]:
    """The suggestion, the same pair as it was proposed to the other town, and the person's role."""
    begin_writing(db.session)
    row = db.session.scalar(
        select(Suggestion).where(Suggestion.id == suggestion_id, Suggestion.town_id == town_id)
    )
    role = answer_people.role(account_id, town_id)
    if row is None or role is None:
        db.session.rollback()
        raise UnknownSuggestionError(suggestion_id)
    return row, answer_wishes.lock_pair(row), role


def _claim(row: Suggestion) -> None:
    """A place among this month's requests of the other town; where there is none, nothing is stored."""
    try:
        availability.claim(row.town_id, row.peer_id)
    except availability.RequestRefusedError:
        db.session.rollback()
        raise


def _given(row: Suggestion) -> SuggestionAnswer | None:
    return db.session.scalar(select(SuggestionAnswer).where(SuggestionAnswer.suggestion_id == row.id))


def _write(row: Suggestion, given: SuggestionAnswer | None, choice: str, account_id: int, via: str) -> None:
    now = clock.now()
    if given is None:
        given = SuggestionAnswer(suggestion_id=row.id, answered_at=now)
        db.session.add(given)
    elif given.answer == "later":
        # The first real answer starts the days of grace; changing it does not prolong them.
        given.answered_at, given.changed_at = now, None
    else:
        given.changed_at = now
    given.answer, given.account_id, given.via, given.reason = choice, account_id, via, None
    db.session.flush()


def _may_replace(given: SuggestionAnswer, role: str) -> bool:
    return given.answer == "later" or (role == "lead" and in_grace(given.answered_at))


def _let_the_other_answer(row: Suggestion) -> None:
    """Give the other town the same pair as a suggestion."""
    picture = snapshot.current()
    mirrored = {**row.parts, "learn": row.parts["teach"], "teach": row.parts["learn"]}
    slot = row.slot if row.slot != COMPLEMENTARY else MUTUAL if row.parts["shared"] > 0 else SIMILAR
    db.session.add(
        Suggestion(
            round_id=row.round_id,
            town_id=row.peer_id,
            peer_id=row.town_id,
            slot=slot,
            position=ASKED,
            score=row.score,
            parts=mirrored,
            reasons=reasons.told(
                Portraits(picture.features),
                picture.rows[row.peer_id],
                picture.rows[row.town_id],
                picture.day,
            ),
        )
    )
