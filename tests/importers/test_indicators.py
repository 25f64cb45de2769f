"""Figures by AGS or Verband key, and what is said of bad ones."""

from pathlib import Path

import pytest

from kleinstadt_net.importers import UnreadableFile
from kleinstadt_net.importers.indicators import IndicatorFile, read_indicators, read_mapping

MAPPING = """
key = "AGS"
level = "town"
source = "Erfundene Statistik"
licence = "CC BY 4.0"
[[indicator]]
column = "Arbeitslose"
key = "unemployment"
name = "Arbeitslose je 100"
unit = "je 100"
least = 0
most = 100
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "figures.toml").write_text(MAPPING, encoding="utf-8")
    return tmp_path


def read(folder: Path, *lines: str, mapping: str = MAPPING) -> IndicatorFile:
    (folder / "figures.toml").write_text(mapping, encoding="utf-8")
    path = folder / "figures.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_indicators(path, read_mapping(folder / "figures.toml"))


def test_values_are_read_by_key_and_lost_zeros_are_put_back(folder: Path) -> None:
    found = read(folder, "ags;name;arbeitslose", "06999001;Ellernrode;5,06", "6999002;Lauenfurt;4.2")
    assert found.values == {"unemployment": {"06999001": 5.06, "06999002": 4.2}}
    assert not found.problems and found.empty == 0


def test_placeholders_of_statistical_offices_are_no_numbers_and_no_mistakes(folder: Path) -> None:
    found = read(folder, "ags,arbeitslose", "06999001,.", "06999002,", "06999003,-", "06999004,3.5")
    assert found.values == {"unemployment": {"06999004": 3.5}}
    assert found.empty == 3 and not found.problems


def test_broken_rows_are_left_out_with_their_line(folder: Path) -> None:
    good = [f"06999{number:03d};4,0" for number in range(200, 300)]
    bad = ["06999001;viel", "06999002;140", "99999001;4", "06999200;5", "06999003;nan1"]
    found = read(folder, "ags;arbeitslose", *good, *bad)
    reasons = {problem.line: problem.reason for problem in found.problems}
    assert sorted(reasons) == [102, 103, 104, 105, 106]
    assert "not between 0 and 100 (je 100)" in reasons[103]
    assert "belongs to no Land" in reasons[104] and "line 2 too" in reasons[105]
    assert len(found.values["unemployment"]) == 100


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("ags;arbeitslose", "06999001;506", "06999002;420", "06999003;4"), "2 of 3 rows are broken"),
        (("ags;arbeitslose",), "no row that can be read"),
        (("schluessel;arbeitslose", "06999001;4"), "must name the columns ags, arbeitslose"),
        (("",), "empty"),
    ],
)
def test_a_file_that_is_another_one_than_its_mapping_says_is_refused(
    folder: Path, lines: tuple[str, ...], said: str
) -> None:
    with pytest.raises(UnreadableFile, match=said):
        read(folder, *lines)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('level = "town"', 'level = "kreis"', "level must be one of town, verband"),
        ('licence = "CC BY 4.0"', "", "licence must be a text"),
        ("most = 100", "most = 0", "least must be below most"),
        ("most = 100", 'most = "viel"', "most must be a number"),
        ('key = "unemployment"', 'key = "Un employment"', "small letters"),
        ("[[indicator]]", "[indicator]", "at least one"),
        ("most = 100", 'most = 100\naudience = "all"', "audience must be one of"),
        ('level = "town"', "level = ", "no TOML"),
    ],
)
def test_a_mapping_says_what_is_wrong_with_it(folder: Path, old: str, new: str, said: str) -> None:
    (folder / "figures.toml").write_text(MAPPING.replace(old, new), encoding="utf-8")
    with pytest.raises(UnreadableFile, match=said):
        read_mapping(folder / "figures.toml")


def test_a_missing_mapping_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"no mapping at .*other\.toml"):
        read_mapping(tmp_path / "other.toml")


def test_a_verband_has_nine_digits(folder: Path) -> None:
    found = read(
        folder, "ags;arbeitslose", "069990005;4", "69990006;5", mapping=MAPPING.replace('"town"', '"verband"')
    )
    assert found.values["unemployment"] == {"069990005": 4.0, "069990006": 5.0}
