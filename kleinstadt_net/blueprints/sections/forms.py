"""The form of a section, made from what ``profile`` declares of it; what may stand in it ``profile`` decides too."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import NumberRange
from wtforms.widgets import HiddenInput

from kleinstadt_net.formats import number
from kleinstadt_net.profile import checking, fields
from kleinstadt_net.profile.fields import Kind, Shape
from kleinstadt_net.profile.shapes import SHAPES
from kleinstadt_net.services.section_drafts import Draft
from kleinstadt_net.services.sections import SectionRow
from kleinstadt_net.services.typed import Half
from kleinstadt_net.web.forms import BaseForm

# More than any list holds, so that what is too much is told instead of cut off.
MOST_ROWS = 40
VISIBILITIES = {
    fields.PUBLIC: "Alle, auch Besucherinnen und Besucher",
    fields.VERIFIED: "Nur Menschen aus bestätigten Städten",
}


class EntryForm(BaseForm):
    """One entry of a list; its form brings the token against forged requests."""

    class Meta:
        csrf = False


class SectionForm(BaseForm):
    """What every section has beside its own fields."""

    text = TextAreaField(
        "Mehr dazu (freiwillig)",
        description=f"Höchstens {number(fields.TEXT_LENGTH)} Zeichen. Leere Zeile: neuer Absatz. "
        "„- “ am Anfang der Zeile: Liste. **fett**, *kursiv*, [Wort](https://…): Verweis.",
    )
    # Whether it is one of the two ``profile`` says.
    visibility = RadioField(
        "Wer darf den Abschnitt lesen?",
        choices=[SelectChoice(*pair) for pair in VISIBILITIES.items()],
        default=fields.PUBLIC,
        validate_choice=False,
    )
    version = IntegerField(widget=HiddenInput(), default=0, validators=[NumberRange(min=0, max=10**9)])

    shape: Shape

    @property
    def typed(self) -> dict[str, Any]:
        """The section's own fields as they were typed."""
        return {one.key: self[one.key].data for one in self.shape.fields}

    def tell(self, problems: Mapping[str, str]) -> None:
        """Put each sentence where it belongs: on the field, or on the field within its entry."""
        for path, sentence in problems.items():
            name, _, rest = path.partition("-")
            if name not in self:
                self.form_errors.append(sentence)
            elif not rest:
                self[name].errors = [*self[name].errors, sentence]
            else:
                self._tell_entry(self[name], rest, sentence)

    def _tell_entry(self, listed: "FieldList[Any]", rest: str, sentence: str) -> None:
        row, _, column = rest.partition("-")
        entry = listed.entries[int(row)].form
        if column in entry:
            entry[column].errors = [*entry[column].errors, sentence]
        listed.errors = [*listed.errors, f"Eintrag {int(row) + 1}: {sentence}"]

    def rebase(self, version: int) -> None:
        """Let the form say that it has seen this version; what was typed stays."""
        self.version.data = version
        self.version.raw_data = [str(version)]

    def add_row(self, key: str) -> None:
        """An empty entry more at the end of a list, where there is room."""
        if key in self.shape.field and self.shape.field[key].kind is Kind.ENTRIES:
            listed = self[key]
            if len(listed.entries) < self.shape.field[key].entries:
                listed.append_entry()

    def number_rows(self) -> None:
        """Where an entry is a single line its label says which one it is."""
        for one in self.shape.fields:
            if one.kind is Kind.ENTRIES and len(one.columns) == 1:
                for place, entry in enumerate(self[one.key].entries, 1):
                    line = entry.form[one.columns[0].key]
                    line.label.text = f"{one.columns[0].label} {place}"

    def offer_rows(self) -> None:
        """In every list an empty entry to begin with."""
        for one in self.shape.fields:
            if one.kind is Kind.ENTRIES and not (
                self[one.key].entries and _is_blank(self[one.key].entries[-1])
            ):
                self.add_row(one.key)


def opened(thesis: str, row: SectionRow, draft: Draft | None, half: Half | None) -> SectionForm:
    """The form as it opens or was sent: with what was left half-typed, else one's draft, else what is stored."""
    made = _form(thesis)
    if half is not None:
        sent = MultiDict((name, text) for name, texts in half.content.items() for text in texts)
        return made(formdata=sent)
    begun = draft or row
    return made(
        data={
            **checking.typed_again(thesis, begun.fields),
            "text": begun.text,
            "visibility": begun.visibility,
            "version": row.version,
        }
    )


def sent(thesis: str) -> SectionForm:
    """The form as it was sent."""
    return _form(thesis)()


@cache
def _form(thesis: str) -> type[SectionForm]:
    shape = SHAPES[thesis]
    made = {one.key: _field(one) for one in shape.fields}
    return type(f"SectionForm{thesis.title()}", (SectionForm,), {**made, "shape": shape})


def _field(one: fields.Field) -> Any:
    if one.kind is Kind.ENTRIES:
        columns = {column.key: _field(column) for column in one.columns}
        entry = type(f"Entry{one.key.title()}", (EntryForm,), columns)
        return FieldList(FormField(entry, one.label), one.label, max_entries=MOST_ROWS, description=one.hint)
    if one.kind is Kind.PARAGRAPH:
        return TextAreaField(one.label, description=f"{one.hint} Höchstens {one.length} Zeichen.")
    if one.kind is Kind.TICK:
        return BooleanField(one.label, description=one.hint)
    if one.kind is Kind.CHOICE:
        choices = [SelectChoice("", "keine Angabe"), *(SelectChoice(*pair) for pair in one.choices.items())]
        return SelectField(
            one.label, choices=choices, default="", validate_choice=False, description=one.hint
        )
    return (TextAreaField if one.is_long else StringField)(one.label, description=one.hint)


def _is_blank(entry: "FormField[Any]") -> bool:
    return not any(entry.data.values())
