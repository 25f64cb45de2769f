"""Requests a month, and a break."""

from datetime import date

from wtforms import DateField, Field, IntegerField, RadioField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, NumberRange, ValidationError

from kleinstadt_net import clock
from kleinstadt_net.services.availability import LONGEST_PAUSE, MOST_REQUESTS, Availability
from kleinstadt_net.vocabulary import PAUSE_REASONS
from kleinstadt_net.web.forms import BaseForm


class RequestsForm(BaseForm):
    """How many towns may ask in a month."""

    requests_a_month = IntegerField(  # type: ignore[call-arg]  # newer than its types
        "Anfragen im Monat, höchstens",
        validators=[
            InputRequired(f"Bitte geben Sie eine Zahl von 0 bis {MOST_REQUESTS} an."),
            NumberRange(0, MOST_REQUESTS, f"Bitte geben Sie eine Zahl von 0 bis {MOST_REQUESTS} an."),
        ],
        invalid_value_message=f"Bitte geben Sie eine ganze Zahl von 0 bis {MOST_REQUESTS} an.",
    )


class PauseForm(BaseForm):
    """Until when, and why."""

    paused_until = DateField(  # type: ignore[call-arg]  # newer than its types
        "Pause bis einschließlich",
        validators=[InputRequired("Bitte wählen Sie den letzten Tag der Pause.")],
        invalid_value_message="Bitte wählen Sie einen Tag aus dem Kalender.",
    )
    pause_reason = RadioField(
        "Grund",
        choices=[SelectChoice(code, title) for code, title in PAUSE_REASONS.items()],
        validators=[InputRequired("Bitte wählen Sie einen Grund.")],
    )

    def validate_paused_until(self, field: Field) -> None:
        today = clock.today()
        if not isinstance(field.data, date):
            return
        if field.data < today:
            raise ValidationError("Dieser Tag ist schon vorbei. Bitte wählen Sie einen späteren.")
        if field.data > today + LONGEST_PAUSE:
            raise ValidationError(
                "Eine Pause dauert höchstens zwölf Monate. Danach geht es weiter, oder Sie verlängern."
            )


class PlainForm(BaseForm):
    """A button and nothing else."""


def requests_form(found: Availability) -> RequestsForm:
    """The number as it is stored, whatever form was sent."""
    return RequestsForm(formdata=None, obj=found)


def pause_form(found: Availability) -> PauseForm:
    """The break as it is stored, whatever form was sent."""
    return PauseForm(formdata=None, obj=found)
