"""The form of an example; what may stand in it ``services/practice_content`` decides."""

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from kleinstadt_net.services import practice_content
from kleinstadt_net.services.practice_content import LENGTHS, Content
from kleinstadt_net.services.practice_editing import OwnPractice
from kleinstadt_net.services.typed import Half
from kleinstadt_net.vocabulary import COST_BANDS, DURATIONS, INSTRUMENTS, THESES, TOPICS
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm

NO_STATEMENT = "keine Angabe"
# "05.2023" as people type it; stored as "2023-05".
TYPED_MONTH = re.compile(r"(?P<month>\d{1,2})[./](?P<year>\d{4})")
NUMBERED = re.compile(r"^(\d{1,2}[.)]|[-–•*])\s+")


class ManyOf(SelectMultipleField):  # type: ignore[misc]  # WTForms' stubs leave it untyped
    """Checkboxes; whether each value exists the service says."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
    validate_choice = False


def _choice(label: str, choices: Mapping[str, str], hint: str = "") -> SelectField:
    offered = [SelectChoice("", NO_STATEMENT), *(SelectChoice(*pair) for pair in choices.items())]
    return SelectField(label, choices=offered, default="", validate_choice=False, description=hint)


class TitleForm(BaseForm):
    """The beginning: a title is enough."""

    title = StringField(
        "Wie heißt das Beispiel?",
        [InputRequired("Bitte geben Sie dem Beispiel einen Titel."), at_most(LENGTHS["title"])],
        description="Was haben Sie getan, und wofür? Zum Beispiel: Leere Läden auf Zeit vermieten.",
    )


class PracticeForm(BaseForm):
    """An example. Only the title must be given; what a release needs the service says."""

    title = StringField("Titel", description="Was haben Sie getan, und wofür?")
    theses = ManyOf(
        "Thesen", choices=[SelectChoice(s.key, s.title) for s in THESES.values()], validate_choice=False
    )
    topics = ManyOf(
        "Themen", choices=[SelectChoice(s.key, s.title) for s in TOPICS.values()], validate_choice=False
    )
    problem = TextAreaField("Welches Problem hatten Sie?", description="Zwei, drei Sätze genügen.")
    steps = TextAreaField(
        "Was haben Sie getan?",
        description=f"Schritt für Schritt: Jede Zeile wird ein Schritt, höchstens {practice_content.MAX_STEPS}.",
    )
    cost_band = _choice("Was hat es insgesamt gekostet?", COST_BANDS, "Ohne die Arbeitszeit im Rathaus.")
    staff = StringField(
        "Wer im Rathaus war damit befasst?", description="Zum Beispiel: eine halbe Stelle im Bauamt."
    )
    duration = _choice("Wie lange hat es gedauert?", DURATIONS)
    began_on = StringField("Beginn", description="Jahr oder Monat: 2023 oder 05.2023.")
    ended_on = StringField("Ende", description="Leer, wenn es noch läuft.")
    partners_inside = StringField("Partner in der Stadt", description="Vereine, Betriebe, Schulen …")
    partners_outside = StringField("Partner von außen", description="Land, Hochschule, andere Städte …")
    is_funded = SelectField(
        "Gab es Fördermittel?",
        choices=[SelectChoice("", NO_STATEMENT), SelectChoice("yes", "ja"), SelectChoice("no", "nein")],
        default="",
        validate_choice=False,
    )
    funding = StringField("Förderprogramm", description="Name des Programms, Jahr, Anteil.")
    instrument = _choice("Mit welchem Mittel vor allem?", INSTRUMENTS)
    legal_basis = StringField("Rechtsgrundlage", description="Zum Beispiel: § 171d BauGB, Hauptsatzung § 4.")
    success_factors = TextAreaField("Was hat zum Gelingen beigetragen?")
    failures = TextAreaField(
        "Was hat nicht funktioniert?",
        description="Das lesen nur Menschen aus bestätigten Städten. Für sie ist es oft das Wertvollste.",
    )
    contact_office = StringField(
        "Welches Amt gibt Auskunft?", description="Nur das Amt, keine Person. Zum Beispiel: Bauamt."
    )
    version = IntegerField(widget=HiddenInput(), default=1, validators=[NumberRange(min=1, max=10**9)])

    @property
    def content(self) -> Content:
        """What was typed, as it would be stored."""
        typed: dict[str, Any] = {
            name: self[name].data for name in Content.__dataclass_fields__ if name in self
        }
        given: dict[str, Any] = {
            **{name: text or "" for name, text in typed.items()},
            **{name: typed[name] or None for name in practice_content.CHOICES},
            "subjects": (*(self.theses.data or ()), *(self.topics.data or ())),
            "steps": _steps(self.steps.data or ""),
            "is_funded": {"yes": True, "no": False}.get(self.is_funded.data),
            "began_on": _period(self.began_on.data),
            "ended_on": _period(self.ended_on.data),
        }
        return Content(**given)

    def tell(self, problems: Mapping[str, str]) -> None:
        """Put each sentence on its field."""
        for name, sentence in problems.items():
            field = self["topics" if name == "subjects" else name]
            field.errors = [*field.errors, sentence]

    def rebase(self, version: int) -> None:
        """Let the form say that it has seen this version; what was typed stays."""
        self.version.data = version
        self.version.raw_data = [str(version)]


def opened(practice: OwnPractice, half: Half | None, account_id: int) -> PracticeForm:
    """The form as it opens: with what was left half-typed, else one's own waiting change, else what is stored."""
    if half is not None:
        sent: Mapping[str, Any] = half.content
    else:
        is_own = practice.proposal is not None and practice.proposed_by_id == account_id
        content = practice.proposal if is_own and practice.proposal else practice.content
        sent = practice_content.as_sent(content) | {"version": [str(practice.version)]}
    return PracticeForm(formdata=MultiDict((name, text) for name, texts in sent.items() for text in texts))


def _steps(text: str) -> tuple[str, ...]:
    """A line is a step; numbers and dashes people put before them are taken away."""
    lines = (NUMBERED.sub("", line.strip()) for line in text.splitlines())
    return tuple(line for line in lines if line)


def _period(text: str | None) -> str | None:
    if not text:
        return None
    month = TYPED_MONTH.fullmatch(text)
    return f"{month['year']}-{month['month']:0>2}" if month else text
