"""What the towns of a network or a circle have to show together: examples, open questions, dates."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Event, Network, Practice, Question, Town
from kleinstadt_net.services import events, practices, questions
from kleinstadt_net.services.directory_filters import Reader
from kleinstadt_net.services.events import EventRow
from kleinstadt_net.services.practices import PracticeCard

# Enough to see what the towns are at; their own lists have the rest.
EXAMPLES, QUESTIONS = 5, 5


@dataclass(frozen=True)
class Asked:
    """An open question and who asks; questions without a town's name are never among them."""

    question_id: int
    title: str
    town: str


@dataclass(frozen=True)
class MemberNews:
    """The latest of each, the nearest date first."""

    examples: tuple[PracticeCard, ...]
    questions: tuple[Asked, ...]
    dates: tuple[EventRow, ...]


def of_network(slug: str, town_ids: Collection[int], reader: Reader, account_id: int | None) -> MemberNews:
    """For a network's page: seven queries at most, however many towns."""
    return _news(town_ids, reader, account_id, Network.slug == slug)


def of_circle(
    circle_id: int, town_ids: Collection[int], reader: Reader, account_id: int | None
) -> MemberNews:
    """The same for a circle's page."""
    return _news(town_ids, reader, account_id, Event.circle_id == circle_id)


def _news(
    town_ids: Collection[int], reader: Reader, account_id: int | None, invited: ColumnElement[bool]
) -> MemberNews:
    return MemberNews(
        examples=_examples(town_ids, reader),
        questions=_questions(town_ids) if reader.verified else (),
        dates=events.ahead(reader, account_id, invited),
    )


def _examples(town_ids: Collection[int], reader: Reader) -> tuple[PracticeCard, ...]:
    ids = db.session.scalars(
        select(Practice.id)
        .join(Town, Town.id == Practice.town_id)
        .where(Practice.town_id.in_(town_ids), *practices.VISIBLE)
        .order_by(Practice.released_at.desc(), Practice.id.desc())
        .limit(EXAMPLES)
    ).all()
    return practices.in_order(ids, seen_from=reader.town_id)


def _questions(town_ids: Collection[int]) -> tuple[Asked, ...]:
    rows = db.session.execute(
        select(Question.id, Question.title, Town.name)
        .join(Town, Town.id == Question.town_id)
        .where(
            Question.town_id.in_(town_ids),
            Question.is_anonymous.is_(False),
            Question.state == "open",
            Question.deadline >= clock.today(),
            *questions.VISIBLE,
        )
        .order_by(Question.asked_at.desc(), Question.id.desc())
        .limit(QUESTIONS)
    )
    return tuple(Asked(*row) for row in rows)
