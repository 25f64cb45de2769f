"""Searches a town hall keeps, and what is new in them."""

import pytest

from kleinstadt_net.database import db
from kleinstadt_net.services import installation, saved_searches
from kleinstadt_net.services.directory_filters import DirectoryFilters
from kleinstadt_net.services.saved_searches import SearchRefused
from tests.factories import SavedSearchFactory, StanceFactory, TownFactory, TownFigureFactory
from tests.support.cast import Cast
from tests.support.statements import counted_queries

SHOPS = DirectoryFilters(topic="innenstadt", state="seeking")


def seeker(name: str = "Nordwispel") -> int:
    town = TownFactory(name=name, taking_part=True)
    TownFigureFactory(town=town)
    StanceFactory(town_id=town.id, subject="innenstadt", state="seeking")
    installation.touch_towns([town.id])
    return int(town.id)


def test_a_search_tells_which_towns_have_come_since(cast: Cast) -> None:
    seeker("Altwispel")
    saved_searches.save(cast.town.id, cast.mayor.id, "Leere Läden", SHOPS)
    (row,) = saved_searches.listing(cast.town.id)
    assert (row.hits, row.new, row.filters) == (1, 0, SHOPS)
    seeker()
    (row,) = saved_searches.listing(cast.town.id)
    assert (row.hits, row.new, [town.name for town in row.newcomers]) == (2, 1, ["Nordwispel"])
    assert saved_searches.listing(cast.other_town.id) == []
    assert not saved_searches.mark_seen(cast.other_town.id, row.search_id)
    assert saved_searches.mark_seen(cast.town.id, row.search_id)
    assert saved_searches.listing(cast.town.id)[0].new == 0
    assert not saved_searches.strike(cast.other_town.id, row.search_id)
    assert saved_searches.strike(cast.town.id, row.search_id) and saved_searches.listing(cast.town.id) == []


def test_what_cannot_be_saved_says_why(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusal(name: str, filters: DirectoryFilters) -> str:
        with pytest.raises(SearchRefused) as refused:
            saved_searches.save(cast.town.id, cast.mayor.id, name, filters)
        return refused.value.reason

    assert refusal("Alles", DirectoryFilters()) == "plain"
    saved_searches.save(cast.town.id, cast.mayor.id, "Hessen", DirectoryFilters(land="06"))
    assert refusal("Hessen", SHOPS) == "taken"
    monkeypatch.setattr(saved_searches, "MAX_SEARCHES", 1)
    assert refusal("Läden", SHOPS) == "full"
    monkeypatch.setattr(saved_searches, "MAX_HITS", 0)
    assert refusal("Breit", DirectoryFilters(land="06")) == "wide"


def test_a_filter_that_exists_no_longer_is_left_out(cast: Cast) -> None:
    SavedSearchFactory(town_id=cast.town.id, query='{"land": "06", "weather": "fine"}')
    (row,) = saved_searches.listing(cast.town.id)
    assert row.filters == DirectoryFilters(land="06")


def test_more_searches_cost_no_more_queries(cast: Cast) -> None:
    town_id = cast.town.id
    SavedSearchFactory(town_id=town_id)
    saved_searches.listing(town_id)
    db.session.commit()
    with counted_queries() as few:
        saved_searches.listing(town_id)
    for _ in range(4):
        SavedSearchFactory(town_id=town_id)
    with counted_queries() as more:
        saved_searches.listing(town_id)
    assert len(few) == len(more)


def test_the_news_of_many_towns_searches_cost_as_many_queries_as_those_of_one(cast: Cast) -> None:
    seeker("Altwispel")
    saved_searches.save(cast.town.id, cast.mayor.id, "Leere Läden", SHOPS)
    saved_searches.save(cast.other_town.id, cast.stranger.id, "Läden", SHOPS)
    new = seeker()
    own, other, counts = cast.town.id, cast.other_town.id, []
    found = saved_searches.news([own])
    for towns in ([own], [own, other]):
        db.session.commit()
        with counted_queries() as queries:
            found = saved_searches.news(towns)
        counts.append(len(queries))
        assert [one.towns for one in found[own]] == [((new, "Nordwispel (Hessen)"),)]
    assert len(found) == 2 and counts[0] == counts[1]
