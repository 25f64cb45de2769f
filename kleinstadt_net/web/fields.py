"""Fields several forms share."""

from datetime import date
from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import Length, ValidationError

from kleinstadt_net import clock, formats

MAX_DIGITS = 7


def at_most(length: int) -> Length:
    """Refuse longer texts."""
    return Length(max=length, message=f"Bitte höchstens {length} Zeichen.")


class KnownSelect(SelectField):  # type: ignore[misc]  # WTForms' stubs leave it untyped
    """A select of a filter: an unknown value is said and left aside."""

    @property
    def titles(self) -> dict[str, str]:
        """What is offered, by value."""
        return {value: label for value, label, *_ in self.iter_choices()}

    def pre_validate(self, form: Any) -> None:
        if self.data not in self.titles:
            raise ValidationError("Diese Auswahl gibt es nicht. Wir haben sie weggelassen.")


class WholeNumber(StringField):  # type: ignore[misc]  # as above
    """A whole number as people type it: "12000" or "12.000"; empty is no filter."""

    @property
    def number(self) -> int | None:
        digits = (self.data or "").replace(".", "").replace("\u00a0", "").replace(" ", "")
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS else None

    def pre_validate(self, form: Any) -> None:
        if self.data and self.number is None:
            raise ValidationError("Bitte geben Sie eine ganze Zahl ein. Wir haben die Angabe weggelassen.")


class PastMonth(StringField):  # type: ignore[misc]  # as above
    """A month up to the present one, sent by browsers as ``2024-03``; typed ones may be ``03.2024`` too."""

    @property
    def first_day(self) -> date | None:
        text = (self.data or "").strip()
        if len(text) == 7 and text[2:3] in "./":
            text = f"{text[3:]}-{text[:2]}"
        try:
            return formats.first_day(text) if text else None
        except ValueError:
            return None

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            return
        if self.first_day is None or self.first_day.year < 1900:
            raise ValidationError("Bitte geben Sie den Monat so an: 03.2024.")
        if self.first_day > clock.today():
            raise ValidationError("Dieser Monat liegt in der Zukunft.")
