"""Everything about Germany that is not a word: keys, size bands, Länder, time zone, holidays.

Another country starts here. Every other room of the package asks this file instead of knowing
a German number itself; ``tests/house/test_german_numbers.py`` holds it to that.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from zoneinfo import ZoneInfo

import holidays

TIME_ZONE = ZoneInfo("Europe/Berlin")
LOCALE = "de_DE"
LANGUAGE = "de"
# The zone as calendar files carry it (RFC 5545): clocks go forward at 2 and back at 3, on the last Sunday of a month.
CALENDAR_TIME_ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19960331T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
"""

# Amtlicher Gemeindeschlüssel: Land 2, Regierungsbezirk 1, Kreis 2, Gemeinde 3 digits.
KEY_LENGTH = 8
DISTRICT_KEY_LENGTH = 5
STATE_KEY_LENGTH = 2
KEY_PATTERN = re.compile(r"\d{8}")
POSTCODE_PATTERN = re.compile(r"[0-9]{5}")

# Official statistics call 5,000 to under 20,000 inhabitants a "Kleinstadt".
DEFAULT_SIZE_RANGE = (5_000, 20_000)
# An estimate is off by a tenth for many towns, so its band is a little wider on both sides.
ESTIMATE_LOWER_FACTOR = 0.9
ESTIMATE_UPPER_FACTOR = 1.1

# The demonstration's invented towns; no Land has the number 99.
DEMONSTRATION_KEY_PREFIX = "99"

# Latitude whose cosine makes Germany look right on an equirectangular map.
MAP_LATITUDE = 51.0
EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True)
class Land:
    """One of the 16 Länder: official two-digit key, name, ISO 3166-2 code without ``DE-``."""

    key: str
    name: str
    code: str


COUNTRY = "Deutschland"
# West, south, east and north of the country in degrees, with a little air around it.
BOUNDS = (5.7, 47.1, 15.2, 55.2)
LAENDER: dict[str, Land] = {
    land.key: land
    for land in (
        Land("01", "Schleswig-Holstein", "SH"),
        Land("02", "Hamburg", "HH"),
        Land("03", "Niedersachsen", "NI"),
        Land("04", "Bremen", "HB"),
        Land("05", "Nordrhein-Westfalen", "NW"),
        Land("06", "Hessen", "HE"),
        Land("07", "Rheinland-Pfalz", "RP"),
        Land("08", "Baden-Württemberg", "BW"),
        Land("09", "Bayern", "BY"),
        Land("10", "Saarland", "SL"),
        Land("11", "Berlin", "BE"),
        Land("12", "Brandenburg", "BB"),
        Land("13", "Mecklenburg-Vorpommern", "MV"),
        Land("14", "Sachsen", "SN"),
        Land("15", "Sachsen-Anhalt", "ST"),
        Land("16", "Thüringen", "TH"),
    )
}


def is_key(text: str) -> bool:
    """Whether ``text`` has the form of an AGS; says nothing about a town existing."""
    return KEY_PATTERN.fullmatch(text) is not None and text.isascii()


def is_postcode(text: str) -> bool:
    """Whether ``text`` has the form of a postcode."""
    return POSTCODE_PATTERN.fullmatch(text) is not None


def estimate_range(size_range: tuple[int, int]) -> tuple[int, int]:
    """The wider band in which a town known only by an estimate is still listed (inhabitants)."""
    low, high = size_range
    return int(low * ESTIMATE_LOWER_FACTOR), int(high * ESTIMATE_UPPER_FACTOR)


def map_point(lat: float, lon: float) -> tuple[float, float]:
    """Equirectangular map coordinates (x to the right, y downwards), in degrees of latitude."""
    return lon * cos(radians(MAP_LATITUDE)), -lat


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance in kilometres (haversine)."""
    phi, other_phi = radians(lat), radians(other_lat)
    half_lat = sin((other_phi - phi) / 2)
    half_lon = sin(radians(other_lon - lon) / 2)
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half_lat**2 + cos(phi) * cos(other_phi) * half_lon**2))


def comes_twice(moment: datetime) -> bool:
    """Whether clocks show this time twice on its day: in the hour in October that summer and winter time share."""
    local = moment.astimezone(TIME_ZONE)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def public_holidays(land: str, year: int) -> holidays.HolidayBase:
    """Public holidays of one Land, as a mapping from date to name."""
    return holidays.country_holidays("DE", subdiv=LAENDER[land].code, years=year)
