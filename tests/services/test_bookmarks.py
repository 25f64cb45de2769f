"""The list of towns a town hall would like to come back to."""

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Bookmark
from kleinstadt_net.services import bookmarks, inheritance, installation
from tests.factories import BookmarkFactory, TownFactory
from tests.support.cast import Cast
from tests.support.statements import counted_queries


def names(town_id: int) -> list[str]:
    return [row.town.name for row in bookmarks.listing(town_id)]


def test_the_whole_town_hall_finds_what_one_of_them_has_marked(cast: Cast) -> None:
    for _ in range(2):
        assert bookmarks.mark(cast.town.id, cast.colleague.id, cast.other_town.ags)
    assert bookmarks.write_note(cast.town.id, cast.other_town.ags, "Im Frühjahr anrufen.")
    (row,) = bookmarks.listing(cast.town.id)
    assert (row.town.name, row.note) == ("Lauenfurt", "Im Frühjahr anrufen.")
    assert row.by == f"{cast.colleague.first_name} {cast.colleague.last_name}"
    assert bookmarks.listing(cast.other_town.id) == []
    assert bookmarks.is_marked(cast.town.id, cast.other_town.id)
    assert bookmarks.strike(cast.town.id, cast.other_town.ags)
    assert not bookmarks.strike(cast.town.id, cast.other_town.ags)
    assert not bookmarks.write_note(cast.town.id, cast.other_town.ags, "zu spät")


def test_neither_the_own_town_nor_one_that_is_gone_or_unknown_is_marked(cast: Cast) -> None:
    gone = TownFactory(gone_on=clock.today())
    for ags in (cast.town.ags, gone.ags, "12345678", "x"):
        assert not bookmarks.mark(cast.town.id, cast.mayor.id, ags)
    assert names(cast.town.id) == []


def test_a_full_list_says_so_and_keeps_what_it_holds(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bookmarks, "MAX_BOOKMARKS", 1)
    assert bookmarks.mark(cast.town.id, cast.mayor.id, cast.other_town.ags)
    assert bookmarks.mark(cast.town.id, cast.mayor.id, cast.other_town.ags)
    with pytest.raises(bookmarks.ListFull):
        bookmarks.mark(cast.town.id, cast.mayor.id, TownFactory().ags)
    assert names(cast.town.id) == ["Lauenfurt"]


def test_a_longer_list_costs_no_more_queries(cast: Cast) -> None:
    BookmarkFactory(town_id=cast.town.id)
    installation.touch_towns([cast.town.id])
    names(cast.town.id)
    with counted_queries() as few:
        names(cast.town.id)
    for _ in range(5):
        BookmarkFactory(town_id=cast.town.id)
    installation.touch_towns([cast.town.id])
    names(cast.town.id)
    with counted_queries() as more:
        names(cast.town.id)
    assert len(few) == len(more) <= 4


def test_a_merged_town_s_list_goes_along_and_others_find_the_successor(app: Flask, cast: Cast) -> None:
    gone, both, only_gone = (TownFactory(taking_part=True) for _ in range(3))
    for town, marked in (
        (gone, both), (cast.town, both), (gone, only_gone), (gone, cast.town), (cast.town, gone),
        (cast.other_town, gone), (only_gone, gone), (only_gone, cast.town),
    ):  # fmt: skip
        BookmarkFactory(town_id=town.id, marked_town_id=marked.id)
    inheritance.inherit(gone, cast.town, leads=False)
    db.session.commit()
    pairs = set(db.session.execute(select(Bookmark.town_id, Bookmark.marked_town_id)).all())
    assert pairs == {
        (cast.town.id, both.id),
        (cast.town.id, only_gone.id),
        (cast.other_town.id, cast.town.id),
        (only_gone.id, cast.town.id),
    }
