"""Small invented registers in each format, written cell by cell or character by character."""

import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from openpyxl import Workbook


@dataclass(frozen=True)
class Place:
    """One invented municipality; every field as the workbook holds it."""

    kreis: str = "16097"
    verband: str = "0001"
    gemeinde: str = "001"
    name: str = "Ellernrode, Stadt"
    kind: str = "63"
    area: Any = 44.39
    population: Any = 11229
    postcode: Any = "07999"
    lon: Any = "11,429935"
    lat: Any = "50,570341"
    region: str = "Ellerntal"
    urbanisation: Any = "02"


ELLERNRODE = Place()
LAUENFURT = Place(gemeinde="002", verband="5002", name="Lauenfurt/Lawny Brod, Stadt", population=7422)
STEINAU = Place(gemeinde="003", name="Hohensteinach a.d.Eller", kind="64", population=812, area=9)
FOREST = Place(gemeinde="451", name="Ellernforst, gemfr. Gebiet", kind="66", population=0, postcode=None)
BASE = Place(gemeinde="452", name="Lauenheide, gemfr. Bezirk", kind="65", population=730)
PLACES = (ELLERNRODE, LAUENFURT, STEINAU, FOREST, BASE)

Row = Sequence[Any]
HEADER_TEXTS: dict[str, list[dict[int, str]]] = {
    # Sheet name -> texts of rows 1 to 6 by column, as they differ from year to year.
    "Onlineprodukt_Gemeinden31122024": [
        {0: "Gemeinden in Deutschland nach Fläche, Bevölkerung und Postleitzahl am 31.12.2024 (4. Quartal)"},
        {},
        {0: "Satz-art", 2: "Amtlicher Regionalschlüssel (ARS)", 8: "Fläche km2 1)", 9: "Bevölkerung2)"},
        {2: "Land", 9: "insgesamt"},
        {2: "Gebietsstand am 31.12.2024 (4. Quartal)", 8: "31.12.2022 (Jahr)", 9: "am 31.12.2023 (Jahr)"},
        {},
    ],
    "Onlineprodukt_Gemeinden": [
        {},
        {2: "Gebietsstand am 31.12.2023 (Jahr)", 8: "31.12.2023 (Jahr)"},
    ],
    "Onlineprodukt_Gemeinden_311217": [
        {0: "Gemeinden in Deutschland nach Fläche, Bevölkerung und Postleitzahl am 31.12.2017 (Jahr)"},
        {},
        {2: "Regionalschlüssel (RS)", 8: "Fläche km2 1)\nam 30.06.2017", 9: "Bevölkerung2)"},
        {2: "Land", 9: "insgesamt"},
        {2: "Gebietsstand am 31.12.2017 (Jahr)", 9: "am 31.12.2017 (Jahr) "},
        {},
    ],
}
FOOTNOTES: tuple[Row, ...] = (
    [],
    ["Quelle: Gemeindeverzeichnis-Informationssytem GV-ISys"],
    ["1) Abweichungen bei den Flächenangaben sind durch Runden der Zahlen möglich."],
)
NEW_SHEET = "Onlineprodukt_Gemeinden31122024"
OLD_SHEET = "Onlineprodukt_Gemeinden_311217"


def cells(place: Place) -> list[Any]:
    """The 20 cells of a municipality's row."""
    land, region, kreis = place.kreis[:2], place.kreis[2:3], place.kreis[3:]
    key = [land, region, kreis, place.verband, place.gemeinde]
    figures = [place.area, place.population, 1, 1, 1, place.postcode, place.lon, place.lat]
    return ["60", place.kind, *key, place.name, *figures, "E99", place.region, place.urbanisation, "mittel"]


def rows(places: Iterable[Place] = PLACES, empty: Any = None) -> list[Row]:
    """A Land, a Kreis, an administration and the municipalities below them."""
    above = [
        ["10", empty, "16", empty, empty, empty, empty, "Thüringen", *[empty] * 12],
        ["40", "44", "16", "0", "97", empty, empty, "Ellernkreis", *[empty] * 12],
        ["50", "50", "16", "0", "97", "0001", empty, "Ellernrode, Stadt", *[empty] * 12],
    ]
    return [*above, *(cells(place) for place in places)]


def workbook(path: Path, data: Iterable[Row] | None = None, sheet: str = NEW_SHEET) -> Path:
    """A workbook with cover, header, data and footnotes; the header is that of ``sheet``."""
    book = Workbook()
    cover = book.active
    assert cover is not None
    cover.title = "Inhalt"
    cover.append(["Statistisches Bundesamt"])
    table = book.create_sheet(sheet)
    for texts in HEADER_TEXTS.get(sheet, []):
        table.append([texts.get(column) for column in range(20)] if texts else [None])
    for row in [*(rows() if data is None else data), *FOOTNOTES]:
        table.append([*row] or [None])
    book.save(path)
    return path


def displayed(row: Row) -> list[str]:
    """A row as a spreadsheet program writes it into a CSV: numbers as they were displayed."""
    shown = ["" if cell is None else str(cell) for cell in row]
    if row[0] == "60":
        shown[8] = f"  {float(row[8]):.2f}".replace(".", ",")
        shown[9] = f" {int(row[9]):,}".replace(",", " ")
    return shown


def csv_text(data: Iterable[Row] | None = None, separator: str = ";") -> str:
    """A CSV without a real header, as seen in the wild."""
    header = [f"Spalte{number}" for number in range(1, 21)]
    lines = [header, *(displayed(row) for row in (rows() if data is None else data))]
    return "".join(separator.join(line) + "\n" for line in lines)


def gv_line(place: Place, status: str = "20231130") -> str:
    """One GV100AD line of a municipality (Satzart 60), 220 characters."""
    hectares = round(float(place.area) * 100)
    key = f"{place.kreis}{place.gemeinde}{place.verband}"
    figures = f"{hectares:011d}{place.population:011d}{place.population // 2:011d}"
    return f"60{status}{key:12}{place.name:50}{'':50}{place.kind}{'':4}{figures}{'':4}{place.postcode or '':5}".ljust(
        220
    )


def gv_upper_line(row_type: str, key: str, name: str, kind: str = "", status: str = "20231130") -> str:
    """One GV100AD line of a Land, Kreis or administration."""
    return f"{row_type}{status}{key:12}{name:50}{'Ellernrode':50}{kind}".ljust(220)


def gv_lines(places: Iterable[Place] = PLACES) -> list[str]:
    """A whole GV100AD file, line by line."""
    above = [
        gv_upper_line("10", "16", "Thüringen"),
        gv_upper_line("40", "16097", "Ellernkreis", "44"),
        gv_upper_line("50", "16097   0001", "Ellernrode, Stadt", "50"),
    ]
    return [*above, *(gv_line(place) for place in places)]


def changed(**fields: Any) -> Place:
    """Ellernrode with other cells; a test names only what it is about."""
    return replace(ELLERNRODE, **fields)


def saved(folder: Path, content: str | bytes, name: str = "file") -> Path:
    """A file of that content; text becomes UTF-8."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rewritten(book: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The workbook with every part of the archive passed through ``change(name, content)``."""
    with zipfile.ZipFile(book) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    return packed(book, parts)


def packed(path: Path, parts: dict[str, bytes]) -> Path:
    """A zip archive of these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def with_dimension(sheet: bytes, area: str) -> bytes:
    """A sheet's XML that claims to cover ``area`` only."""
    changed_sheet, times = re.subn(rb'<dimension ref="[^"]*"', b'<dimension ref="%s"' % area.encode(), sheet)
    assert times == 1
    return changed_sheet


def with_shared_strings(book: Path) -> Path:
    """The workbook as spreadsheet programs write it: every text once, in a part of its own."""
    texts: list[bytes] = []

    def share(cell: re.Match[bytes]) -> bytes:
        texts.append(cell[2])
        return b'<c %s t="s"><v>%d</v></c>' % (cell[1], len(texts) - 1)

    def change(name: str, content: bytes) -> bytes:
        if name.startswith("xl/worksheets/"):
            return re.sub(rb'<c ([^>]*?) ?t="inlineStr"[^>]*><is><t[^>]*>(.*?)</t></is></c>', share, content)
        types = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        part = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/></Types>' % types
        return content.replace(b"</Types>", part) if name == "[Content_Types].xml" else content

    rewritten(book, change)
    table = b"".join(b"<si><t>%s</t></si>" % text for text in texts)
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(book, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", b'<sst xmlns="%s">%s</sst>' % (namespace.encode(), table))
    return book
