"""From what was typed to what is stored, with a German sentence for each field that cannot be taken.

Typed values are texts, ticks are truth values, entries are lists of such mappings. Empty values, and entries in
which nothing stands, are left out of what is stored. A problem is known by its field, as forms name them:
``vision`` or, for the third entry of a list, ``projects-2-title``.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kleinstadt_net import formats
from kleinstadt_net.profile.fields import (
    PUBLIC,
    TEXT_LENGTH,
    VISIBILITY_TITLES,
    Field,
    Kind,
)
from kleinstadt_net.profile.shapes import SHAPES

Problems = dict[str, str]

MOST_POSTS = 20
FIRST_YEAR, LAST_YEAR = 1945, 2100
VISIBILITY_PROBLEM = "Bitte wählen Sie, wer den Abschnitt lesen darf: alle oder nur bestätigte Städte."
UNKNOWN_PROBLEM = "Dieses Feld gibt es in diesem Abschnitt nicht. Bitte laden Sie die Seite neu."
CONTROLS_PROBLEM = "Der Text enthält Zeichen, die sich nicht speichern lassen. Bitte tippen Sie ihn neu ein."
CONTACT_PROBLEM = "Bitte nennen Sie nur die Stelle, ohne Namen, Telefonnummer und E-Mail-Adresse."
# Turn the reading direction of what follows, so that a text looks like another one.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_CONTACT = re.compile(r"@|\+?\d(?:[ /()-]*\d){5,}")
_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,2})?) ?(%?)")


@dataclass(frozen=True)
class Checked:
    """What would be stored, and what is wrong; with problems nothing is to be stored."""

    fields: dict[str, Any]
    text: str
    visibility: str
    problems: Problems


class _Refused(ValueError):
    """One value cannot be taken; says why, in German."""


def check(thesis: str, typed: Mapping[str, Any], text: str, visibility: str) -> Checked:
    """Clean a whole section; KeyError for a thesis that does not exist."""
    problems: Problems = {}
    known = SHAPES[thesis].field
    for key in typed:
        if key not in known:
            problems[key] = UNKNOWN_PROBLEM
    fields: dict[str, Any] = {}
    for key, field in known.items():
        value = _read(field, typed.get(key), key, problems)
        if value not in (None, "", []):
            fields[key] = value
    body = _attempt(lambda: _text(text, TEXT_LENGTH, breaks=True), "text", problems) or ""
    if visibility not in VISIBILITY_TITLES:
        problems["visibility"] = VISIBILITY_PROBLEM
        visibility = PUBLIC
    return Checked(fields, body, visibility, problems)


def visible(thesis: str, fields: Mapping[str, Any], *, verified: bool) -> dict[str, Any]:
    """The stored fields a reader may see, in the order of the section; what is no field (any more) is left out."""
    known = SHAPES[thesis].fields
    return {
        field.key: fields[field.key]
        for field in known
        if fields.get(field.key) and (verified or not field.confidential)
    }


def typed_again(thesis: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Stored fields as somebody would type them, for the form to begin with."""
    return {
        key: _typed(field, fields[key])
        for key, field in SHAPES[thesis].field.items()
        if fields.get(key) is not None
    }


def _typed(field: Field, value: Any) -> Any:
    if field.kind is Kind.ENTRIES:
        return [
            {key: _typed(column, row[key]) for key, column in field.column.items() if key in row}
            for row in value
        ]
    if field.kind is Kind.SHARE:
        return f"{value:g}".replace(".", ",")
    return value if field.kind is Kind.TICK else str(value)


def _read(field: Field, value: Any, path: str, problems: Problems) -> Any:
    if field.kind is Kind.ENTRIES:
        return _entries(field, value or [], path, problems)
    return _attempt(lambda: _value(field, value), path, problems)


def _attempt(reading: Any, path: str, problems: Problems) -> Any:
    try:
        return reading()
    except _Refused as refused:
        problems[path] = str(refused)
        return None


def _entries(field: Field, rows: Any, path: str, problems: Problems) -> list[dict[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        problems[path] = UNKNOWN_PROBLEM
        return []
    kept = []
    for number, row in enumerate(rows):
        entry = _entry(field, row, f"{path}-{number}", problems)
        if entry:
            kept.append(entry)
    if len(kept) > field.entries:
        problems[path] = f"Hier ist Platz für {field.entries} Einträge, es sind {len(kept)}."
    return kept


def _entry(field: Field, row: Mapping[str, Any], path: str, problems: Problems) -> dict[str, Any]:
    before = len(problems)
    for key in row:
        if key not in field.column:
            problems[path] = UNKNOWN_PROBLEM
    entry = {
        key: value
        for key, column in field.column.items()
        if (value := _read(column, row.get(key), f"{path}-{key}", problems)) not in (None, "")
    }
    if len(problems) > before or not entry:
        return entry
    first = field.columns[0]
    if first.key not in entry:
        problems[f"{path}-{first.key}"] = f"Bitte füllen Sie auch „{first.label}“ aus."
    if entry.get("begins", "") > entry.get("result_month", "9999"):
        problems[f"{path}-result_month"] = "Das Ergebnis liegt vor dem Beginn. Bitte prüfen Sie die Monate."
    return entry


def _value(field: Field, value: Any) -> Any:
    if field.kind is Kind.TICK:
        return True if value is True else None
    if not isinstance(value, str | None):
        raise _Refused(UNKNOWN_PROBLEM)
    text = _text(value or "", field.length, breaks=field.kind is Kind.PARAGRAPH)
    if not text:
        return None
    if field.without_contact and _CONTACT.search(text):
        raise _Refused(CONTACT_PROBLEM)
    reader = _READERS.get(field.kind)
    return reader(field, text) if reader else text


def _text(text: str, length: int, *, breaks: bool) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).translate(_TURNING).strip()
    if not breaks:
        # A line is typed into a field that grows, and may be broken there.
        text = " ".join(text.split("\n"))
    allowed = "\n\t" if breaks else ""
    if any(unicodedata.category(char) in ("Cc", "Cs") and char not in allowed for char in text):
        raise _Refused(CONTROLS_PROBLEM)
    if len(text) > length:
        raise _Refused(
            f"Der Text ist zu lang: {formats.number(len(text))} von {formats.number(length)} Zeichen."
        )
    return text


def _choice(field: Field, text: str) -> str:
    if text not in field.choices:
        raise _Refused("Diese Auswahl gibt es nicht.")
    return text


def _share(field: Field, text: str) -> float:
    found = _SHARE.fullmatch(text)
    share = float(found[1].replace(",", ".")) / (100 if found[2] else 1) if found else 0
    if not 0 < share <= MOST_POSTS:
        raise _Refused("Bitte geben Sie den Umfang in vollen Stellen an, zum Beispiel 0,5.")
    return share


def _year(field: Field, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR):
        raise _Refused("Bitte geben Sie das Jahr mit vier Ziffern an, zum Beispiel 2024.")
    return int(text)


def _month(field: Field, text: str) -> str:
    if len(text) == 7 and text[2] in "./":
        text = f"{text[3:]}-{text[:2]}"
    try:
        day = formats.first_day(text)
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _Refused("Bitte geben Sie den Monat so an: 03.2026.")
    return f"{day:%Y-%m}"


def website(text: str) -> str:
    """An address of http or https as it was typed, completed; raises ValueError with a German sentence."""
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        is_good = parts.scheme in ("http", "https") and "." in host and "@" not in parts.netloc
    except ValueError:
        is_good = False
    if not is_good or any(char.isspace() or char in "\"'<>\\" for char in address):
        raise _Refused(
            "Bitte geben Sie eine Internetadresse an, zum Beispiel https://www.ellernrode.example."
        )
    return address


def _website(field: Field, text: str) -> str:
    return website(text)


_READERS = {
    Kind.CHOICE: _choice,
    Kind.SHARE: _share,
    Kind.YEAR: _year,
    Kind.MONTH: _month,
    Kind.WEBSITE: _website,
}


def as_sent(thesis: str, fields: Mapping[str, Any]) -> dict[str, list[str]]:
    """Stored fields as the section's form would send them: texts by the name of their input."""
    sent: dict[str, list[str]] = {}
    for key, value in typed_again(thesis, fields).items():
        if isinstance(value, list):
            for number, row in enumerate(value):
                sent |= {f"{key}-{number}-{name}": ["y" if one is True else one] for name, one in row.items()}
        else:
            sent[key] = [value]
    return sent
