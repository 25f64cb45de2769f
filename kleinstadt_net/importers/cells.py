"""One cell of an official table: texts, keys, numbers and dates, or the reason why it is none."""

import re
import unicodedata
from datetime import date, datetime

from kleinstadt_net.territory import LAENDER

MAX_NAME_LENGTH = 150
# Far above any municipality, and within the integers of every database.
MAX_NUMBER = 2_000_000_000
# Germany with a little sea around it, in degrees.
LONGITUDES = (5.5, 15.5)
LATITUDES = (47.0, 55.5)

_BLANKS = re.compile(r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_INTEGER = re.compile(r"-?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+)")
_DECIMAL = re.compile(r"-?(?:[0-9]+(?:[.,][0-9]+)?|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+)")
_DATE = re.compile(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})")
# What is left of an umlaut after UTF-8 was read as Windows-1252, or of a letter nobody could read.
_GARBLED = re.compile("Ã[\u0080-\u00bf\u0152-\u0192\u2013-\u2122]|\ufffd")


class BrokenRow(Exception):
    """A cell that makes its row unusable; the text completes "line 12: …"."""


def shown(value: object) -> str:
    """A value as it may stand in a message: short, with control characters made visible."""
    text = repr(str(value))
    return text if len(text) <= 42 else text[:38] + "…'"


def text(value: object, what: str) -> str:
    """A cell as text in NFC with single plain blanks; "" for an empty cell.

    Spreadsheets turn keys into numbers, so whole numbers are accepted and written without ".0".
    """
    if value is None:
        return ""
    if isinstance(value, str) and value.isascii() and value.isalnum():
        # Most cells: nothing of the following can concern them, and it takes most of the time.
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BrokenRow(f"the {what} is a {type(value).__name__}, not a text")
    cleaned = _BLANKS.sub(" ", unicodedata.normalize("NFC", str(value))).strip()
    if not (cleaned.isprintable() or cleaned == "") or _GARBLED.search(cleaned):
        raise BrokenRow(f"the {what} {shown(cleaned)} holds control or wrongly converted characters")
    return cleaned


def compact(value: object, what: str) -> str:
    """A cell without any blank, as numbers and keys need it ("91 113" becomes "91113")."""
    return text(value, what).replace(" ", "").replace("\u2212", "-")


def digits(value: object, width: int, what: str) -> str:
    """A key of ``width`` digits. Zeros on the left, lost when a table was saved again, are put back."""
    key = compact(value, what)
    if not (key.isascii() and key.isdigit() and len(key) <= width):
        raise BrokenRow(f"the {what} is {shown(key)} instead of {width} digits")
    return key.zfill(width)


def municipality_key(value: object, what: str) -> str:
    """An AGS of one of the 16 Länder."""
    return in_a_land(digits(value, 8, what), what)


def in_a_land(key: str, what: str) -> str:
    """The key itself if its first two digits are a Land."""
    if key[:2] not in LAENDER:
        raise BrokenRow(f"the {what} {key} belongs to no Land")
    return key


def name(value: object, what: str = "name") -> str:
    """A name that is there and of a sane length."""
    found = text(value, what)
    if not any(letter.isalpha() for letter in found):
        raise BrokenRow(f"the {what} is {'missing' if not found else shown(found)}")
    if len(found) > MAX_NAME_LENGTH:
        raise BrokenRow(f"the {what} {shown(found)} is longer than {MAX_NAME_LENGTH} characters")
    return found


def short_name(official: str) -> str:
    """The name before the first comma; a slash belongs to the name."""
    return official.split(",", 1)[0].strip()


def count(value: object, what: str) -> int:
    """A whole number from 0, also with blanks or points between thousands."""
    number = compact(value, what)
    if not _INTEGER.fullmatch(number):
        raise BrokenRow(
            f"the {what} is missing" if not number else f"the {what} {shown(number)} is no number"
        )
    return int(_in_range(int(number.replace(".", "")), what))


def decimal(value: object, what: str) -> float:
    """A number from 0 with decimal comma or point."""
    return _in_range(_signed_decimal(value, what), what)


def coordinates(lon: object, lat: object) -> tuple[float | None, float | None]:
    """Longitude and latitude in degrees, or twice None where a file leaves them empty or 0."""
    east, north = _degrees(lon, "longitude"), _degrees(lat, "latitude")
    if east is None and north is None:
        return None, None
    if east is None or north is None:
        raise BrokenRow(f"the {'longitude' if east is None else 'latitude'} is missing")
    if not (LONGITUDES[0] <= east <= LONGITUDES[1] and LATITUDES[0] <= north <= LATITUDES[1]):
        raise BrokenRow(f"longitude {east:g}, latitude {north:g} is not in Germany")
    return east, north


def day(value: object, what: str) -> date:
    """A date written as 31.12.2024, or one the spreadsheet knows as a date."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    written = text(value, what)
    match = _DATE.fullmatch(written)
    found = _real_day(match) if match else None
    if found is None:
        raise BrokenRow(
            f"the {what} is missing" if not written else f"the {what} {shown(written)} is no date"
        )
    return found


def day_within(sentence: str) -> date | None:
    """The first date in running text such as "am 31.12.2023 (Jahr)"."""
    return next((found for match in _DATE.finditer(sentence) if (found := _real_day(match))), None)


def _degrees(value: object, what: str) -> float | None:
    # The layout of 2017 writes the number 0 where a point is unknown.
    return (_signed_decimal(value, what) or None) if compact(value, what) else None


def _signed_decimal(value: object, what: str) -> float:
    number = compact(value, what)
    if not _DECIMAL.fullmatch(number):
        raise BrokenRow(
            f"the {what} is missing" if not number else f"the {what} {shown(number)} is no number"
        )
    return float(number.replace(".", "").replace(",", ".") if "," in number else number)


def _in_range(number: float, what: str) -> float:
    if number < 0:
        raise BrokenRow(f"the {what} is negative: {number:g}")
    if number > MAX_NUMBER:
        raise BrokenRow(f"the {what} is impossibly large: {number:g}")
    return number


def _real_day(match: re.Match[str]) -> date | None:
    day_of_month, month, year = (int(part) for part in match.groups())
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return None
