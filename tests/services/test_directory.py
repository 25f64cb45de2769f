"""The directory: filters, counts, order, search, words for the fit, paging, and a constant number of queries."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Network, NetworkMember, Stance, Town, TownFigure
from kleinstadt_net.search.folding import fold
from kleinstadt_net.services import directory, directory_texts, installation
from kleinstadt_net.services.directory import DirectoryPage
from kleinstadt_net.services.directory_filters import VISITOR, DirectoryFilters, Reader
from tests.factories import FocusFactory, SectionFactory, StanceFactory, TownFactory, TownFigureFactory
from tests.support.statements import counted_queries

ALL = DirectoryFilters()
Filters = DirectoryFilters


def town_with(population: int = 12_000, taking_part: bool = True, **given: Any) -> Town:
    town: Town = TownFactory(taking_part=taking_part, **given)
    TownFigureFactory(town=town, population=population)
    return town


def says(town: Town, **stances: str) -> Town:
    for subject, state in stances.items():
        StanceFactory(town_id=town.id, subject=subject, state=state)
    return town


def names(page: DirectoryPage) -> list[str]:
    return [row.town.name for row in page.rows]


def touched(town: Town) -> None:
    installation.touch_town(town.id)
    db.session.commit()


@pytest.fixture
def mine(app: Flask) -> Town:
    return says(town_with(name="Ellernrode", lat=51.0, lon=9.0), waerme="in_progress", innenstadt="seeking")


@pytest.fixture
def me(mine: Town) -> Reader:
    return Reader(mine.id, verified=True)


def test_the_same_challenge_comes_first_and_mere_likeness_last(me: Reader) -> None:
    says(town_with(name="Steinbracken"), waerme="in_progress", innenstadt="strength")
    says(town_with(name="Oberdallen"), innenstadt="strength")
    town_with(name="Hohenwispel", taking_part=False)
    page = directory.find(ALL, me)
    assert names(page) == ["Steinbracken", "Oberdallen", "Hohenwispel"]
    assert [row.fit for row in page.rows][2] == "similar_situation"
    assert page.rows[0].reasons[0]["code"] == "shared_challenge"


def test_a_town_not_taking_part_is_compared_by_figures_even_where_old_statements_are_stored(
    me: Reader,
) -> None:
    gone_quiet = says(town_with(name="Hohenwispel", suspended_at=clock.now()), waerme="in_progress")
    FocusFactory(town_id=gone_quiet.id, thesis="t02")
    (row,) = directory.find(ALL, me).rows
    assert not row.town.taking_part and row.town.focus == ()
    assert row.fit == "similar_situation"
    assert not [reason for reason in row.reasons if reason["code"] == "shared_challenge"]


def test_the_directory_lists_the_band_and_everybody_taking_part(app: Flask) -> None:
    sizes = {"Ellernrode": 5_000, "Lauenfurt": 19_999, "Hohenwispel": 20_000, "Steinbracken": 4_999}
    for name, population in sizes.items():
        TownFigureFactory(town=TownFactory(name=name), population=population)
    TownFigureFactory(town=TownFactory(name="Oberdallen"), population=4_500, quality="estimate")
    TownFigureFactory(town=TownFactory(name="Birkenlohe", taking_part=True), population=900)
    TownFigureFactory(town=TownFactory(name="Dachsbrück", gone_on=clock.today()), population=8_000)
    TownFigureFactory(town=TownFactory(name="Erlenmünde", hidden_on=clock.today()), population=8_000)
    found = directory.find(ALL, VISITOR)
    assert names(found) == ["Birkenlohe", "Ellernrode", "Lauenfurt", "Oberdallen"]
    assert found.total == found.listed == 4 and not any(row.fit for row in found.rows)


def test_a_row_carries_what_the_page_shows(me: Reader) -> None:
    other = says(town_with(14_100, name="Lauenfurt", lat=51.0, lon=10.0, land="03"), innenstadt="strength")
    FocusFactory(town_id=other.id, thesis="t07")
    (row,) = directory.find(ALL, me).rows
    assert (row.town.land, row.town.population, row.town.focus) == ("03", 14_100, ("t07",))
    assert row.town.distance_km == pytest.approx(70, abs=2)
    learn = next(reason for reason in row.reasons if reason["code"] == "learn")
    assert learn["month"] == clock.current_month() and "age_days" not in learn


K, M, H = "Kirchwerlau", "Mühlenqualm", "Hohenwispel"
FILTERS: tuple[tuple[DirectoryFilters, list[str]], ...] = (
    (Filters(land="03"), [K]),
    (Filters(thesis="t03"), [M]),
    (Filters(topic="waerme"), [K, M]),
    (Filters(topic="waerme", state="strength"), [M]),
    (Filters(topic="waerme", thesis="t03", state="strength"), []),
    (Filters(state="seeking"), [K, M]),
    (Filters(state="in_progress"), []),
    (Filters(focus="t07"), [M]),
    (Filters(growth="growing"), [K]),
    (Filters(growth="stable"), []),
    (Filters(growth="shrinking"), [M]),
    (Filters(network="elbnetz"), [M]),
    (Filters(network="gibt-es-nicht-mehr"), []),
    (Filters(size_from=14_000), [M]),
    (Filters(size_to=13_999), [H, K]),
    (Filters(distance=50), [K]),
    (Filters(distance=50, origin="Muehlenqualm"), [M]),
    (Filters(taking_part=True), [K, M]),
    (Filters(taking_part=True, land="06"), [M]),
    (Filters(search="kirch"), [K]),
    (Filters(search="Ellernkreis", taking_part=True, land="03"), [K]),
    (Filters(search="wochenmarkt"), [M]),
)


@pytest.fixture
def three(mine: Town) -> None:
    """Beside the own town one near and growing, one far and shrinking, and one of which little is known."""
    near: dict[str, Any] = {"lat": 51.1, "lon": 9.1}
    says(town_with(name=K, land="03", **near), waerme="seeking")
    far = says(town_with(14_000, name=M, lat=53.0, lon=9.0), t03="seeking")
    StanceFactory(town_id=far.id, subject="waerme", state="strength", sentence="Der Wochenmarkt ist zurück.")
    FocusFactory(town_id=far.id, thesis="t07")
    for name, before in ((K, 10_000), (M, 20_000)):
        town_id = db.session.scalars(select(Town.id).where(Town.name == name)).one()
        TownFigureFactory(
            town=db.session.get(Town, town_id),
            population=before,
            population_on=clock.today().replace(year=2014),
        )
    town_with(name=H, taking_part=False, lat=None, lon=None)
    network = Network(
        slug="elbnetz", name="Elbnetz", sort_key="elbnetz", kind="region", created_at=clock.now()
    )
    db.session.add(network)
    db.session.flush()
    for town, state in ((far, "confirmed"), (mine, "asked")):
        db.session.add(
            NetworkMember(network_id=network.id, town_id=town.id, state=state, asked_at=clock.now())
        )
    db.session.commit()


@pytest.mark.parametrize(("filters", "expected"), FILTERS, ids=str)
def test_each_filter_narrows_the_list_to_the_towns_it_names(
    me: Reader, three: None, filters: DirectoryFilters, expected: list[str]
) -> None:
    page = directory.find(filters, me)
    assert sorted(names(page)) == expected
    assert page.total == len(expected)
    assert (page.listed, page.taking_part) == (3, 2)
    assert directory.town_ids(filters, me).tolist() == sorted(row.town.town_id for row in page.rows)


def test_every_count_is_the_number_of_towns_its_filter_would_leave(me: Reader, three: None) -> None:
    """Whatever else is held, for a member and for a visitor; choosing a value shows as many as were announced."""
    held = (ALL, Filters(topic="waerme"), Filters(state="seeking"), Filters(land="03", search="kirch"))
    for reader in (me, VISITOR):
        for filters in (*held, Filters(thesis="t03", state="strength", size_to=15_000)):
            counts = directory.find(filters, reader).counts
            assert ("seeking" in counts["state"]) is reader.verified
            for name, numbers in counts.items():
                for value, number in numbers.items():
                    chosen: Any = {name: True if name == "taking_part" else value}
                    assert number == directory.find(replace(filters, **chosen), reader).total, (
                        filters,
                        chosen,
                    )
    assert directory.find(ALL, VISITOR).counts["topic"]["waerme"] == 2
    assert directory.find(ALL, me).counts["network"] == {"elbnetz": 1}


def test_a_need_is_in_no_hit_and_in_no_count_of_a_visitor(mine: Town, three: None) -> None:
    ask = (ALL, Filters(topic="innenstadt"), Filters(search="Lehrschwimmbecken"), Filters(land="03"))
    before = [directory.find(filters, VISITOR) for filters in ask]
    need = {"state": "seeking", "sentence": "Lehrschwimmbecken gesucht"}
    other = db.session.scalars(select(Town).where(Town.name == K)).one()
    StanceFactory(town_id=other.id, subject="innenstadt", **need)
    SectionFactory(
        town_id=other.id, thesis="t06", fields={"wanted": [{"text": "Lehrschwimmbecken"}]}, text=""
    )
    touched(other)
    assert [directory.find(filters, VISITOR) for filters in ask] == before
    assert names(directory.find(ask[2], Reader(mine.id, verified=True))) == [K]
    aside = directory.find(Filters(state="seeking"), VISITOR)
    assert aside.left_aside == ("state",) and aside.total == 4


def test_what_towns_write_is_found_by_those_who_may_read_it_and_where_is_said(me: Reader, mine: Town) -> None:
    other, quiet = town_with(name="Steinbracken"), town_with(name="Lauenfurt", suspended_at=clock.now())
    StanceFactory(town_id=other.id, subject="innenstadt", sentence="Ein Bürgerhaus für alle.")
    SectionFactory(town_id=other.id, thesis="t02", fields={"housing": "Rund ums Bürgerhaus"}, text="")
    SectionFactory(town_id=other.id, thesis="t07", fields={"vision": "Stadt am Fluss"}, visibility="verified")
    SectionFactory(town_id=quiet.id, thesis="t03")
    town_with(name="Bürgerhausen")

    def found(text: str, reader: Reader = VISITOR) -> list[tuple[str, tuple[str, ...]]]:
        page = directory.find(Filters(search=text), reader)
        return [(row.town.name, row.matched) for row in page.rows]

    # Names come first, whatever the order.
    assert found("buergerhaus") == [("Bürgerhausen", ()), ("Steinbracken", ("t02", "innenstadt"))]
    page = directory.find(Filters(search="Bürgerhaus"), VISITOR, sort="size")
    assert names(page) == ["Bürgerhausen", "Steinbracken"] and page.sort == "size"
    assert found("burgerhaus") == found("buergerhaus")
    assert found("haus bürger") == [] and found("am fluss stadt") == []
    assert found("am fluss stadt", me) == [("Steinbracken", ("t07",))]
    # A change of one town is found at once, and what it no longer says is not.
    db.session.query(Stance).filter_by(town_id=other.id).update({"sentence": "Am Fluss ist ein Strand."})
    touched(other)
    assert found("Strand") == [("Steinbracken", ("innenstadt",))]
    assert found("bürgerhaus")[1:] == [("Steinbracken", ("t02",))]
    # The own town is found when somebody looks for it, and is told apart.
    (own,) = directory.find(Filters(search="Ellernrode"), me).rows
    assert own.is_own and own.fit is None


def test_texts_are_read_anew_town_by_town_until_too_many_have_changed(
    mine: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_texts, "BESIDE_AT_MOST", 2)
    towns = [town_with(name=f"Oberdallen {letter}") for letter in "abc"]
    for number, town in enumerate(towns):
        StanceFactory(town_id=town.id, sentence="Ein Fest am Brunnen")
        touched(town)
        assert directory_texts.search("brunnen", verified=False).town_ids.tolist() == [
            town.id for town in towns[: number + 1]
        ]
    known = directory_texts._current()
    assert directory_texts._current() is known and fold("Brunnen") == "brunnen"


def test_towns_are_put_in_the_order_asked_for(me: Reader, three: None) -> None:
    expected = {"distance": [K, M, H], "name": [H, K, M], "size": [M, H, K]}
    for sort, order in expected.items():
        page = directory.find(ALL, me, sort=sort)
        assert (names(page), page.sort) == (order, sort)
    assert directory.find(ALL, me).sorts == ("fit", "distance", "name", "size")
    assert directory.find(Filters(origin=K), VISITOR).sorts == ("distance", "name", "size")
    plain = directory.find(ALL, VISITOR, sort="fit")
    assert (plain.sort, plain.left_aside, plain.sorts) == ("name", ("sort",), ("name", "size"))


def test_an_empty_list_says_which_filter_to_take_away(me: Reader, three: None) -> None:
    page = directory.find(Filters(land="03", topic="waerme", state="strength", taking_part=True), me)
    assert page.total == 0
    assert [(one.name, one.total) for one in page.widenings] == [("land", 1), ("state", 1)]
    lost = directory.find(Filters(land="03", search="Qqqquap", thesis="t09"), me)
    assert not lost.widenings


def test_a_place_nobody_knows_is_left_aside_and_said(mine: Town, me: Reader) -> None:
    town_with(name=K, lat=None, lon=None)
    for filters, reader, aside in (
        (Filters(distance=1), VISITOR, ("distance",)),
        (Filters(distance=1, origin="Qqqquap"), VISITOR, ("origin", "distance")),
        (Filters(distance=1, origin=K), me, ("distance",)),
    ):
        page = directory.find(filters, reader)
        assert (page.left_aside, page.total) == (aside, page.listed)


def test_a_town_that_has_said_nothing_is_told_so(app: Flask) -> None:
    silent, speaking = town_with(), says(town_with(), waerme="strength")
    assert not directory.find(ALL, Reader(silent.id, verified=True)).declared
    assert directory.find(ALL, Reader(speaking.id, verified=True)).declared


def test_pages_follow_one_another_without_gaps_and_end(me: Reader) -> None:
    for number in range(directory.PAGE_SIZE + 3):
        town_with(10_000 + number % 3)
    for sort in ("fit", "size", "name"):
        pages = [directory.find(ALL, me, sort=sort, number=number) for number in (1, 2, 3)]
        assert [len(page.rows) for page in pages] == [directory.PAGE_SIZE, 3, 0]
        assert len({row.town.town_id for page in pages for row in page.rows}) == directory.PAGE_SIZE + 3


def test_towns_are_proposed_while_somebody_types_their_names(me: Reader, three: None) -> None:
    found = directory.propose("muehlen", me)
    assert ([town.name for town in found.rows], found.named, found.writing) == ([M], 1, 0)
    assert directory.propose("Wochenm", VISITOR).writing == 1
    assert directory.propose(" %", VISITOR).named == 0


def test_the_number_of_queries_is_the_same_for_ten_towns_and_for_hundreds(mine: Town) -> None:
    mine_id = mine.id
    reader = Reader(mine_id, verified=True)

    def queries() -> list[int]:
        numbers = []
        for filters in (ALL, Filters(search="ober", land="06", topic="waerme", network="elbnetz")):
            directory.find(filters, reader)
            db.session.commit()
            with counted_queries() as statements:
                directory.find(filters, reader)
            numbers.append(len(statements))
        return numbers

    _many_towns(mine_id, 10)
    few = queries()
    _many_towns(mine_id, 400)
    assert queries() == few and max(few) <= 6


def _many_towns(last_id: int, count: int) -> None:
    """Rows without objects; a page reads them all anew because their number changed."""
    first = last_id + 1 + db.session.scalars(select(func.count()).select_from(Town)).one()
    ids = range(first, first + count)
    common = {
        "name_official": "Oberdallen",
        "name": "Oberdallen",
        "slug": "oberdallen",
        "sort_key": "oberdallen",
    }
    places = {"search_fold": "oberdallen", "land": "06", "kreis": "06999", "register_source": "Erfunden"}
    db.session.execute(
        insert(Town), [{"id": n, "ags": f"98{n:06d}", **common, **places, "revision": 0} for n in ids]
    )
    db.session.execute(
        insert(TownFigure),
        [
            {
                "town_id": n,
                "population_on": clock.today(),
                "population": 5_000 + n % 14_000,
                "area_km2": 10.0 + n % 90,
                "source": "Erfunden",
                "quality": "official",
            }
            for n in ids
        ],
    )
    installation.touch_town(last_id)
    db.session.commit()
