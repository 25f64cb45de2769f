"""The look at a question before it is sent: is it there already, and would anything in it give the town away?"""

from dataclasses import dataclass

from sqlalchemy import exists, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Question
from kleinstadt_net.services import question_anonymity, question_search
from kleinstadt_net.services.question_anonymity import Piece
from kleinstadt_net.services.question_rules import NewQuestion
from kleinstadt_net.services.question_search import Similar


@dataclass(frozen=True)
class Look:
    """What the asker sees before sending. ``size_band``: what others would learn of the town's size, None: nothing."""

    similar: Similar
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    size_band: str | None

    @property
    def gives_away(self) -> bool:
        return any(piece.kind for piece in (*self.title, *self.text))


def look(new: NewQuestion, town_id: int) -> Look:
    """What is like it already; names are looked for only where the town wishes not to be known."""
    similar = question_search.similar(new.title, new.text, new.subjects, town_id)
    if not new.is_anonymous:
        return Look(similar, (Piece(new.title, None),), (Piece(new.text, None),), None)
    names = question_anonymity.names_for(town_id)
    return Look(
        similar,
        question_anonymity.pieces(new.title, names),
        question_anonymity.pieces(new.text, names),
        question_anonymity.size_band(town_id),
    )


def giving_away(question_id: int, text: str, town_id: int) -> tuple[Piece, ...]:
    """The pieces of a text by which the asker of a question without its town's name would be known; else empty."""
    is_hidden = exists().where(
        Question.id == question_id, Question.town_id == town_id, Question.is_anonymous.is_(True)
    )
    if not text or not db.session.scalar(select(is_hidden)):
        return ()
    found = question_anonymity.pieces(text, question_anonymity.names_for(town_id))
    return found if any(piece.kind for piece in found) else ()
