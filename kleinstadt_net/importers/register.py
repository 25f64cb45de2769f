"""One official register file, whatever its format, as records."""

from datetime import date
from pathlib import Path
from types import MappingProxyType

from kleinstadt_net.importers import auszug_csv, auszug_xlsx, gv100ad
from kleinstadt_net.importers.collecting import Collected
from kleinstadt_net.importers.detect import Detected, Format, detect
from kleinstadt_net.importers.records import ContradictingDate, MissingDates, RegisterFile, UnreadableFile

STATUS_OPTION = "--status-date"
POPULATION_OPTION = "--population-date"


def read_register(
    path: Path, *, status_date: date | None = None, population_date: date | None = None
) -> RegisterFile:
    """Read a GV100AD file, an AuszugGV workbook or such a workbook saved as CSV.

    The dates are needed where the file does not state them: GV100AD lacks that of the population,
    a CSV usually both. Broken rows are listed in ``problems`` and left out. Raises UnreadableFile for
    a file that is no register, MissingDates, or ContradictingDate.
    """
    detected = detect(path)
    collected = _collect(detected)
    _require_rows(collected)
    status_on, population_on = _dates(collected, status_date, population_date)
    return RegisterFile(
        format=detected.format.value,
        status_on=status_on,
        population_on=population_on,
        municipalities=tuple(collected.municipalities.values()),
        kreise=MappingProxyType(collected.kreise),
        problems=tuple(collected.problems),
        source=_attribution(status_on),
    )


def _collect(detected: Detected) -> Collected:
    if detected.format is Format.XLSX:
        return auszug_xlsx.read(detected.data)
    read = gv100ad.read if detected.format is Format.GV100AD else auszug_csv.read
    return read(list(detected.lines))


def _require_rows(collected: Collected) -> None:
    if collected.municipalities:
        return
    first = (
        f" First problem: line {p.line}: {p.reason}." if (p := next(iter(collected.problems), None)) else ""
    )
    raise UnreadableFile(f"The file holds no valid row of a municipality.{first}")


def _dates(collected: Collected, status: date | None, population: date | None) -> tuple[date, date]:
    status_on = _agreed(collected.status_on, status, STATUS_OPTION)
    population_on = _agreed(collected.population_on, population, POPULATION_OPTION)
    if status_on is None or population_on is None:
        raise MissingDates(_missing_text(status_on, population_on))
    return status_on, population_on


def _agreed(stated: date | None, given: date | None, option: str) -> date | None:
    if stated and given and stated != given:
        raise ContradictingDate(f"{option} {given} contradicts the file, which states {stated}.")
    return stated or given


def _missing_text(status_on: date | None, population_on: date | None) -> str:
    missing = [
        what
        for what, known in (("the territorial status", status_on), ("the population date", population_on))
        if not known
    ]
    return (
        f"The file does not say {' and '.join(missing)}. A register needs two dates: "
        f"{STATUS_OPTION} ({status_on or 'missing, please give it as YYYY-MM-DD'}) and "
        f"{POPULATION_OPTION} ({population_on or 'missing, please give it as YYYY-MM-DD'})."
    )


def _attribution(status_on: date) -> str:
    return f"Statistisches Bundesamt (Destatis), Gemeindeverzeichnis, Gebietsstand {status_on:%d.%m.%Y}"
