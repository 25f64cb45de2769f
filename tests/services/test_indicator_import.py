"""Indicators stored whole or not at all."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.importers.indicators import FileMapping, IndicatorFile, Meaning
from kleinstadt_net.models import AuditEntry, Indicator, IndicatorValue, Town
from kleinstadt_net.services import indicator_import, installation, round_inputs, snapshot_facts
from kleinstadt_net.services.indicator_import import NotTaken
from tests.factories import TownFactory

UNEMPLOYMENT = Meaning("arbeitslose", "unemployment", "Arbeitslose je 100", "je 100", 0, 100, "own")
MAPPING = FileMapping("ags", "town", "Erfundene Statistik", "CC BY 4.0", (UNEMPLOYMENT,))
DAY = date(2021, 12, 31)


def file(values: dict[str, float], level: str = "town") -> IndicatorFile:
    mapping = replace(MAPPING, level=level)
    lines = {key: number for number, key in enumerate(values, 2)}
    return IndicatorFile(mapping, {"unemployment": values}, lines, 0, ())


def stored() -> dict[str, float]:
    rows = db.session.execute(
        select(Town.ags, IndicatorValue.value).join(Town, Town.id == IndicatorValue.town_id)
    )
    return {row.ags: row.value for row in rows}


@pytest.fixture
def towns(app: Flask) -> list[Town]:
    return [
        TownFactory(ags="06999001", ars="069990005001"),
        TownFactory(ags="06999002", ars="069990005002"),
        TownFactory(ags="06999003", ars=None),
        TownFactory(ags="06999004", ars="069990005004", gone_on=clock.today()),
    ]


def test_values_are_stored_and_what_is_unknown_or_missing_is_told(towns: list[Town]) -> None:
    before = installation.revision()
    report = indicator_import.apply(file({"06999001": 4.5, "06999002": 5.5, "06123456": 9.0}), DAY)
    assert stored() == {"06999001": 4.5, "06999002": 5.5}
    assert (report.unknown, report.missing, report.taken[0].towns) == (("06123456",), 1, 2)
    assert installation.revision() > before
    assert db.session.scalars(select(AuditEntry.action)).all() == ["register.indicators"]


def test_newer_figures_replace_older_ones_whole(towns: list[Town]) -> None:
    indicator_import.apply(file({"06999001": 4.5, "06999002": 5.5}), DAY)
    report = indicator_import.apply(file({"06999001": 4.0}), DAY + timedelta(days=365))
    assert stored() == {"06999001": 4.0} and report.taken[0].replaced == DAY
    with pytest.raises(NotTaken, match="newer"):
        indicator_import.apply(file({"06999001": 9.0}), DAY)
    assert stored() == {"06999001": 4.0}
    indicator_import.apply(file({"06999001": 9.0}), DAY, force=True)
    assert stored() == {"06999001": 9.0}


def test_the_value_of_a_verband_holds_for_each_of_its_towns_that_is_there(towns: list[Town]) -> None:
    indicator_import.apply(file({"069990005": 0.6}, "verband"), DAY)
    assert stored() == {"06999001": 0.6, "06999002": 0.6}


@pytest.mark.parametrize(
    ("values", "day", "said"),
    [({"06123456": 1.0}, DAY, "None of the keys"), ({"06999001": 1.0}, date(2999, 1, 1), "future")],
)
def test_a_file_for_nobody_or_of_the_future_changes_nothing(
    towns: list[Town], values: dict[str, float], day: date, said: str
) -> None:
    with pytest.raises(NotTaken, match=said):
        indicator_import.apply(file(values), day)
    assert db.session.scalar(select(Indicator.id)) is None


def test_a_dry_run_tells_the_same_and_stores_nothing(towns: list[Town]) -> None:
    dry = indicator_import.apply(file({"06999001": 4.5}), DAY, dry_run=True)
    assert stored() == {}
    assert indicator_import.apply(file({"06999001": 4.5}), DAY) == dry


def test_the_engine_and_a_stored_round_know_what_was_imported(towns: list[Town]) -> None:
    indicator_import.apply(file({"06999001": 5.5}), DAY)
    facts = snapshot_facts.facts(snapshot_facts.towns(), clock.today())
    assert {one.ags: one.indicators for one in facts}["06999001"] == (("unemployment", 5.5),)
    for one in facts:
        again = round_inputs.thawed(dict(zip(round_inputs.COLUMNS, round_inputs.frozen(one), strict=True)))
        assert again == one
