"""Forms around the Monatsbrief."""

from datetime import date, timedelta
from typing import Any

from wtforms import DateField, Field, RadioField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import AnyOf, DataRequired, Optional, ValidationError

from kleinstadt_net import clock
from kleinstadt_net.vocabulary import DECLINE_REASONS, WISH_TITLES
from kleinstadt_net.web.forms import BaseForm

# What a person agrees to, word for word; recorded with her consent.
CONSENT_WORDING = (
    "Ja, ich möchte den Monatsbrief erhalten: einmal im Monat, per E-Mail, mit Vorschlägen für meine Stadt. "
    "Ich kann ihn jederzeit mit einem Klick abbestellen."
)
LONGEST_PAUSE = timedelta(days=366)
ANSWERS = ("contact", "later", "declined")
WISHES = [SelectChoice(value, title[0].upper() + title[1:]) for value, title in WISH_TITLES.items()]


class PreferencesForm(BaseForm):
    """Monthly or not at all, and a pause."""

    frequency = RadioField(
        "Wie oft möchten Sie den Monatsbrief bekommen?",
        choices=[SelectChoice("monthly", "Einmal im Monat"), SelectChoice("off", "Gar nicht")],
        validators=[DataRequired("Bitte wählen Sie eine der beiden Möglichkeiten.")],
    )
    paused_until = DateField(  # type: ignore[call-arg]  # newer than its types
        "Pause bis einschließlich",
        description="Bis zu diesem Tag kommt kein Brief. Ohne Datum gibt es keine Pause.",
        validators=[Optional()],
        invalid_value_message="Bitte wählen Sie einen Tag aus dem Kalender.",
    )

    wishes = RadioField(
        "Wie sollen wir es Ihnen sagen, wenn eine Stadt mit Ihnen sprechen möchte?",
        description="Ohne Monatsbrief schreiben wir in jedem Fall einen eigenen Brief.",
        choices=WISHES,
        default="letter",
    )

    def validate_paused_until(self, field: Field) -> None:
        today = clock.today()
        if field.data is None:
            return
        if field.data < today:
            raise ValidationError("Dieser Tag ist schon vorbei. Bitte wählen Sie einen späteren.")
        if field.data > today + LONGEST_PAUSE:
            raise ValidationError("Eine Pause dauert höchstens ein Jahr. Danach fragen wir gern neu.")

    @property
    def pause(self) -> date | None:
        value: Any = self.paused_until.data
        return value if isinstance(value, date) else None


class AnswerForm(BaseForm):
    """The answer of a town to one suggestion; the three buttons carry it."""

    answer = StringField(
        "Antwort",
        validators=[AnyOf(ANSWERS, "Bitte wählen Sie eine der drei Antworten.")],
    )


class ReasonForm(BaseForm):
    """Why a suggestion does not fit; each button carries one reason."""

    reason = StringField(
        "Grund", validators=[AnyOf(list(DECLINE_REASONS), "Bitte wählen Sie einen der angebotenen Gründe.")]
    )


class PlainForm(BaseForm):
    """A button and nothing else."""
