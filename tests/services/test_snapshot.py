"""The picture of all towns: what counts as current, listed and taking part, and how it follows changes."""

import threading
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from flask import Flask

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Town
from kleinstadt_net.services import installation, snapshot
from kleinstadt_net.services.snapshot import Snapshot
from tests.factories import (
    AccountFactory,
    FocusFactory,
    MembershipFactory,
    StanceFactory,
    TownFactory,
    TownFigureFactory,
)
from tests.support.statements import counted_queries


def touch(*towns: Town) -> None:
    installation.touch_towns([town.id for town in towns])
    db.session.commit()


def town_with(population: int = 12_000, quality: str = "official", **given: Any) -> Town:
    town: Town = TownFactory(**given)
    TownFigureFactory(town=town, population=population, quality=quality)
    return town


def row_of(picture: Snapshot, town: Town) -> int:
    return picture.rows[town.id]


def test_the_newest_official_figure_is_current_even_where_an_estimate_is_newer(app: Flask) -> None:
    town = town_with(population=9_000, quality="estimate")
    TownFigureFactory(town=town, population=9_100, population_on=date(2020, 12, 31))
    TownFigureFactory(town=town, population=9_200, population_on=date(2022, 12, 31))
    picture = snapshot.current()
    assert picture.population[row_of(picture, town)] == 9_200
    assert picture.official[row_of(picture, town)]


def test_without_an_official_figure_the_newest_estimate_is_current(app: Flask) -> None:
    town = town_with(population=9_000, quality="estimate")
    picture = snapshot.current()
    assert picture.population[row_of(picture, town)] == 9_000
    assert not picture.official[row_of(picture, town)]


def test_a_trend_needs_two_official_dates_three_years_apart(app: Flask) -> None:
    near, far = TownFactory(), TownFactory()
    for town, earlier in ((near, date(2022, 12, 31)), (far, date(2019, 12, 31))):
        TownFigureFactory(town=town, population=10_000, population_on=earlier)
        TownFigureFactory(town=town, population=11_000, population_on=date(2024, 12, 31))
    TownFigureFactory(town=near, population=8_000, population_on=date(2015, 12, 31), quality="estimate")
    picture = snapshot.current()
    assert np.isnan(picture.growth[row_of(picture, near)])
    assert picture.growth[row_of(picture, far)] == pytest.approx(1.1 ** (1 / 5) - 1, abs=1e-5)


def test_listed_are_towns_in_the_band_and_all_that_take_part(app: Flask) -> None:
    listed: list[Town] = [
        town_with(5_000),
        town_with(19_999),
        town_with(4_500, "estimate"),
        town_with(21_900, "estimate"),
        town_with(800, taking_part=True),
    ]
    unlisted: list[Town] = [
        town_with(4_999),
        town_with(20_000),
        town_with(4_499, "estimate"),
        town_with(gone_on=date(2024, 1, 1)),
        town_with(hidden_on=date(2024, 1, 1)),
        TownFactory(),
    ]
    picture = snapshot.current()
    assert all(picture.listed[row_of(picture, town)] for town in listed)
    assert not any(picture.listed[row_of(picture, town)] for town in unlisted)


def test_a_suspended_or_vanished_town_does_not_take_part(app: Flask) -> None:
    towns = [
        town_with(taking_part=True),
        town_with(taking_part=True, suspended_at=clock.now()),
        town_with(taking_part=True, gone_on=date(2024, 1, 1)),
        town_with(),
    ]
    picture = snapshot.current()
    assert [bool(picture.taking_part[row_of(picture, town)]) for town in towns] == [True, False, False, False]


def test_active_needs_a_sign_of_life_within_a_year_and_no_pause(app: Flask) -> None:
    today = clock.today()
    long_ago: dict[str, Any] = {"joined_on": today - timedelta(days=800)}
    silent, seen, ended, joined = (town_with(**given) for given in (long_ago, long_ago, long_ago, {}))
    joined.joined_on = today - timedelta(days=300)
    paused = town_with(taking_part=True, paused_until=today)
    for town, state in ((seen, "confirmed"), (ended, "ended")):
        MembershipFactory(town=town, state=state, account=AccountFactory(seen_on=today - timedelta(days=20)))
    db.session.commit()
    picture = snapshot.current()
    active = [bool(picture.active[row_of(picture, t)]) for t in (silent, seen, ended, joined, paused)]
    assert active == [False, True, False, True, False]


def test_statements_and_focus_reach_the_engine(app: Flask) -> None:
    town = town_with(taking_part=True)
    StanceFactory(town_id=town.id, subject="t03", state="seeking")
    FocusFactory(town_id=town.id, thesis="t03")
    picture = snapshot.current()
    place = picture.features.subjects.index("t03")
    assert picture.features.declared.focus[place, row_of(picture, town)]
    assert picture.features.declared.need[place, row_of(picture, town)] > 0


def test_a_touched_town_is_read_again_and_the_others_are_not(app: Flask) -> None:
    town, other = town_with(12_000), town_with(13_000)
    before = snapshot.current()
    for changed in (town, other):
        changed.figures[0].population = 15_000
    touch(town)
    after = snapshot.current()
    assert after.population[row_of(after, town)] == 15_000
    assert after.population[row_of(after, other)] == 13_000
    assert before.population[row_of(before, town)] == 12_000


def test_an_unchanged_picture_costs_the_query_for_the_revision_alone(app: Flask) -> None:
    town_with()
    first = snapshot.current()
    db.session.commit()
    with counted_queries() as statements:
        assert snapshot.current() is first
    assert len(statements) == 1


def test_a_patched_picture_equals_one_read_anew(app: Flask) -> None:
    towns = [town_with(taking_part=True) for _ in range(6)]
    snapshot.current()
    StanceFactory(town_id=towns[2].id, subject="waerme", state="in_progress")
    FocusFactory(town_id=towns[2].id, thesis="t02")
    towns[4].figures[0].population, towns[4].sort_key = 6_666, "zzzzzz und viel länger als alle anderen"
    touch(towns[2], towns[4])
    patched, anew = snapshot.current(), snapshot.load(0, clock.today())
    assert (patched.features.declared.challenge == anew.features.declared.challenge).all()
    assert (patched.features.figures.scaled == anew.features.figures.scaled).all()
    assert patched.sort_keys.tolist() == anew.sort_keys.tolist()


def test_a_new_town_appears(app: Flask) -> None:
    town_with()
    snapshot.current()
    new = town_with()
    touch(new)
    assert new.id in snapshot.current().rows


def test_a_removed_town_disappears(app: Flask) -> None:
    stays, goes = town_with(), town_with()
    snapshot.current()
    goes_id = goes.id
    db.session.delete(goes)
    touch(stays)
    assert goes_id not in snapshot.current().rows


def test_a_new_day_reads_everything_anew(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    town = town_with(taking_part=True, paused_until=clock.today())
    assert not snapshot.current().active.any()
    tomorrow = clock.today() + timedelta(days=1)
    monkeypatch.setattr(clock, "today", lambda: tomorrow)
    picture = snapshot.current()
    assert picture.day == tomorrow and picture.active[row_of(picture, town)]


@pytest.mark.both_databases
def test_many_threads_share_one_picture(app: Flask) -> None:
    town_with()
    pictures: list[Snapshot] = []

    def look() -> None:
        with app.app_context():
            pictures.append(snapshot.current())

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(picture) for picture in pictures}) == 1


def test_an_empty_register_is_an_empty_picture(app: Flask) -> None:
    assert len(snapshot.current()) == 0
