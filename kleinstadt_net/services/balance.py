"""What a town has given and received, for itself alone: never shown to another town, never a ranking."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Label, ScalarSelect, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from kleinstadt_net.database import db
from kleinstadt_net.models import Adoption, Exchange, Outcome, Practice, Question, QuestionAnswer
from kleinstadt_net.services.practices import RELEASED

GOES_ON = Adoption.state != "given_up"


@dataclass(frozen=True)
class Balance:
    """Since the town joined. Given: talks others asked for, answers to their questions, released examples, how many
    towns repeat one, how often a talk is said to have helped. Received: talks it asked for, answers to its questions,
    examples it repeats. Talks opened by two wishes are both.
    """

    talks_given: int
    answers_given: int
    examples: int
    repeated_by: int
    helped: int
    talks_received: int
    answers_received: int
    adopted: int

    @property
    def is_empty(self) -> bool:
        return not any(vars(self).values())


def of_town(town_id: int) -> Balance:
    """The balance of one town: one query."""
    row = db.session.execute(select(*_figures(town_id))).one()
    return Balance(**row._mapping)


def _figures(town_id: int) -> tuple[Label[int], ...]:
    both = Exchange.accepted_at.is_not(None)
    by_wishes = Exchange.origin == "wishes"
    own = or_(Exchange.town_id == town_id, Exchange.peer_id == town_id)
    question_is_own = (
        select(Question.id)
        .where(Question.id == QuestionAnswer.question_id, Question.town_id == town_id)
        .exists()
    )
    example_is_own = (
        select(Practice.id).where(Practice.id == Adoption.practice_id, Practice.town_id == town_id).exists()
    )
    talk_is_own = select(Exchange.id).where(Exchange.id == Outcome.exchange_id, own).exists()
    return (
        _count(Exchange.id, both, or_(Exchange.peer_id == town_id, by_wishes & own)).label("talks_given"),
        _count(QuestionAnswer.id, QuestionAnswer.town_id == town_id).label("answers_given"),
        _count(Practice.id, Practice.town_id == town_id, Practice.state == RELEASED).label("examples"),
        _count(Adoption.id, GOES_ON, Adoption.town_id != town_id, example_is_own).label("repeated_by"),
        _count(
            Outcome.id,
            Outcome.town_id != town_id,
            Outcome.question == "helped",
            Outcome.answer == "yes",
            talk_is_own,
        ).label("helped"),
        _count(Exchange.id, both, or_(Exchange.town_id == town_id, by_wishes & own)).label("talks_received"),
        _count(QuestionAnswer.id, QuestionAnswer.town_id != town_id, question_is_own).label(
            "answers_received"
        ),
        _count(Adoption.id, GOES_ON, Adoption.town_id == town_id).label("adopted"),
    )


def _count(column: InstrumentedAttribute[int], *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count(column)).where(*conditions).scalar_subquery()
