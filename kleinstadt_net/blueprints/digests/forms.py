"""Forms around the Monatsbrief."""

from datetime import date, timedelta
from typing import Any, Self

from wtforms import (
    DateField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    widgets,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import AnyOf, DataRequired, InputRequired, Optional, ValidationError
from wtforms.widgets import HiddenInput

from kleinstadt_net import clock
from kleinstadt_net.digest.due import HOURS, WEEKDAYS
from kleinstadt_net.services.subscriptions import Choices, Preferences
from kleinstadt_net.vocabulary import DECLINE_REASONS, SUBJECTS, WISH_TITLES, WORKDAYS
from kleinstadt_net.web.forms import BaseForm

# What a person agrees to, word for word; recorded with her consent.
CONSENT_WORDING = (
    "Ja, ich möchte den Monatsbrief erhalten: einmal im Monat oder auf Wunsch seltener, mit Vorschlägen für meine "
    "Stadt, per E-Mail. Ich kann ihn jederzeit mit einem Klick abbestellen."
)
LONGEST_PAUSE = timedelta(days=366)
ANSWERS = ("contact", "later", "declined")
USUAL = ""
BY_MAIL, ON_THE_WEB = "mail", "web"
WISHES = [SelectChoice(value, title[0].upper() + title[1:]) for value, title in WISH_TITLES.items()]


class PreferencesForm(BaseForm):
    """How often and when, by which way and about what, and a pause."""

    frequency = RadioField(
        "Wie oft möchten Sie den Monatsbrief bekommen?",
        choices=[
            SelectChoice("monthly", "Einmal im Monat"),
            SelectChoice("quarterly", "Einmal im Vierteljahr"),
            SelectChoice("off", "Gar nicht"),
        ],
        validators=[DataRequired("Bitte wählen Sie eine der drei Möglichkeiten.")],
    )
    paused_until = DateField(  # type: ignore[call-arg]  # newer than its types
        "Pause bis einschließlich",
        description="Bis zu diesem Tag kommt kein Brief. Ohne Datum gibt es keine Pause.",
        validators=[Optional()],
        invalid_value_message="Bitte wählen Sie einen Tag aus dem Kalender.",
    )
    weekday = SelectField(
        "An welchem Tag soll er kommen?",
        description="An einem Feiertag kommt er am nächsten Werktag. In einem Monat kommt nie ein zweiter.",
        choices=[
            SelectChoice(USUAL, "Am üblichen Tag"),
            *(SelectChoice(str(n), f"Am ersten {WORKDAYS[n]} im Monat") for n in WEEKDAYS),
        ],
        default=USUAL,
    )
    hour = SelectField(
        "Ab welcher Stunde?",
        choices=[
            SelectChoice(USUAL, "Zur üblichen Stunde"),
            *(SelectChoice(str(n), f"Ab {n} Uhr") for n in HOURS),
        ],
        default=USUAL,
    )
    way = RadioField(
        "Wie möchten Sie ihn lesen?",
        choices=[
            SelectChoice(BY_MAIL, "Als E-Mail"),
            SelectChoice(ON_THE_WEB, "Nur auf diesen Seiten und in meinem Feed"),
        ],
        default=BY_MAIL,
    )
    topics = SelectMultipleField(
        "Welche Themen sollen vorkommen?",
        description="Ohne Auswahl kommen alle vor. Anfragen an Ihre Stadt und Termine stehen immer im Brief.",
        choices=[SelectChoice(key, subject.title) for key, subject in SUBJECTS.items()],
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    wishes = RadioField(
        "Wie sollen wir es Ihnen sagen, wenn eine Stadt mit Ihnen sprechen möchte?",
        description="Ohne Monatsbrief schreiben wir in jedem Fall einen eigenen Brief.",
        choices=WISHES,
        default="letter",
    )

    @classmethod
    def of(cls, preferences: Preferences) -> Self:
        """The form with what holds now."""
        return cls(
            data={
                "frequency": preferences.frequency,
                "paused_until": preferences.paused_until,
                "weekday": _as_value(preferences.weekday),
                "hour": _as_value(preferences.hour),
                "way": BY_MAIL if preferences.by_mail else ON_THE_WEB,
                "topics": list(preferences.topics or ()),
                "wishes": preferences.wishes,
            }
        )

    @property
    def choices(self) -> Choices:
        """What was chosen; all topics are the same as none in particular, also of those still to come."""
        topics = self.topics.data or []
        return Choices(
            frequency=self.frequency.data,
            paused_until=self.pause,
            wishes=self.wishes.data,
            weekday=_as_number(self.weekday.data),
            hour=_as_number(self.hour.data),
            topics=topics if 0 < len(topics) < len(SUBJECTS) else None,
            by_mail=self.way.data != ON_THE_WEB,
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


class StillTrueForm(BaseForm):
    """That a statement still holds, as it was shown."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class PlainForm(BaseForm):
    """A button and nothing else."""


def _as_value(number: int | None) -> str:
    return USUAL if number is None else str(number)


def _as_number(value: str) -> int | None:
    return int(value) if value else None
