"""An official file changes what it says and nothing else; nobody is deleted, nothing entered is lost."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net.database import db
from kleinstadt_net.importers import RegisterFile, RowProblem, read_register
from kleinstadt_net.models import AuditEntry, RegisterImport, Stance, Town
from kleinstadt_net.services import installation, register_import, register_load, snapshot
from kleinstadt_net.services.register_difference import ImportPlan, Line
from kleinstadt_net.services.register_import import WrongTimeError, apply, plan
from tests.factories import (
    FocusFactory,
    MembershipFactory,
    StanceFactory,
    TownCodeFactory,
    TownFactory,
    TownFigureFactory,
)
from tests.support.register import POPULATION_ON, STATUS_ON, figures, record, register, town

ESTIMATED_ON = date(2016, 1, 1)
LATER: dict[str, Any] = {"status_on": date(2025, 12, 31), "population_on": date(2024, 12, 31)}
OLDER: dict[str, Any] = {"status_on": date(2018, 12, 31), "population_on": date(2018, 12, 31)}


def estimated(ags: str, population: int = 9_000, name: str = "Lauenfurt") -> Town:
    found: Town = TownFactory(ags=ags, name=name, name_official=name)
    TownFigureFactory(town=found, quality="estimate", population=population, population_on=ESTIMATED_ON)
    return found


def imports() -> int:
    return db.session.scalar(select(func.count()).select_from(RegisterImport)) or 0


def test_a_new_municipality_is_stored_whatever_its_size(app: Flask) -> None:
    made = apply(register(record("06999001", "Mühlgrün, Stadt", 612), record("06999002", "Lauenfurt", 7_500)))
    assert made.new == [Line("06999001", "Mühlgrün", None, 612), Line("06999002", "Lauenfurt", None, 7_500)]
    assert (made.entering, made.in_band) == ([Line("06999002", "Lauenfurt", None, 7_500)], 1)
    stored = town("06999001")
    assert (stored.name_official, stored.slug, stored.sort_key) == (
        "Mühlgrün, Stadt",
        "muehlgruen",
        "muhlgrun",
    )
    assert stored.search_fold == "muehlgruen muhlgrun ellernkreis"
    assert (stored.ars, stored.postcode, stored.urbanisation) == ("069990000001", "34999", 3)
    assert stored.register_source == stored.position_source == "Erfundenes Amt, Gebietsstand 31.12.2024"
    assert figures("06999001") == [("official", POPULATION_ON, 612)]
    assert stored.revision == installation.revision()


def test_official_figures_replace_an_estimate_that_stays_on_record(app: Flask) -> None:
    estimated("06999001", 9_000)
    made = apply(register(record("06999001", "Lauenfurt, Stadt", 4_100)))
    assert made.population == made.leaving == [Line("06999001", "Lauenfurt", 9_000, 4_100)]
    assert not made.renamed, "the bundled names have no titles"
    assert figures("06999001") == [("estimate", ESTIMATED_ON, 9_000), ("official", POPULATION_ON, 4_100)]
    picture = snapshot.current()
    assert (picture.population[0], picture.official[0], picture.listed[0]) == (4_100, True, False)


def test_what_people_entered_stays(app: Flask) -> None:
    member = MembershipFactory(town=estimated("06999001"))
    StanceFactory(town_id=member.town.id, sentence="Unser Markt lebt.")
    FocusFactory(town_id=member.town.id)
    joined = date(2025, 3, 1)
    member.town.joined_on = joined
    db.session.commit()
    apply(register(record("06999001", "Neu-Lauenfurt, Stadt")))
    stored = town("06999001")
    assert (stored.name, stored.joined_on) == ("Neu-Lauenfurt", joined)
    assert db.session.scalars(select(Stance.sentence).where(Stance.town_id == stored.id)).all() == [
        "Unser Markt lebt."
    ]


def test_a_bundled_town_in_no_official_file_is_hidden_unless_somebody_uses_it(app: Flask) -> None:
    estimated("06999001")
    used = [
        MembershipFactory(town=estimated("06999002")).town.ags,
        town_with_stance := "06999003",
        town_with_focus := "06999004",
    ]
    StanceFactory(town_id=estimated(town_with_stance).id)
    FocusFactory(town_id=estimated(town_with_focus).id)
    made = apply(register(record("06999009")))
    assert [line.ags for line in made.hidden] == ["06999001"]
    assert sorted(line.ags for line in made.kept) == used
    assert town("06999001").hidden_on == STATUS_ON
    assert [town(ags).hidden_on for ags in used] == [None, None, None]


def test_a_vanished_town_is_marked_kept_and_unmarked_when_it_comes_back(app: Flask) -> None:
    first, second = record("06999001"), record("06999002", "Lauenfurt")
    apply(register(first, second))
    made = apply(register(first, **LATER))
    assert [line.ags for line in made.gone] == ["06999002"]
    assert town("06999002").gone_on == LATER["status_on"]
    back = apply(register(first, second, status_on=date(2026, 3, 31), population_on=LATER["population_on"]))
    assert [line.ags for line in back.returned] == ["06999002"]
    assert town("06999002").gone_on is None


def test_a_hidden_town_that_an_official_file_knows_after_all_is_shown_again(app: Flask) -> None:
    estimated("06999001")
    apply(register(record("06999002")))
    assert [
        line.ags for line in apply(register(record("06999001"), record("06999002"), **LATER)).returned
    ] == ["06999001"]
    assert town("06999001").hidden_on is None


def test_a_merger_is_not_undone_by_a_file_of_the_time_before_it(app: Flask) -> None:
    merged = estimated("06999001")
    merged.gone_on = date(2025, 1, 1)
    TownCodeFactory(ags=merged.ags)
    made = apply(register(record("06999001"), record("06999002")))
    assert (made.returned, town("06999001").gone_on) == ([], date(2025, 1, 1))
    assert made.in_band == 1


def test_invented_towns_of_the_demonstration_are_never_touched(app: Flask) -> None:
    invented = estimated("99000001")
    before = invented.revision
    made = apply(register(record("06999001")))
    assert not made.hidden
    assert (town("99000001").hidden_on, town("99000001").revision) == (None, before)


def test_the_same_file_again_changes_nothing(app: Flask) -> None:
    file = register(record("06999001"), record("06999002", "Lauenfurt"))
    apply(file)
    revision, recorded = installation.revision(), imports()
    again = apply(file)
    assert again.changes_nothing
    assert (installation.revision(), imports()) == (revision, recorded)


def test_only_changed_towns_get_a_new_revision_though_all_name_the_newer_source(app: Flask) -> None:
    same, other = record("06999001"), record("06999002", "Lauenfurt")
    apply(register(same, other))
    before = town("06999001").revision
    apply(register(same, replace(other, name_official="Lauenfurt, Kurstadt"), status_on=date(2025, 3, 31)))
    assert town("06999001").revision == before < town("06999002").revision
    assert town("06999001").register_source.endswith("31.03.2025")


def test_a_new_name_is_reported_and_searched_for(app: Flask) -> None:
    apply(register(record("06999001", "Ellernrode")))
    made = apply(register(record("06999001", "Bad Ellernrode"), **LATER))
    assert made.renamed == [Line("06999001", "Bad Ellernrode", "Ellernrode", "Bad Ellernrode")]
    assert (town("06999001").slug, town("06999001").sort_key) == ("bad-ellernrode", "bad ellernrode")


def test_a_corrected_figure_of_the_same_date_takes_the_place_of_the_first(app: Flask) -> None:
    apply(register(record("06999001", population=8_000)))
    apply(register(record("06999001", population=8_100), status_on=date(2025, 3, 31)))
    assert figures("06999001") == [("official", POPULATION_ON, 8_100)]


def test_a_file_without_coordinates_takes_none_away(app: Flask) -> None:
    apply(register(record("06999001")))
    bare = record("06999001", lat=None, lon=None, postcode=None, tourism_region=None, urbanisation=None)
    apply(register(bare, **LATER))
    stored = town("06999001")
    assert (stored.lat, stored.postcode, stored.tourism_region, stored.urbanisation) == (
        50.5,
        "34999",
        "Ellernland",
        3,
    )
    assert (stored.position_source or "").endswith("31.12.2024") and stored.register_source.endswith(
        "31.12.2025"
    )


def test_an_older_file_is_refused_and_the_refusal_names_both_ways_out(app: Flask) -> None:
    apply(register(record("06999001")))
    with pytest.raises(WrongTimeError, match=r"older than the register.*--history.*--force"):
        apply(register(record("06999001", population=7_000), **OLDER))
    assert (figures("06999001"), imports()) == ([("official", POPULATION_ON, 8_000)], 1)


def test_a_history_adds_figures_for_the_trend_and_no_names_or_towns(app: Flask) -> None:
    apply(register(record("06999001", "Neu-Ellernrode"), record("06999002", "Lauenfurt")))
    old = register(record("06999001", "Ellernrode", 9_000), record("06999003", "Altdorf"), **OLDER)
    made = apply(old, history=True)
    assert len(made.new_figures) == 1
    assert figures("06999001") == [
        ("official", OLDER["population_on"], 9_000),
        ("official", POPULATION_ON, 8_000),
    ]
    assert (town("06999001").name, town("06999002").gone_on) == ("Neu-Ellernrode", None)
    assert db.session.scalar(select(Town.id).where(Town.ags == "06999003")) is None
    assert apply(old, history=True).changes_nothing
    assert register_import.latest_status() == STATUS_ON
    assert snapshot.current().features.figures.column("growth")[0] == pytest.approx(-0.0233, abs=1e-4)


def test_a_history_does_not_overwrite_figures_of_the_same_date(app: Flask) -> None:
    apply(register(record("06999001", population=8_000)))
    apply(register(record("06999001", population=7_000), status_on=POPULATION_ON), history=True)
    assert figures("06999001") == [("official", POPULATION_ON, 8_000)]


def test_a_history_needs_a_register_that_is_newer(app: Flask) -> None:
    with pytest.raises(WrongTimeError, match="no official register yet"):
        apply(register(record("06999001")), history=True)
    apply(register(record("06999001")))
    with pytest.raises(WrongTimeError, match="without --history"):
        apply(register(record("06999001"), **LATER), history=True)


def test_force_goes_back_to_an_older_file(app: Flask) -> None:
    apply(register(record("06999001", "Neu-Ellernrode")))
    apply(register(record("06999001", "Ellernrode"), **OLDER), force=True)
    assert town("06999001").name == "Ellernrode"
    assert register_import.latest_status() == OLDER["status_on"]


def test_a_plan_tells_the_same_difference_and_writes_nothing(app: Flask) -> None:
    estimated("06999001")
    file = register(record("06999001"), record("06999002", "Lauenfurt"))
    before = installation.revision()
    planned: ImportPlan = plan(file)
    db.session.rollback()
    assert (imports(), installation.revision(), figures("06999001")) == (
        0,
        before,
        [("estimate", ESTIMATED_ON, 9_000)],
    )
    made = apply(file)
    assert (planned.new, planned.population, planned.in_band) == (made.new, made.population, made.in_band)


def test_a_town_whose_row_is_broken_is_not_gone(app: Flask) -> None:
    apply(register(record("06999001"), record("06999002", "Lauenfurt")))
    problem = RowProblem(9, "the population is missing", "06999002")
    assert not apply(register(record("06999001"), problems=(problem,), **LATER)).gone
    assert town("06999002").gone_on is None


def test_rows_with_unreadable_keys_keep_every_missing_town_from_being_marked(app: Flask) -> None:
    apply(register(record("06999001"), record("06999002", "Lauenfurt")))
    file = register(record("06999001"), problems=(RowProblem(9, "no key"),), **LATER)
    assert "no readable key" in (apply(file).unmarked_because or "")
    assert town("06999002").gone_on is None
    assert [line.ags for line in apply(file, force=True).gone] == ["06999002"]


def test_a_part_of_the_country_marks_nobody_elsewhere(app: Flask) -> None:
    towns = [record(f"06999{number:03}", f"Ort {number}") for number in range(100)]
    apply(register(*towns))
    made = apply(register(*towns[:40], **LATER))
    assert (made.gone, len(made.population)) == ([], 0)
    assert (
        made.unmarked_because
        == "the file lacks 60 of 100 known towns, so it looks like a part of the register"
    )


def test_an_import_is_recorded_with_its_dates(app: Flask) -> None:
    apply(register(record("06999001")))
    stored = db.session.scalars(select(RegisterImport)).one()
    assert (stored.status_on, stored.population_on, stored.is_history, stored.municipalities) == (
        STATUS_ON,
        POPULATION_ON,
        False,
        1,
    )
    assert db.session.scalars(select(AuditEntry.action)).all() == ["register.imported"]


@pytest.fixture(scope="module")
def extract(official_data: Path) -> RegisterFile:
    path = official_data / "destatis" / "AuszugGV4Q_31122024.xlsx"
    if not path.exists():
        pytest.skip(f"the official extract is not at {path}")
    # Read once for both databases.
    return read_register(path)


def test_the_real_extract_gives_exactly_2282_towns_with_its_figures(
    app: Flask, extract: RegisterFile
) -> None:
    register_load.load_bundled()
    made = apply(extract)
    assert (made.in_band, len(made.file.municipalities), made.file.problems) == (2_282, 10_752, ())
    assert int(snapshot.current().listed.sum()) == 2_282
    expected = {"09773144": 11_445, "12068468": 13_994, "12069632": 7_422, "05970004": 18_833}
    for ags, population in expected.items():
        assert figures(ags)[-1] == ("official", POPULATION_ON, population)
        assert "Destatis" in town(ags).register_source
    assert apply(extract).changes_nothing
