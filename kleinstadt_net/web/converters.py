"""What the parts of an address may hold: what no row could be found by leads nowhere, like any other wrong address."""

import unicodedata

from flask import Flask
from werkzeug.routing import IntegerConverter, UnicodeConverter, ValidationError

# What a column of integers holds in PostgreSQL, which makes an error of a larger one.
LARGEST_ID = 2**31 - 1


class RowNumber(IntegerConverter):
    """The id of a row."""

    def to_python(self, value: str) -> int:
        number: int = super().to_python(value)
        if number > LARGEST_ID:
            raise ValidationError
        return number


class Word(UnicodeConverter):
    """Text without control characters: PostgreSQL refuses to compare anything with one of them."""

    def to_python(self, value: str) -> str:
        if any(unicodedata.category(character) == "Cc" for character in value):
            raise ValidationError
        text: str = super().to_python(value)
        return text


def init_app(app: Flask) -> None:
    """Let every route refuse them by the converters it uses anyway."""
    app.url_map.converters |= {"default": Word, "string": Word, "int": RowNumber}
