"""Forms of questions; what may stand in them ``services/question_rules`` decides."""

from collections.abc import Mapping

from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired

from kleinstadt_net.services import question_rules
from kleinstadt_net.services.question_rules import NewQuestion
from kleinstadt_net.services.questions import ANSWERED, OWN, STRONG, QuestionFilters
from kleinstadt_net.vocabulary import SUBJECTS, THESES, TOPICS
from kleinstadt_net.web.fields import KnownSelect, at_most
from kleinstadt_net.web.forms import BaseForm

SEARCH_LENGTH = 100
CHECK, CHANGE, SEND, ANYWAY = "pruefen", "aendern", "senden", "trotzdem"
SUBJECT_CHOICES = {
    "Themen": [SelectChoice(one.key, one.title) for one in TOPICS.values()],
    "Thesen": [SelectChoice(one.key, one.title) for one in THESES.values()],
}


def _subject(label: str, first: str) -> SelectField:
    choices = [SelectChoice("", first), *SUBJECT_CHOICES["Themen"], *SUBJECT_CHOICES["Thesen"]]
    return SelectField(label, choices=choices, default="", validate_choice=False)


class QuestionForm(BaseForm):
    """A question before it is asked."""

    title = StringField(
        "Ihre Frage in einem Satz", description="Zum Beispiel: Wer hat leere Läden auf Zeit vermietet?"
    )
    text = TextAreaField(
        "Was sollten andere dazu wissen?",
        description="Ein, zwei Absätze: wo Sie stehen, was Sie versucht haben, was Sie wissen möchten. "
        "„- “ am Anfang der Zeile: Liste. **fett**, *kursiv*.",
    )
    subject = _subject("Thema", "bitte wählen")
    second = _subject("Noch ein Thema (freiwillig)", "keins")
    deadline = DateField(  # type: ignore[call-arg]  # newer than its types
        "Antworten bis",
        validators=[InputRequired(question_rules.NO_DAY)],
        default=question_rules.usual_deadline,
        invalid_value_message="Diesen Tag gibt es nicht. Bitte wählen Sie einen aus dem Kalender.",
    )
    anonym = BooleanField("Ohne Ortsnamen fragen")

    @property
    def question(self) -> NewQuestion:
        """What was typed."""
        return NewQuestion(
            title=self.title.data or "",
            text=self.text.data or "",
            subjects=tuple(dict.fromkeys(key for key in (self.subject.data, self.second.data) if key)),
            deadline=self.deadline.data,
            is_anonymous=bool(self.anonym.data),
        )

    def tell(self, problems: Mapping[str, str]) -> None:
        """Put each sentence on its field; what a field itself has found wrong stays."""
        for name, sentence in problems.items():
            field = self["subject" if name == "subjects" else name]
            field.errors = list(field.errors) or [sentence]


class AnswerForm(BaseForm):
    """An answer in the name of the town."""

    text = TextAreaField(
        "Ihre Antwort",
        description="Was haben Sie getan, und was kam dabei heraus? Auch, was nicht geklappt hat, hilft.",
    )


class SummaryForm(BaseForm):
    """What came of a question."""

    summary = TextAreaField(
        "Was nehmen Sie mit? (freiwillig)",
        description="Zwei, drei Sätze für alle, die später dieselbe Frage haben.",
    )


class PlainForm(BaseForm):
    """A button and nothing else."""


class FilterForm(BaseForm):
    """What the list is narrowed to; everything stands in the address."""

    class Meta(BaseForm.Meta):
        csrf = False

    suche = StringField("Suche", [at_most(SEARCH_LENGTH)])
    thema = KnownSelect(
        "Thema oder These",
        choices=[SelectChoice("", "alle"), *(SelectChoice(one.key, one.title) for one in SUBJECTS.values())],
        default="",
    )
    stand = KnownSelect(
        "Stand",
        choices=[
            SelectChoice("", "alle"),
            SelectChoice("offen", "nur offene"),
            SelectChoice("beendet", "nur beendete"),
        ],
        default="",
    )
    welche = KnownSelect(
        "Welche",
        choices=[
            SelectChoice("", "alle"),
            SelectChoice("staerken", "zu unseren Stärken"),
            SelectChoice("eigene", "von uns gestellte"),
            SelectChoice("beantwortet", "von uns beantwortete"),
        ],
        default="",
    )

    STATES = {"offen": question_rules.OPEN, "beendet": question_rules.CLOSED}
    WHOSE = {"staerken": STRONG, "eigene": OWN, "beantwortet": ANSWERED}

    @property
    def held(self) -> dict[str, str]:
        """What can be understood, by the name in the address; after ``validate``."""
        return {field.name: field.data for field in self if field.data and not field.errors}

    def filters(self) -> QuestionFilters:
        """The same for the service."""
        held = self.held
        return QuestionFilters(
            held.get("thema"),
            self.STATES.get(held.get("stand", "")),
            self.WHOSE.get(held.get("welche", "")),
            held.get("suche", ""),
        )

    def in_words(self) -> dict[str, str]:
        """The filters that hold as they are read; each can be taken away."""
        return {
            name: f"„{value}“" if name == "suche" else self[name].titles[value]
            for name, value in self.held.items()
        }

    def address_without(self, name: str) -> dict[str, str]:
        return {other: value for other, value in self.held.items() if other != name}
