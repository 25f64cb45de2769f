"""Forms of the pages about inviting towns."""

from typing import Any

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from kleinstadt_net.services.invitation_series import MAX_LETTERS, MAX_TITLE, SeriesFilters
from kleinstadt_net.services.outreach import MAX_TEXT, lines_too_many
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.web.fields import KnownSelect, WholeNumber
from kleinstadt_net.web.forms import BaseForm


class InvitationForm(BaseForm):
    text = TextAreaField(
        "Ihr Brief",
        [
            InputRequired("Der Brief ist leer."),
            Length(max=MAX_TEXT, message=f"Auf eine Seite passen höchstens {MAX_TEXT} Zeichen."),
        ],
    )

    def validate_text(self, field: Any) -> None:
        """WTForms' own hook: the letter has one page."""
        if excess := lines_too_many(field.data or ""):
            raise ValidationError(
                "Der Brief passt nicht auf eine Seite. Bitte kürzen Sie ihn: "
                + ("eine Zeile ist zu viel." if excess == 1 else f"etwa {excess} Zeilen sind zu viel.")
            )


class ObjectionForm(BaseForm):
    ags = StringField(
        "Schlüssel der Stadt (AGS)",
        [InputRequired("Bitte nennen Sie die Stadt."), Length(max=8, message="Bitte acht Ziffern.")],
    )
    note = StringField("Notiz", [Optional(), Length(max=200, message="Bitte höchstens 200 Zeichen.")])


class PlainForm(BaseForm):
    """Nothing but the token that shows the form came from our page."""


class SeriesFilterForm(BaseForm):
    """Which towns to write to; read with GET, field names are what stands in the address."""

    class Meta(BaseForm.Meta):
        csrf = False

    land = KnownSelect(
        "Land",
        choices=[
            SelectChoice("", "alle Länder"),
            *(SelectChoice(land.key, land.name) for land in LAENDER.values()),
        ],
        default="",
    )
    von = WholeNumber("Einwohner von")
    bis = WholeNumber("Einwohner bis")
    anzahl = WholeNumber("Zahl der Briefe", default=str(SeriesFilters.at_most))
    ohne_anschrift = BooleanField("auch Städte, deren Anschrift nicht eingetragen ist")

    def validate_bis(self, field: WholeNumber) -> None:
        """WTForms' own hook: a range the wrong way round fits no town."""
        low, high = self.von.number, field.number
        if low is not None and high is not None and high < low:
            raise ValidationError(
                "Diese Zahl ist kleiner als die bei „Einwohner von“. Wir haben sie weggelassen."
            )

    def validate_anzahl(self, field: WholeNumber) -> None:
        """WTForms' own hook: a series has a size one can telephone after."""
        if field.number is not None and not 1 <= field.number <= MAX_LETTERS:
            raise ValidationError(
                f"Eine Serie hat mindestens einen und höchstens {MAX_LETTERS} Briefe. "
                f"Bis Sie das ändern, rechnen wir mit {SeriesFilters.at_most}."
            )

    @property
    def filters(self) -> SeriesFilters:
        """What can be understood of the form, after ``validate``."""
        land, number = self.land, None if self.anzahl.errors else self.anzahl.number
        return SeriesFilters(
            land=None if land.errors or not land.data else str(land.data),
            size_from=None if self.von.errors else self.von.number,
            size_to=None if self.bis.errors else self.bis.number,
            only_with_address=not self.ohne_anschrift.data,
            at_most=number or SeriesFilters.at_most,
        )

    @property
    def arguments(self) -> dict[str, str]:
        """The filters as they stand in an address, so that the series gets what the preview showed."""
        held = {f.name: f.data for f in self if f.data and not f.errors and not isinstance(f, BooleanField)}
        return held | ({"ohne_anschrift": "y"} if self.ohne_anschrift.data else {})


class CodeForm(BaseForm):
    """The code somebody reads out on the telephone; it opens nothing, so it may stand in an address."""

    class Meta(BaseForm.Meta):
        csrf = False

    code = StringField("Code aus einem Brief", [Length(max=40, message="Der Code hat zehn Zeichen.")])


class SeriesForm(BaseForm):
    title = StringField(
        "Name der Serie",
        [
            InputRequired("Bitte geben Sie der Serie einen Namen."),
            Length(max=MAX_TITLE, message=f"Bitte höchstens {MAX_TITLE} Zeichen."),
        ],
    )
