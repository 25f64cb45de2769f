"""What a mayor asks of the directory: one of four questions, or weights of her own."""

from typing import Any

from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import ValidationError

from kleinstadt_net.matching.questions import LIKE_US, NEARBY, SAME_BOAT, SOLVED, Order, order, points_of
from kleinstadt_net.matching.weights import FEWEST_SHARED_POINTS, POINTS_LIMIT
from kleinstadt_net.web.fields import KnownSelect, WholeNumber
from kleinstadt_net.web.forms import BaseForm

# What stands in the address, by the engine's word; the first is what the list answers anyway.
QUESTIONS = {
    SAME_BOAT: ("boot", "Wer sitzt im selben Boot?"),
    SOLVED: ("geloest", "Wer hat das schon gelöst?"),
    LIKE_US: ("wie-wir", "Wer ist wie wir?"),
    NEARBY: ("naehe", "Wer ist in der Nähe?"),
}
# The part of a comparison that a slider weighs.
WEIGHED = {
    "aufgaben": "shared",
    "erfahrung": "learn",
    "hilfe": "teach",
    "lage": "structure",
    "naehe": "reach",
}


class Points(WholeNumber):
    """How much a part counts, set by a slider; empty is what the question gives it."""

    most = POINTS_LIMIT

    def __init__(self, label: str, *, fewest: int = 0, **given: Any) -> None:
        super().__init__(label, **given)
        self.fewest = fewest

    def pre_validate(self, form: Any) -> None:
        if self.data and (self.number is None or not self.fewest <= self.number <= self.most):
            raise ValidationError(
                f"Bitte eine Zahl von {self.fewest} bis {self.most}. Wir haben sie weggelassen."
            )


class QuestionForm(BaseForm):
    """The question and the sliders; read with GET, after ``validate``."""

    frage = KnownSelect(
        "Frage",
        choices=[SelectChoice("", ""), *(SelectChoice(*one) for one in QUESTIONS.values())],
        default="",
    )
    aufgaben = Points("Gemeinsame Aufgaben", fewest=FEWEST_SHARED_POINTS)
    erfahrung = Points("Erfahrung, die Sie suchen")
    hilfe = Points("Erfahrung, die Sie geben können")
    lage = Points("Ähnliche Ausgangslage")
    naehe = Points("Kurzer Weg")

    @property
    def question(self) -> str:
        """The engine's word for the question asked."""
        asked = None if self.frage.errors else self.frage.data
        return next((code for code, (value, _) in QUESTIONS.items() if value == asked), SAME_BOAT)

    @property
    def questions(self) -> list[tuple[str, str]]:
        """Every question by the engine's word, with how it is asked."""
        return [(code, title) for code, (_, title) in QUESTIONS.items()]

    def order(self) -> Order:
        """What the list is ordered by where it is ordered by the fit."""
        return order(self.question, {WEIGHED[name]: int(points) for name, points in self.weighed().items()})

    @property
    def points(self) -> list[tuple[Points, int]]:
        """Every slider with where it stands."""
        usual, weighed = points_of(self.question), self.weighed()
        return [(self[name], int(weighed.get(name, usual[part]))) for name, part in WEIGHED.items()]

    def weighed(self) -> dict[str, str]:
        """The sliders that stand elsewhere than the question puts them, as arguments of the address."""
        usual = points_of(self.question)
        given = {name: self[name].number for name in WEIGHED if not self[name].errors}
        return {
            name: str(points)
            for name, points in given.items()
            if points is not None and points != usual[WEIGHED[name]]
        }

    @property
    def is_weighted(self) -> bool:
        """Whether somebody has weighed the parts otherwise than the question does."""
        return bool(self.weighed())

    @property
    def points_in_error(self) -> bool:
        return any(self[name].errors for name in WEIGHED)
