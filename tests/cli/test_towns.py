"""``flask towns`` tells the operator what changed, what was wrong, and never shows a traceback."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner
from openpyxl import Workbook
from sqlalchemy import func, select

from kleinstadt_net.database import db
from kleinstadt_net.models import RegisterImport, Town
from kleinstadt_net.register_data import bundled_towns
from tests.factories import TownFactory, TownFigureFactory
from tests.support.register import figures, town

DATES = ("--status-date", "2024-12-31", "--population-date", "2023-12-31")
HEAD = ";".join(f"Spalte{number}" for number in range(1, 21))
KREIS = "40;44;06;9;99;;;Ellernkreis;;;;;;;;;;;;"

Towns = Callable[..., Result]


def line(number: str, name: str, population: str) -> str:
    cells = ["60", "63", "06", "9", "99", "0000", number, name, "  40,50", population, "1", "1", "1"]
    return ";".join([*cells, "34999", "9,5", "50,5", "", "", "03", "gering besiedelt"])


@pytest.fixture
def towns(runner: FlaskCliRunner) -> Towns:
    return lambda *args: runner.invoke(args=["towns", *map(str, args)])


@pytest.fixture
def csv(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str) -> Path:
        path = tmp_path / "register.csv"
        path.write_text("\ufeff" + "\n".join([HEAD, KREIS, *lines]) + "\n", encoding="utf-8")
        return path

    return write


def workbook(path: Path, *rows: tuple[str | int, ...]) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Gebietsaenderungen"
    for row in [("Gebietsänderungen",), (), (), (), *rows]:
        sheet.append(row)
    book.save(path)
    return path


def test_load_adds_the_bundled_towns_once(towns: Towns) -> None:
    number = f"{len(bundled_towns()):,}"
    assert towns("load").stdout == f"Bundled register: {number} of {number} towns added.\n"
    assert towns("load").stdout == f"Bundled register: 0 of {number} towns added.\n"


def test_an_import_prints_the_difference_in_a_table(towns: Towns, csv: Callable[..., Path]) -> None:
    known = TownFactory(ags="06999001", name="Ellernrode", name_official="Ellernrode")
    TownFigureFactory(town=known, population=9_000, quality="estimate", population_on=date(2016, 1, 1))
    path = csv(line("001", "Neu-Ellernrode, Stadt", " 4 100"), line("002", "Lauenfurt", " 12 345"))
    result = towns("import", path, *DATES)
    assert (result.exit_code, result.stderr) == (0, "")
    shown = result.stdout.splitlines()
    assert shown[:3] == [
        "AuszugGV CSV: territory of 2024-12-31, population of 2023-12-31",
        "Municipalities in the file: 2",
        "new:                                  1",
    ]
    assert "    06999002  Lauenfurt  12,345" in shown
    assert "    06999001  Neu-Ellernrode  Ellernrode -> Neu-Ellernrode, Stadt" in shown
    assert "    06999001  Neu-Ellernrode  9,000 -> 4,100" in shown
    assert shown[-1] == "Towns of the listed size: 1"
    assert figures("06999002") == [("official", date(2023, 12, 31), 12_345)]


def test_a_dry_run_prints_the_same_and_changes_nothing(towns: Towns, csv: Callable[..., Path]) -> None:
    path = csv(line("001", "Ellernrode", "8000"))
    dry = towns("import", path, *DATES, "--dry-run")
    assert dry.stdout.endswith("Dry run: nothing was written.\n")
    assert db.session.scalar(select(func.count()).select_from(Town)) == 0
    real = towns("import", path, *DATES)
    assert dry.stdout.removesuffix("Dry run: nothing was written.\n") == real.stdout


def test_the_same_file_again_says_that_nothing_changed(towns: Towns, csv: Callable[..., Path]) -> None:
    path = csv(line("001", "Ellernrode", "8000"))
    towns("import", path, *DATES)
    again = towns("import", path, *DATES)
    assert again.exit_code == 0 and "Nothing changed" in again.stdout


def test_missing_dates_are_refused_and_both_options_named(towns: Towns, csv: Callable[..., Path]) -> None:
    result = towns("import", csv(line("001", "Ellernrode", "8000")))
    assert result.exit_code == 1
    assert "--status-date" in result.stderr and "--population-date" in result.stderr
    assert result.stderr.endswith("Nothing was changed.\n")


def test_broken_rows_are_listed_with_line_and_reason_and_the_rest_is_imported(
    towns: Towns, csv: Callable[..., Path]
) -> None:
    broken = [line(f"{number:03}", "Ellernrode", "viele") for number in range(100, 125)]
    result = towns("import", csv(*broken, line("001", "Ellernrode", "8000")), *DATES)
    assert result.exit_code == 0
    errors = result.stderr.splitlines()
    assert errors[0] == "line 3: the population 'viele' is no number"
    assert (len(errors), errors[-1]) == (21, "Rows left out: 25 (5 not shown)")
    assert town("06999001").name == "Ellernrode"


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 no workbook", b"Ort;Zahl\nEllern;3\n", b"\x00\xff" * 50]
)
@pytest.mark.parametrize("command", ["import", "successions"])
def test_a_file_that_is_none_ends_with_a_sentence_and_changes_nothing(
    towns: Towns, tmp_path: Path, content: bytes, command: str
) -> None:
    path = tmp_path / "what"
    path.write_bytes(content)
    result = towns(command, path)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ") and result.stderr.endswith("Nothing was changed.\n")
    assert "Traceback" not in result.output
    assert db.session.scalar(select(func.count()).select_from(RegisterImport)) == 0


def test_a_missing_file_is_named(towns: Towns, tmp_path: Path) -> None:
    result = towns("import", tmp_path / "nowhere.xlsx")
    assert result.exit_code == 1 and "nowhere.xlsx cannot be read" in result.stderr


def test_a_date_that_is_none_is_refused(towns: Towns, csv: Callable[..., Path]) -> None:
    path = csv(line("001", "Ellernrode", "8000"))
    assert towns("import", path, "--status-date", "31.12.2024").exit_code == 2


def test_an_older_file_needs_a_word_and_can_become_history(towns: Towns, csv: Callable[..., Path]) -> None:
    towns("import", csv(line("001", "Ellernrode", "8000")), *DATES)
    older = csv(line("001", "Ellernrode", "9000"))
    dates = ("--status-date", "2018-12-31", "--population-date", "2018-12-31")
    refused = towns("import", older, *dates)
    assert refused.exit_code == 1 and "older than the register" in refused.stderr
    assert towns("import", older, *dates, "--dry-run").exit_code == 1
    added = towns("import", older, *dates, "--history")
    assert added.exit_code == 0 and "Figures of 2018-12-31 added to 1 towns." in added.stdout


def test_successions_tell_who_went_where(towns: Towns, tmp_path: Path) -> None:
    for ags, name in (("06999001", "Ellernrode"), ("06999002", "Lauenfurt")):
        TownFigureFactory(town=TownFactory(ags=ags, name=name))
    old = ("069990000001", "06999001", "Ellernrode")
    new = ("069990000002", "06999002", "Lauenfurt", "01.01.2025", "01.01.2025")
    path = workbook(
        tmp_path / "changes.xlsx",
        ("1", "Gemeinde", *old, 1, 100, 6_000, *new),
        ("2", "Gemeinde", *old, 7, 100, 6_000, *new),
    )
    dry = towns("successions", path, "--dry-run")
    assert dry.exit_code == 0 and dry.stdout.endswith("Dry run: nothing was written.\n")
    assert town("06999001").gone_on is None
    result = towns("successions", path)
    assert result.exit_code == 0
    assert "    06999001  Ellernrode  06999001 -> Lauenfurt (06999002)" in result.stdout.splitlines()
    assert result.stderr.startswith("line 6: the Änderungsart is 7")
    assert town("06999001").gone_on == date(2025, 1, 1)
    assert "Nothing changed" in towns("successions", path).stdout


def test_find_prints_key_name_kreis_and_population(towns: Towns, csv: Callable[..., Path]) -> None:
    towns("import", csv(line("001", "Bad Mühlgrün, Stadt", "8000"), line("002", "Lauenfurt", "812")), *DATES)
    for typed in ("muhlg", "Mühlgrün", "bad muehl"):
        assert towns("find", typed).stdout == "    06999001  Bad Mühlgrün  Ellernkreis  8,000\n"
    assert towns("find", "Bad", "Mühlgrün").exit_code == 0
    nobody = towns("find", "Nirgendheim")
    assert (nobody.exit_code, nobody.stderr) == (1, "Error: No town is called that.\n")


def test_find_marks_estimates_and_stops_at_fifty(towns: Towns) -> None:
    towns("load")
    assert towns("find", "Bad Berleburg").stdout.endswith("(estimate)\n")
    many = towns("find", "Bad").stdout.splitlines()
    assert (len(many), many[-1]) == (51, "and more; please give more of the name")


def test_indicators_are_imported_by_their_mapping_and_bad_ones_change_nothing(
    towns: Towns, tmp_path: Path
) -> None:
    TownFactory(ags="06999001")
    path = tmp_path / "figures.csv"
    path.write_text("ags;quote\n06999001;4,5\n06999009;5\n", encoding="utf-8")
    missing = towns("import-indicators", path, "--as-of", "2021-12-31")
    assert (
        missing.exit_code == 1
        and "There is no mapping" in missing.stderr
        and "Nothing was changed." in missing.stderr
    )
    path.with_suffix(".toml").write_text(
        'key = "ags"\nlevel = "town"\nsource = "Erfunden"\nlicence = "CC0"\n[[indicator]]\ncolumn = "quote"\n'
        'key = "quote"\nname = "Quote"\nunit = "je 100"\nleast = 0\nmost = 100\n',
        encoding="utf-8",
    )
    dry = towns("import-indicators", path, "--as-of", "2021-12-31", "--dry-run")
    assert "quote: 1 towns, as of 2021-12-31" in dry.stdout and "Dry run" in dry.stdout
    done = towns("import-indicators", path, "--as-of", "2021-12-31")
    assert done.exit_code == 0 and "Keys no town has: 1 (06999009)" in done.stdout
    again = towns("import-indicators", path, "--as-of", "2020-12-31")
    assert again.exit_code == 1 and "newer" in again.stderr
