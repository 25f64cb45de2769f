"""Fields several forms share."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from markupsafe import Markup, escape
from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Length, ValidationError
from wtforms.widgets import Select, html_params

from kleinstadt_net import clock, formats

MAX_DIGITS = 7
SELECTED = {True: " selected", False: ""}


def at_most(length: int) -> Length:
    """Refuse longer texts."""
    return Length(max=length, message=f"Bitte höchstens {length} Zeichen.")


class QuickSelect(Select):  # type: ignore[misc]  # as below
    """A select without groups. The directory offers eighty choices, and WTForms takes its time over each."""

    def __call__(self, field: Any, **given: Any) -> Markup:
        # Quicker than Markup.format; every value and every label is escaped here.
        options = "".join(
            f'<option{SELECTED[choice.selected]} value="{escape(choice.value)}">{escape(choice.label)}</option>'
            for choice in field.iter_choices()
        )
        attributes = html_params(**({"id": field.id, "name": field.name} | given))
        return Markup(f"<select {attributes}>{options}</select>")  # noqa: S704


class KnownSelect(SelectField):  # type: ignore[misc]  # WTForms' stubs leave it untyped
    """A select of a filter: an unknown value is said and left aside."""

    widget = QuickSelect()
    _plain: dict[str, str] | None = None

    @property
    def titles(self) -> dict[str, str]:
        """What is offered, by value, without any numbers beside it."""
        if self._plain is not None:
            return self._plain
        return {value: label for value, label, *_ in self.iter_choices()}

    def count(self, numbers: Mapping[str, int]) -> None:
        """Offer the values counted and no others, with their numbers; the first choice, which is none, stays."""
        self._plain = self.titles
        (none, title), *rest = self._plain.items()
        counted = [
            (value, f"{label} ({formats.number(numbers[value])})")
            for value, label in rest
            if value in numbers
        ]
        self.choices = [SelectChoice(value, label) for value, label in ((none, title), *counted)]

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
