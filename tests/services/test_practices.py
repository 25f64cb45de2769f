"""Examples: begun, saved, released, changed, archived; and never overwritten unseen."""

from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Letter, Practice, Town, Typed
from kleinstadt_net.services import (
    demonstration_practices,
    erasure,
    inheritance,
    installation,
    practice_content,
    practice_directory,
    practice_editing,
    practice_news,
    practice_releases,
    practices,
    sitemap,
    towns,
)
from kleinstadt_net.services.directory_filters import VISITOR, Reader
from kleinstadt_net.services.practice_content import Content, Refused
from kleinstadt_net.services.practice_directory import PracticeFilters
from kleinstadt_net.services.practice_editing import StaleVersion, UnknownPractice
from tests import factories as make
from tests.support.cast import Cast
from tests.support.statements import counted_queries

FULL = Content(
    title="Leere Läden auf Zeit vermieten",
    subjects=("t09", "innenstadt"),
    problem="Sechs Läden standen leer.",
    steps=("Eigentümer angerufen.", "Vertrag auf Zeit geschlossen."),
    cost_band="to_50",
    is_funded=False,
    failures="Ein Wettbewerb ohne Budget.",
    contact_office="Wirtschaftsförderung",
    began_on="2023-05",
    ended_on="2024",
)


@pytest.fixture
def draft(cast: Cast) -> int:
    return practice_editing.begin(cast.town.id, cast.colleague.id, "Läden")


def save(
    cast: Cast, practice_id: int, content: Content = FULL, *, by: Any = None, release: bool = False
) -> str:
    version = practice_editing.find(cast.town.id, practice_id).version
    return practice_editing.save(
        cast.town.id, (by or cast.colleague).id, practice_id, content, version, release=release
    )


def hits(reader: Reader = VISITOR, sort: str | None = None, **filters: Any) -> list[int]:
    found = practice_directory.find(PracticeFilters(**filters), reader, sort=sort)
    return [row.card.practice_id for row in found.rows]


def test_an_editor_submits_a_lead_releases_and_only_then_others_see_it(cast: Cast, draft: int) -> None:
    own = Reader(cast.town.id, verified=True)
    assert save(cast, draft) == practice_editing.SAVED
    assert save(cast, draft, release=True) == practice_editing.SUBMITTED
    assert practices.page(draft, VISITOR) is None and hits() == []
    assert practices.page(draft, own).content == FULL  # type: ignore[union-attr]
    (waiting,) = practice_releases.waiting(cast.town.id)
    with pytest.raises(UnknownPractice):
        practice_releases.release(cast.town.id, cast.colleague.id, draft, waiting.practice.version)
    before = db.session.get_one(Town, cast.town.id).revision
    practice_releases.release(cast.town.id, cast.mayor.id, draft, waiting.practice.version)
    assert db.session.get_one(Town, cast.town.id).revision > before
    assert hits() == [draft]
    assert db.session.scalars(select(Letter.kind)).all() == ["drafts_waiting"]


def test_a_change_of_a_released_example_waits_beside_it_and_can_be_given_back(cast: Cast, draft: int) -> None:
    assert save(cast, draft, by=cast.mayor, release=True) == practice_editing.NOW_RELEASED
    changed = Content(**{**vars(FULL), "title": "Läden auf Probe"})
    assert save(cast, draft, changed) == practice_editing.SUBMITTED
    assert practices.card(draft).title == FULL.title  # type: ignore[union-attr]
    (waiting,) = practice_releases.waiting(cast.town.id)
    assert waiting.changed == ("title",) and waiting.practice.proposal == changed
    practice_releases.give_back(cast.town.id, cast.mayor.id, draft, waiting.practice.version, "Bitte kürzer.")
    (half,) = db.session.scalars(select(Typed))
    assert half.content["title"] == ["Läden auf Probe"] and half.account_id == cast.colleague.id
    save(cast, draft, changed)
    practice_releases.release(
        cast.town.id, cast.mayor.id, draft, practice_editing.find(cast.town.id, draft).version
    )
    assert practices.card(draft).title == "Läden auf Probe"  # type: ignore[union-attr]
    assert practice_releases.waiting(cast.town.id) == []


def test_nothing_is_overwritten_unseen_and_nothing_incomplete_is_released(cast: Cast, draft: int) -> None:
    save(cast, draft)
    with pytest.raises(StaleVersion) as stale:
        practice_editing.save(cast.town.id, cast.mayor.id, draft, FULL, 1, release=False)
    assert stale.value.current == 2
    with pytest.raises(Refused) as refused:
        save(cast, draft, Content(title="Nur ein Titel"), release=True)
    assert set(refused.value.problems) == {"subjects", "problem", "steps", "contact_office"}
    with pytest.raises(UnknownPractice):
        practice_editing.find(cast.other_town.id, draft)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 121),
        ("subjects", ("innenstadt", "gibt-es-nicht")),
        ("subjects", ("t01", "t02", "t03", "t04", "t05")),
        ("steps", ("x" * 601,)),
        ("steps", ("Schritt",) * 13),
        ("cost_band", "viel"),
        ("contact_office", "Bauamt, Frau Berger"),
        ("contact_office", "bauamt@ellernrode.example"),
        ("contact_office", "Bauamt, 06621 / 12 34 56"),
        ("began_on", "neulich"),
        ("ended_on", "2022"),
    ],
)
def test_what_cannot_be_stored_is_said_at_its_field(field: str, value: Any) -> None:
    with pytest.raises(Refused) as refused:
        practice_content.check(Content(**{**vars(FULL), field: value}))
    assert set(refused.value.problems) == {field}


def test_an_archived_example_leaves_the_library_and_comes_back(cast: Cast, draft: int) -> None:
    save(cast, draft, by=cast.mayor, release=True)
    version = practice_editing.find(cast.town.id, draft).version
    with pytest.raises(UnknownPractice):
        practice_editing.delete(cast.town.id, cast.mayor.id, draft, version)
    practice_editing.archive(cast.town.id, cast.colleague.id, draft, version)
    assert hits() == [] and practices.card(draft) is None
    assert practice_editing.restore(cast.town.id, cast.colleague.id, draft, version + 1) == "submitted"
    practice_editing.withdraw(cast.town.id, cast.colleague.id, draft, version + 2)
    practice_editing.delete(cast.town.id, cast.colleague.id, draft, version + 3)
    assert practice_editing.own(cast.town.id) == []


def test_what_did_not_work_is_read_by_confirmed_towns_only(cast: Cast, draft: int) -> None:
    save(cast, draft, by=cast.mayor, release=True)
    other = Reader(cast.other_town.id, verified=True)
    assert practices.page(draft, other).content.failures == FULL.failures  # type: ignore[union-attr]
    assert practices.page(draft, VISITOR).content.failures == ""  # type: ignore[union-attr]
    assert hits(other, search="Wettbewerb") == []


def test_the_library_narrows_searches_counts_and_orders(cast: Cast) -> None:
    land = make.TownFactory(taking_part=True, land="09")
    cheap = make.PracticeFactory(
        town=land, cost_band="none", is_funded=True, title="Bürgerbus", subjects=("mobilitaet",)
    )
    dear = make.PracticeFactory(town_id=cast.town.id, cost_band="over_500")
    make.PracticeFactory(town_id=cast.suspended_town.id)
    assert set(hits()) == {cheap.id, dear.id}
    assert hits(subject="mobilitaet") == hits(land="09") == hits(funded="yes") == [cheap.id]
    assert hits(sort="cost") == [cheap.id, dear.id]
    assert hits(search="buergerb") == [cheap.id]
    found = practice_directory.find(PracticeFilters(search="Bürgerbuss"), VISITOR)
    assert found.is_alike and [row.card.practice_id for row in found.rows] == [cheap.id]
    counted = practice_directory.find(PracticeFilters(subject="mobilitaet"), VISITOR).counts
    assert counted is not None
    assert counted["subject"]["innenstadt"] == 1 and counted["cost"] == {
        "none": 1, "to_5": 0, "to_50": 0, "to_500": 0, "over_500": 0,
    }  # fmt: skip
    empty = practice_directory.find(PracticeFilters(subject="mobilitaet", cost="over_500"), VISITOR)
    assert dict(empty.widenings) == {"subject": 1, "cost": 1}


def test_what_a_town_seeks_comes_first_for_it_and_similar_examples_share_a_subject(cast: Cast) -> None:
    make.StanceFactory(town_id=cast.town.id, subject="mobilitaet", state="seeking")
    bus = make.PracticeFactory(subjects=("mobilitaet",))
    shops, more = make.PracticeFactory(), make.PracticeFactory()
    reader = Reader(cast.town.id, verified=True)
    found = practice_directory.find(PracticeFilters(), reader)
    assert found.sort == "fit" and found.rows[0].card.practice_id == bus.id
    assert found.rows[0].sought == ("mobilitaet",)
    assert [card.practice_id for card in practice_directory.similar(shops.id, reader)] == [more.id]
    assert practice_directory.similar(bus.id, reader) == ()


def test_a_changed_town_is_read_again_alone_and_the_index_made_anew_in_the_end(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make.PracticeFactory(town_id=cast.other_town.id)
    assert hits(search="vermieten") == [first.id]
    second = practice_editing.begin(cast.town.id, cast.mayor.id, "Läden vermieten")
    save(cast, second, by=cast.mayor, release=True)
    assert set(hits(search="vermieten")) == {first.id, second}
    assert hits(search="angerufen") == [second]
    monkeypatch.setattr("kleinstadt_net.services.practice_index.BESIDE_AT_MOST", 0)
    version = practice_editing.find(cast.town.id, second).version
    practice_editing.archive(cast.town.id, cast.mayor.id, second, version)
    assert hits() == [first.id]


def test_pages_lists_and_sitemap_need_the_same_few_queries_however_many_examples(cast: Cast) -> None:
    reader, ags = Reader(cast.town.id, verified=True), cast.other_town.ags

    def queries() -> list[int]:
        hits(reader)
        with counted_queries() as listed:
            hits(reader)
        with counted_queries() as shown:
            towns.find(ags)
        return [len(listed), len(shown)]

    make.PracticeFactory(town_id=cast.other_town.id)
    few = queries()
    for _ in range(8):
        make.PracticeFactory(town_id=cast.other_town.id)
    installation.touch_town(cast.other_town.id)
    db.session.commit()
    assert queries() == few and few[0] <= 5 and len(hits(reader)) == 9
    assert len(sitemap.practice_addresses()) == 9
    page = towns.find(cast.other_town.ags)
    assert page is not None and (len(page.practices), page.practice_count) == (5, 9)


def test_examples_go_on_with_the_successor_and_without_their_author(
    app: Flask, cast: Cast, draft: int
) -> None:
    save(cast, draft)
    released = make.PracticeFactory(town_id=cast.suspended_town.id).id
    inheritance.inherit(cast.suspended_town, cast.town, leads=False)
    db.session.commit()
    assert db.session.get_one(Practice, released).state == "draft"
    assert {one.practice_id for one in practice_editing.own(cast.town.id)} == {draft, released}
    erasure.erase(cast.colleague.id, "asked")
    assert practice_editing.find(cast.town.id, draft).author == ""


def test_a_letter_learns_of_examples_for_what_each_town_seeks_in_the_same_few_queries(cast: Cast) -> None:
    make.StanceFactory(town_id=cast.town.id, subject="mobilitaet", state="seeking")
    bus = make.PracticeFactory(subjects=("mobilitaet",), staff="eine halbe Stelle")
    own = make.PracticeFactory(town_id=cast.town.id, subjects=("mobilitaet",))
    both = [cast.town.id, cast.other_town.id]
    with counted_queries() as queries:
        told = practice_news.news(both)
    assert [(one.practice_id, one.reason, one.subject) for one in told[both[0]]] == [
        (bus.id, "seeking", "mobilitaet")
    ]
    assert {one.practice_id for one in told[both[1]]} == {bus.id, own.id}
    assert all(one.is_new and not one.reason for one in told[both[1]])
    practice_news.news(both)
    with counted_queries() as again:
        practice_news.news(both)
    assert len(queries) <= 30 and len(again) == 3


def test_every_invented_example_is_complete_and_says_what_it_costs_and_whom_to_ask() -> None:
    told = demonstration_practices.contents()
    assert len(told) == len({one.title for one in told}) == 40
    for content in told:
        practice_content.check(content)
        assert not practice_content.missing(content), content.title
        assert content.cost_band and content.staff and content.failures, content.title


def test_a_town_is_told_how_far_others_are_and_not_how_far_itself(cast: Cast) -> None:
    own, other = (make.PracticeFactory(town=town).id for town in (cast.town, cast.other_town))
    reader = Reader(cast.town.id, verified=True)
    pages = [practices.page(one, reader) for one in (own, other)]
    assert [page and page.town.distance_km is None for page in pages] == [True, False]


def test_the_beginning_of_an_order_is_that_of_the_whole_order() -> None:
    draw = np.random.default_rng(3)
    for count in (0, 1, 24, 25, 400):
        keys = [draw.permutation(count).astype(float), *(draw.integers(0, 5, (2, count)).astype(float))]
        for most in (1, 25, 50):
            assert practice_directory.first_of(keys, most).tolist() == np.lexsort(keys)[:most].tolist()
