"""Forms of dates, of records, and of the private calendar."""

from typing import Any

from wtforms import DateField, IntegerField, RadioField, StringField, TextAreaField, TimeField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import AnyOf, InputRequired, Optional
from wtforms.widgets import HiddenInput

from kleinstadt_net.services import talk_records
from kleinstadt_net.services.appointment_proposals import (
    LINK_LENGTH,
    MOST_SLOTS,
    NOTE_LENGTH,
    PLACE_LENGTH,
    Content,
    RefusedError,
    Slot,
)
from kleinstadt_net.services.appointment_rules import ACTIONS, PICK
from kleinstadt_net.vocabulary import APPOINTMENT_FORMS
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm

NO_DAY = "Bitte geben Sie einen Tag an, zum Beispiel 15.03.2027."
NO_TIME = "Bitte geben Sie eine Uhrzeit an, zum Beispiel 14:30."
DAYS = ["%Y-%m-%d", "%d.%m.%Y"]
TIMES = ["%H:%M", "%H:%M:%S", "%H.%M"]
NUMBERS = range(1, MOST_SLOTS + 1)


class MayBeEmpty(Optional):
    """What is missing is said by the form, beside what else is wrong with a time; one time is wanted, three may be."""

    def __init__(self) -> None:
        super().__init__()
        # Nine fields labelled as optional would hide that one of three times is not.
        self.field_flags = {}


def _day(number: int) -> DateField:
    return DateField(  # type: ignore[call-arg]  # newer than its types
        f"{number}. Zeit: Tag", format=DAYS, validators=[MayBeEmpty()], invalid_value_message=NO_DAY
    )


def _time(number: int, word: str) -> TimeField:
    return TimeField(  # type: ignore[call-arg]  # newer than its types
        f"{number}. Zeit: {word}",
        format=TIMES,
        validators=[MayBeEmpty()],
        invalid_value_message=NO_TIME,
    )


class ProposalForm(BaseForm):
    """Up to three times for a talk; the fields are named as in ``RefusedError``."""

    day_1, begins_1, ends_1 = _day(1), _time(1, "von"), _time(1, "bis")
    day_2, begins_2, ends_2 = _day(2), _time(2, "von"), _time(2, "bis")
    day_3, begins_3, ends_3 = _day(3), _time(3, "von"), _time(3, "bis")
    form = RadioField(
        "Wie möchten Sie sprechen?",
        choices=[SelectChoice(key, title) for key, title in APPOINTMENT_FORMS.items()],
        default="telephone",
        validators=[InputRequired("Bitte wählen Sie eine Form.")],
    )
    place = StringField("Ort oder Telefonnummer", [at_most(PLACE_LENGTH)])
    link = StringField("Link zum Videogespräch (freiwillig)", [at_most(LINK_LENGTH)])
    note = TextAreaField("Was die andere Stadt noch wissen soll (freiwillig)", [at_most(NOTE_LENGTH)])
    seen = StringField(widget=HiddenInput())

    def validate(self, extra_validators: object = None) -> bool:
        """The first time is wanted whole, the others whole or not at all."""
        fine = bool(super().validate(extra_validators))
        for number in NUMBERS:
            parts = self.parts(number)
            if number > 1 and not any(part.raw_data and part.raw_data[0] for part in parts):
                continue
            for part in parts:
                if part.data is None and not part.errors:
                    part.errors = [NO_DAY if isinstance(part, DateField) else NO_TIME]
                    fine = False
        return fine

    def parts(self, number: int) -> tuple[Any, Any, Any]:
        """Day, beginning and end of one of the times."""
        return self[f"day_{number}"], self[f"begins_{number}"], self[f"ends_{number}"]

    @property
    def content(self) -> Content:
        """What was typed."""
        times = ((number, *(part.data for part in self.parts(number))) for number in NUMBERS)
        return Content(
            slots=tuple(Slot(*given) for given in times if given[1] is not None),
            form=str(self.form.data),
            place=self.place.data or "",
            link=self.link.data or "",
            note=self.note.data or "",
        )

    def tell(self, refused: RefusedError) -> None:
        """Put the service's sentences beside their fields."""
        for name, sentence in refused.problems.items():
            self[name].errors = [sentence]

    def rebase(self, seen: str) -> None:
        """Let the form say that it has seen the latest change; what was typed stays."""
        self.seen.data = seen


class StepForm(BaseForm):
    """What is done with a date or a proposal; a time picked is a button of its own."""

    schritt = StringField("Schritt", [AnyOf(ACTIONS, "Diesen Schritt kennen wir nicht.")], default=PICK)
    slot = IntegerField("Zeit", [Optional()])


class RecordForm(BaseForm):
    """A record of a talk; the fields are named as in ``talk_records.Content``."""

    held_on = DateField(  # type: ignore[call-arg]  # newer than its types
        "Tag des Gesprächs", format=DAYS, validators=[InputRequired(NO_DAY)], invalid_value_message=NO_DAY
    )
    present = TextAreaField("Wer war dabei? (freiwillig)", [at_most(talk_records.PRESENT_LENGTH)])
    result = TextAreaField(
        "Ergebnis",
        [InputRequired("Bitte schreiben Sie, was herauskam."), at_most(talk_records.TEXT_LENGTH)],
    )
    next_step = TextAreaField("Nächster Schritt (freiwillig)", [at_most(talk_records.TEXT_LENGTH)])
    version = IntegerField(widget=HiddenInput(), default=0)

    @property
    def content(self) -> talk_records.Content:
        """What was typed."""
        assert self.held_on.data is not None
        return talk_records.Content(
            self.held_on.data, self.present.data or "", str(self.result.data), self.next_step.data or ""
        )

    def rebase(self, version: int) -> None:
        """Let the form say that it has seen the newer version; what was typed stays."""
        self.version.data = version
        self.version.raw_data = [str(version)]
