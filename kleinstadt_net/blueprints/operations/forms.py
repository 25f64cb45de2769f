"""Forms of the operator's desk."""

from wtforms import IntegerField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from kleinstadt_net import clock, formats
from kleinstadt_net.services.operator_numbers import MAX_MONTHS, Period
from kleinstadt_net.services.report_rules import LARGEST_ID
from kleinstadt_net.territory import is_key
from kleinstadt_net.vocabulary import AUDIT_GROUPS
from kleinstadt_net.web.fields import KnownSelect
from kleinstadt_net.web.forms import BaseForm

MONTH_MESSAGE = "Bitte geben Sie den Monat so an: 2026-11."
MAX_YEARS = MAX_MONTHS // 12
KEY_MESSAGE = "Bitte geben Sie den amtlichen Gemeindeschlüssel mit acht Ziffern an."
REASON = (
    InputRequired("Bitte begründen Sie die Entscheidung: Der Text steht in den Briefen."),
    Length(min=20, message="Bitte begründen Sie die Entscheidung mit mindestens 20 Zeichen."),
    Length(max=1_800, message="Bitte höchstens 1.800 Zeichen."),
)


class PlainForm(BaseForm):
    """Only the token against forged requests."""


class SuspendForm(BaseForm):
    reason = TextAreaField("Warum wird die Stadt gesperrt?", REASON)


class SearchForm(BaseForm):
    text = StringField(
        "Name, E-Mail-Adresse oder Stadt",
        [
            InputRequired("Bitte geben Sie ein, wen oder was Sie suchen."),
            Length(max=254, message="Bitte höchstens 254 Zeichen."),
        ],
    )


class AssignForm(BaseForm):
    ags = StringField("Amtlicher Gemeindeschlüssel der Stadt", [InputRequired(KEY_MESSAGE)])

    def validate_ags(self, field: StringField) -> None:
        if not is_key(field.data or ""):
            raise ValidationError(KEY_MESSAGE)


class NarrowForm(BaseForm):
    """Which answer a report about a question means."""

    answer = IntegerField(validators=[InputRequired(), NumberRange(1, LARGEST_ID)])


class TownSearchForm(BaseForm):
    """In the address: the name of a town says nothing about a person."""

    class Meta:
        csrf = False

    q = StringField("Name oder Gemeindeschlüssel", [Length(max=100, message="Bitte höchstens 100 Zeichen.")])


class TrailForm(BaseForm):
    class Meta:
        csrf = False

    bereich = KnownSelect(
        "Bereich",
        choices=[
            SelectChoice("", "alle"),
            *(
                SelectChoice(key, title)
                for key, title in sorted(AUDIT_GROUPS.items(), key=lambda item: item[1])
            ),
        ],
        default="",
    )
    stadt = StringField("Gemeindeschlüssel der Stadt")
    monat = StringField("Monat")

    def validate_stadt(self, field: StringField) -> None:
        if field.data and not is_key(field.data):
            raise ValidationError(KEY_MESSAGE + " Wir haben die Angabe weggelassen.")

    def validate_monat(self, field: StringField) -> None:
        if field.data and not _is_month(field.data):
            raise ValidationError(
                "Bitte geben Sie den Monat so an: 2026-11. Wir haben die Angabe weggelassen."
            )

    @property
    def valid_arguments(self) -> dict[str, str]:
        """The filters that hold, as they stand in an address."""
        return {field.name: field.data for field in self if field.data and not field.errors}


class PeriodForm(BaseForm):
    """From one month to another; this year up to now where nothing is said."""

    class Meta:
        csrf = False

    von = StringField("Von Monat", [DataRequired(MONTH_MESSAGE)], default=lambda: f"{clock.today().year}-01")
    bis = StringField("Bis Monat", [DataRequired(MONTH_MESSAGE)], default=clock.current_month)

    def validate_von(self, field: StringField) -> None:
        _must_be_month(field)

    def validate_bis(self, field: StringField) -> None:
        _must_be_month(field)
        first, last = self.von.data or "", field.data or ""
        if last > clock.current_month():
            raise ValidationError("Dieser Monat hat noch nicht begonnen. Bitte wählen Sie einen früheren.")
        if _is_month(first) and last < first:
            raise ValidationError("Der letzte Monat liegt vor dem ersten. Bitte tauschen Sie die beiden.")
        if _is_month(first) and int(last[:4]) - int(first[:4]) >= MAX_YEARS:
            raise ValidationError(f"Bitte wählen Sie weniger als {MAX_YEARS} Jahre.")

    @property
    def period(self) -> Period:
        return Period(self.von.data or "", self.bis.data or "")


def _must_be_month(field: StringField) -> None:
    if not _is_month(field.data or ""):
        raise ValidationError(MONTH_MESSAGE)


def _is_month(text: str) -> bool:
    try:
        return len(text) == 7 and formats.first_day(text).year > 1900
    except ValueError:
        return False
