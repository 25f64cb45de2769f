"""Questions to all towns as they are read: the list, and the page of one.

Where a question is asked without the town's name, nothing a reader of another town is given holds town, Kreis,
distance or person; only the asking town itself knows it as its own.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Question, QuestionAnswer, QuestionSubject, Stance, Town
from kleinstadt_net.search.folding import fold
from kleinstadt_net.services import snapshot, town_cards
from kleinstadt_net.services.directory_networks import TAKING_PART
from kleinstadt_net.services.question_rules import CLOSED, OPEN, UnknownQuestionError, is_open
from kleinstadt_net.services.town_cards import TownCard
from kleinstadt_net.vocabulary import SUBJECTS, State

PATH = "/fragen/{question_id}"
LIST_PATH = "/fragen"
PAGE_SIZE = 25
# A suspended or dissolved town's questions are shown to nobody else.
VISIBLE = TAKING_PART
OWN, ANSWERED, STRONG = WHOSE = ("own", "answered", "strong")
FORMER = "früheres Konto"


@dataclass(frozen=True)
class QuestionFilters:
    """What the list is narrowed to; ``whose`` is one of WHOSE, ``state`` open or closed. None is no filter.

    ``search``: words of title or text, by their beginnings.
    """

    subject: str | None = None
    state: str | None = None
    whose: str | None = None
    search: str = ""


@dataclass(frozen=True)
class QuestionRow:
    """A question in a list. ``town`` is None where the reader does not learn who asks.

    ``size_band`` (a key of SIZE_BANDS) is then all that is known of the town, None where even that would say too much.
    """

    question_id: int
    title: str
    subjects: tuple[str, ...]
    is_open: bool
    asked_at: datetime
    deadline: date
    answers: int
    is_own: bool
    is_anonymous: bool
    town: TownCard | None
    size_band: str | None


@dataclass(frozen=True)
class QuestionList:
    """One page of the list; ``listed`` is how many there are without any filter."""

    rows: tuple[QuestionRow, ...]
    total: int
    listed: int


@dataclass(frozen=True)
class AnswerView:
    """An answer. ``town`` is None for the town that asks without its name; ``author`` for colleagues."""

    answer_id: int
    town: TownCard | None
    is_asker: bool
    is_own: bool
    author: str | None
    text: str
    helped: bool
    created_at: datetime


@dataclass(frozen=True)
class QuestionPage:
    """One question as a town reads it; ``author`` is told to the asking town's own people only."""

    row: QuestionRow
    text: str
    author: str | None
    summary: str
    closed_at: datetime | None
    answers: tuple[AnswerView, ...]


def listing(filters: QuestionFilters, town_id: int, number: int) -> QuestionList:
    """One page of the questions, open ones first, then the latest: six queries."""
    query = _narrowed(select(Question.id).join(Town, Town.id == Question.town_id), filters, town_id)
    everything = select(func.count(Question.id)).join(Town, Town.id == Question.town_id).where(*VISIBLE)
    found = select(func.count()).select_from(query.subquery())
    total, listed = db.session.execute(select(found.scalar_subquery(), everything.scalar_subquery())).one()
    ids = db.session.scalars(
        query.order_by(_open().desc(), Question.asked_at.desc(), Question.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return QuestionList(in_order(ids, town_id), total, listed)


def in_order(question_ids: Sequence[int], town_id: int) -> tuple[QuestionRow, ...]:
    """Rows of some questions in the order of the ids, without those that are not to be seen: four queries."""
    if not question_ids:
        return ()
    found = {
        row.id: row
        for row in db.session.execute(
            select(*_COLUMNS)
            .join(Town, Town.id == Question.town_id)
            .where(Question.id.in_(question_ids), *VISIBLE)
        )
    }
    subjects, answers = subjects_of(found), _answers(found)
    picture = snapshot.current()
    named = {row.town_id for row in found.values() if not row.is_anonymous or row.town_id == town_id}
    towns = town_cards.cards(picture, named & picture.rows.keys(), seen_from=town_id)
    return tuple(
        _row(found[one], subjects.get(one, ()), answers.get(one, 0), towns, town_id)
        for one in question_ids
        if one in found
    )


def page(question_id: int, town_id: int) -> QuestionPage:
    """One question with its answers, the oldest first. Raises UnknownQuestionError."""
    rows = in_order([question_id], town_id)
    if not rows:
        raise UnknownQuestionError(question_id)
    stored = db.session.execute(
        select(
            Question.text, Question.summary, Question.closed_at, Question.town_id, Question.author_id
        ).where(Question.id == question_id)
    ).one()
    told = answers_of(question_id)
    own = {stored.author_id} if rows[0].is_own else set()
    people = _names({*own, *(row.author_id for row in told if row.town_id == town_id)} - {None})
    shown = _shown_towns(told, stored.town_id, town_id, rows[0])
    return QuestionPage(
        row=rows[0],
        text=stored.text,
        author=people.get(stored.author_id, FORMER) if rows[0].is_own else None,
        summary=stored.summary,
        closed_at=stored.closed_at,
        answers=tuple(
            _answer(row, asker_id=stored.town_id, own_id=town_id, towns=shown, people=people) for row in told
        ),
    )


def answers_of(question_id: int) -> Sequence[Any]:
    """The answers of towns that take part, the oldest first."""
    return db.session.execute(
        select(
            *(QuestionAnswer.id, QuestionAnswer.town_id, QuestionAnswer.author_id, QuestionAnswer.text),
            *(QuestionAnswer.helped_at, QuestionAnswer.created_at),
        )
        .join(Town, Town.id == QuestionAnswer.town_id)
        .where(QuestionAnswer.question_id == question_id, *VISIBLE)
        .order_by(QuestionAnswer.id)
    ).all()


def subjects_of(question_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The subjects of some questions, in the order of the vocabulary."""
    rows = db.session.execute(
        select(QuestionSubject.question_id, QuestionSubject.subject).where(
            QuestionSubject.question_id.in_(list(question_ids))
        )
    )
    found: dict[int, set[str]] = {}
    for question_id, subject in rows:
        found.setdefault(question_id, set()).add(subject)
    return {number: tuple(key for key in SUBJECTS if key in keys) for number, keys in found.items()}


_COLUMNS = (
    *(Question.id, Question.town_id, Question.title, Question.is_anonymous, Question.size_band),
    *(Question.state, Question.asked_at, Question.deadline),
)


def _open() -> ColumnElement[bool]:
    return and_(Question.state == OPEN, Question.deadline >= clock.today())


def _narrowed(query: Select[Any], filters: QuestionFilters, town_id: int) -> Select[Any]:
    query = query.where(*VISIBLE, *_holding(filters.search))
    if filters.state is not None:
        query = query.where(_open() if filters.state != CLOSED else ~_open())
    if filters.subject is not None:
        query = query.where(_about(QuestionSubject.subject == filters.subject))
    if filters.whose == OWN:
        query = query.where(Question.town_id == town_id)
    elif filters.whose == ANSWERED:
        by_town = and_(QuestionAnswer.question_id == Question.id, QuestionAnswer.town_id == town_id)
        query = query.where(exists().where(by_town))
    elif filters.whose == STRONG:
        strengths = select(Stance.subject).where(
            Stance.town_id == town_id, Stance.state == State.STRENGTH.value
        )
        query = query.where(_about(QuestionSubject.subject.in_(strengths)), Question.town_id != town_id)
    return query


def _holding(words: str) -> Iterator[ColumnElement[bool]]:
    """A word is found where one begins so; every word of the column has a blank before it."""
    for word in fold(words).split():
        yield Question.search_text.contains(f" {word}")


def _about(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(QuestionSubject.question_id == Question.id, condition)


def _answers(question_ids: Collection[int]) -> dict[int, int]:
    """How many answers other towns have given; what the asking one adds is none."""
    rows = db.session.execute(
        select(QuestionAnswer.question_id, func.count())
        .join(Town, Town.id == QuestionAnswer.town_id)
        .join(Question, Question.id == QuestionAnswer.question_id)
        .where(
            QuestionAnswer.question_id.in_(list(question_ids)),
            QuestionAnswer.town_id != Question.town_id,
            *VISIBLE,
        )
        .group_by(QuestionAnswer.question_id)
    )
    return {row[0]: row[1] for row in rows}


def _row(
    stored: Any, subjects: tuple[str, ...], answers: int, towns: Mapping[int, TownCard], town_id: int
) -> QuestionRow:
    is_own = stored.town_id == town_id
    return QuestionRow(
        question_id=stored.id,
        title=stored.title,
        subjects=subjects,
        is_open=is_open(stored.state, stored.deadline),
        asked_at=stored.asked_at,
        deadline=stored.deadline,
        answers=answers,
        is_own=is_own,
        is_anonymous=stored.is_anonymous,
        town=None if stored.is_anonymous else towns.get(stored.town_id),
        size_band=stored.size_band if stored.is_anonymous else None,
    )


def _shown_towns(
    told: Sequence[Any], asker_id: int, town_id: int, row: QuestionRow
) -> Mapping[int, TownCard]:
    """Cards of the towns that answered; the asking one is not among them where it is not to be known."""
    hidden = {asker_id} if row.is_anonymous else set()
    picture = snapshot.current()
    wanted = ({one.town_id for one in told} - hidden) & picture.rows.keys()
    return town_cards.cards(picture, wanted, seen_from=town_id)


def _answer(
    row: Any, *, asker_id: int, own_id: int, towns: Mapping[int, TownCard], people: Mapping[int, str]
) -> AnswerView:
    is_own = row.town_id == own_id
    return AnswerView(
        answer_id=row.id,
        town=towns.get(row.town_id),
        is_asker=row.town_id == asker_id,
        is_own=is_own,
        author=people.get(row.author_id, FORMER) if is_own else None,
        text=row.text,
        helped=row.helped_at is not None,
        created_at=row.created_at,
    )


def _names(account_ids: Collection[int | None]) -> dict[int, str]:
    if not account_ids:
        return {}
    rows = db.session.execute(
        select(Account.id, Account.first_name, Account.last_name).where(Account.id.in_(account_ids))
    )
    return {row.id: f"{row.first_name} {row.last_name}".strip() for row in rows}
