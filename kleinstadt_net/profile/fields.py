"""What a field of a section is: its kind, its German words, its limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

LINE_LENGTH = 200
# What an input of one line shows at a glance on a desk.
SHOWN_LENGTH = 120
PARAGRAPH_LENGTH = 800
# The section's own text, which every section has beside its fields.
TEXT_LENGTH = 3_000
WEBSITE_LENGTH = 300

PUBLIC, VERIFIED = "public", "verified"
VISIBILITY_TITLES = {PUBLIC: "alle", VERIFIED: "nur bestätigte Städte"}


class Kind(StrEnum):
    """What is typed into a field, and how it is stored: as text unless said otherwise."""

    LINE = "line"
    PARAGRAPH = "paragraph"  # Markdown
    CHOICE = "choice"  # the key of one of the choices
    SHARE = "share"  # of a full post, a number
    YEAR = "year"  # a whole number
    MONTH = "month"  # YYYY-MM
    WEBSITE = "website"
    TICK = "tick"  # True or absent
    ENTRIES = "entries"  # a list of mappings from column to value


@dataclass(frozen=True)
class Field:
    """One field; of ``ENTRIES`` the ``columns`` are fields themselves, and the first one names the entry.

    Confidential fields are read by verified towns only, whatever the section's visibility.
    """

    key: str
    label: str
    kind: Kind = Kind.LINE
    hint: str = ""
    length: int = LINE_LENGTH
    choices: Mapping[str, str] = field(default_factory=dict)
    columns: "tuple[Field, ...]" = ()
    entries: int = 0
    confidential: bool = False
    # A post or an office is named here, never a person's address or telephone number.
    without_contact: bool = False

    @property
    def is_long(self) -> bool:
        """Whether a line may become longer than an input shows."""
        return self.kind is Kind.LINE and self.length > SHOWN_LENGTH

    @property
    def column(self) -> "Mapping[str, Field]":
        return {one.key: one for one in self.columns}


@dataclass(frozen=True)
class Shape:
    """The fields of one section; ``adds`` says in a sentence what others gain by it."""

    thesis: str
    adds: str
    fields: tuple[Field, ...]

    @property
    def field(self) -> Mapping[str, Field]:
        return {one.key: one for one in self.fields}


@dataclass(frozen=True)
class Content:
    """What is written into a section: stored fields, text and who may read them."""

    fields: Mapping[str, Any]
    text: str
    visibility: str


def lines(key: str, label: str, column: str, hint: str, *, confidential: bool = False) -> Field:
    """A list whose entries are one line each."""
    one = Field("text", column)
    return Field(
        key, label, Kind.ENTRIES, hint=hint, columns=(one,), entries=8, confidential=confidential
    )  # fmt: skip
