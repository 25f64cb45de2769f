"""Twelve months, by one rule everywhere."""

from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask

from kleinstadt_net.services import dashboard, freshness, sections, stances
from tests.factories import SectionFactory, StanceFactory
from tests.support.cast import Cast


@pytest.mark.parametrize(
    ("confirmed_on", "is_stale"),
    [(date(2025, 12, 10), False), (date(2025, 12, 9), True), (date(2024, 2, 29), True)],
)
def test_statement_section_and_overview_grow_old_on_the_same_day(
    cast: Cast, confirmed_on: date, is_stale: bool
) -> None:
    StanceFactory(town_id=cast.town.id, subject="t03", confirmed_on=confirmed_on)
    SectionFactory(town_id=cast.town.id, thesis="t03", confirmed_on=confirmed_on)
    with time_machine.travel(date(2026, 12, 9), tick=False):
        assert stances.find(cast.town.id, "t03").is_stale is is_stale
        assert sections.find(cast.town.id, "t03").is_stale is is_stale
        assert bool(dashboard.overview(cast.town.id).profile.stale) is is_stale


def test_what_was_confirmed_longest_ago_is_asked_first(app: Flask) -> None:
    with time_machine.travel(date(2026, 12, 9), tick=False):
        said = [
            freshness.Aged(f"s{days}", "strength", None, date(2026, 12, 9) - timedelta(days=days), 1)
            for days in (364, 400, 366, 900)
        ]
        assert [one.subject for one in freshness.asked(said)] == ["s900", "s400", "s366"]
