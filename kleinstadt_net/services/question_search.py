"""Earlier questions and examples that resemble what somebody is about to ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Practice, PracticeSubject, Question, QuestionSubject, Town
from kleinstadt_net.search.folding import fold
from kleinstadt_net.search.name_index import SMALL_WORDS
from kleinstadt_net.services import practices, questions
from kleinstadt_net.services.practices import PracticeCard
from kleinstadt_net.services.questions import QuestionRow

SHOWN = 3
# Words are compared by their beginnings: "Leerstand" and "Leerstände" are about the same.
STEM, SHORTEST = 6, 4
WORDS_AT_MOST = 10
# The newest that hold one of the words are weighed against one another.
WEIGHED = 200
# A shared subject says less than a shared word, and alone too little.
SUBJECT_WEIGHT, LEAST = 0.5, 1.0
_SAYS_NOTHING = SMALL_WORDS | frozenset(
    [
        "aber",
        "alle",
        "alles",
        "auch",
        "beim",
        "bitte",
        "damit",
        "dass",
        "denn",
        "eine",
        "einem",
        "einen",
        "einer",
        "eines",
        "etwas",
        "frage",
        "fragen",
        "gibt",
        "haben",
        "hallo",
        "hatte",
        "ihre",
        "ihren",
        "ihrer",
        "immer",
        "jemand",
        "kann",
        "kein",
        "keine",
        "kommune",
        "koennen",
        "machen",
        "mehr",
        "nach",
        "nicht",
        "noch",
        "oder",
        "ohne",
        "schon",
        "sehr",
        "sein",
        "sich",
        "sind",
        "staedte",
        "stadt",
        "ueber",
        "unser",
        "unsere",
        "unseren",
        "unserer",
        "unter",
        "viel",
        "welche",
        "welcher",
        "wenn",
        "werden",
        "wie",
        "wir",
        "wird",
        "wurde",
        "wuerde",
        "erfahrung",
        "erfahrungen",
        "gemeinde",
        "gemeinden",
        "braucht",
        "jetzt",
        "dazu",
        "euch",
    ]
)


@dataclass(frozen=True)
class Similar:
    """What is there already, the most alike first."""

    questions: tuple[QuestionRow, ...]
    practices: tuple[PracticeCard, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.questions or self.practices)


def similar(title: str, text: str, subjects: Iterable[str], town_id: int) -> Similar:
    """Questions and examples that share words with what was typed: six queries at most."""
    stems, keys = _stems(title, text), tuple(subjects)
    if not stems:
        return Similar((), ())
    asked = select(Question.id, Question.title, Question.search_text).join(Town, Town.id == Question.town_id)
    asked = asked.where(*questions.VISIBLE, _holds(Question.search_text, stems)).order_by(Question.id.desc())
    told = select(Practice.id, Practice.title, Practice.search_text).join(Town, Town.id == Practice.town_id)
    told = told.where(*practices.VISIBLE, _holds(Practice.search_text, stems)).order_by(Practice.id.desc())
    of_questions = select(QuestionSubject.question_id).where(QuestionSubject.subject.in_(keys))
    of_practices = select(PracticeSubject.practice_id).where(PracticeSubject.subject.in_(keys))
    return Similar(
        questions.in_order(_best(asked, of_questions, stems, QuestionSubject.question_id), town_id),
        practices.in_order(_best(told, of_practices, stems, PracticeSubject.practice_id), seen_from=town_id),
    )


def _best(
    query: Select[int, str, str], on_subject: Select[Any], stems: list[str], id_column: Any
) -> list[int]:
    rows = db.session.execute(query.limit(WEIGHED)).all()
    if not rows:
        return []
    shared = set(db.session.scalars(on_subject.where(id_column.in_([row.id for row in rows]))))
    scores = {row.id: _score(row, stems) + SUBJECT_WEIGHT * (row.id in shared) for row in rows}
    alike = [number for number, score in scores.items() if score > LEAST]
    return sorted(alike, key=lambda number: (-scores[number], -number))[:SHOWN]


def _score(row: Any, stems: list[str]) -> float:
    """One for each word shared, and one more where it stands in the title."""
    title, text = f" {fold(row.title)}", f" {row.search_text}"
    return sum((f" {stem}" in text) + (f" {stem}" in title) for stem in stems)


def _holds(column: Any, stems: list[str]) -> ColumnElement[bool]:
    return or_(*(column.contains(f" {stem}") | column.startswith(stem) for stem in stems))


def _stems(title: str, text: str) -> list[str]:
    """The beginnings of the words that say something, those of the title first."""
    words = fold(title).split() + fold(text).split()
    telling = (word for word in words if len(word) >= SHORTEST and word not in _SAYS_NOTHING)
    return list(dict.fromkeys(word[:STEM] for word in telling))[:WORDS_AT_MOST]
