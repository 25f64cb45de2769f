"""The form all others build on: German messages, trimmed text, nothing invisible let through."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, IntegerField, PasswordField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, ValidationError
from wtforms.widgets import HiddenInput

from kleinstadt_net import territory

# Nobody types these; they arrive with text copied from other programs and are worth nothing.
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
LINE_BREAK = re.compile(r"\r\n?|\u2028|\u2029")
ALLOWED_CONTROLS = frozenset("\n\t")


class BaseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """A form that speaks German and hands over clean text.

    Every text is trimmed, normalised (NFC) and freed of invisible characters before validators run;
    control characters are refused with a sentence rather than removed in silence.
    """

    class Meta:
        locales = (territory.LOCALE, territory.LANGUAGE)

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """WTForms' own hook: adds the cleaning to every field of text."""
            field = unbound_field.bind(form=form, **options)
            # A password is taken as it was typed: a space at its end belongs to it.
            if isinstance(field, StringField) and not isinstance(field, PasswordField):
                field.filters = (*field.filters, clean)
                field.validators = (refuse_controls, *map(_after_cleaning, field.validators))
            return field


class VersionForm(BaseForm):
    """A button that speaks of a row as it was shown: nothing newer is changed unseen."""

    version = IntegerField(widget=HiddenInput())


def clean(text: str | None) -> str | None:
    """Trimmed, normalised text with plain line ends; control characters stay, to be refused."""
    if text is None:
        return None
    text = LINE_BREAK.sub("\n", text).translate(INVISIBLE)
    return unicodedata.normalize("NFC", text).strip(" \t\n\u00a0")


def refuse_controls(form: Any, field: Field) -> None:
    """Refuse control characters; a line break is one where the field has a single line."""
    text = field.data or ""
    allowed = ALLOWED_CONTROLS if isinstance(field, TextAreaField) else frozenset()
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in allowed for char in text):
        raise ValidationError(
            "Der Text enthält Zeichen, die sich nicht speichern lassen. Bitte tippen Sie ihn neu ein."
        )


def field_messages(field: Field) -> list[str]:
    """The errors of a field as sentences, those of nested fields included."""
    return list(_flatten(field.errors))


def field_attributes(
    field: Field, hint: str | None, extra: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What ties a field to its hint and its error for those who hear the page."""
    described = [f"{field.id}-hinweis"] if hint or field.description else []
    described += [f"{field.id}-fehler"] if field.errors else []
    attributes = dict(extra or {})
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if field.errors:
        attributes["aria-invalid"] = "true"
    return attributes


def _after_cleaning(validator: Any) -> Any:
    """Input is looked for in what was sent; a text of spaces alone is none once it is cleaned."""
    return DataRequired(validator.message) if type(validator) is InputRequired else validator


def _flatten(errors: Any) -> Iterator[str]:
    if isinstance(errors, dict):
        errors = errors.values()
    for error in errors:
        if isinstance(error, (list, tuple, dict)):
            yield from _flatten(error)
        else:
            yield str(error)
