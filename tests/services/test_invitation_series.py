"""The operator's series: who is written to, what is stored, and what a town hall may say to it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import (
    Account,
    AuditEntry,
    InvitationObjection,
    InvitationSeries,
    SeriesLetter,
    Town,
)
from kleinstadt_net.services import installation, invitation_papers, invitation_series, outreach
from kleinstadt_net.services.invitation_series import NobodyToWriteTo, SeriesFilters
from tests.factories import (
    AccountFactory,
    InvitationObjectionFactory,
    InvitationSeriesFactory,
    SeriesLetterFactory,
    TownAddressFactory,
    TownFactory,
    TownFigureFactory,
)
from tests.support.statements import counted_queries

EVERYWHERE = SeriesFilters(only_with_address=False)


@pytest.fixture
def operator(app: Flask) -> Account:
    account: Account = AccountFactory(is_operator=True)
    return account


def named(name: str, population: int | None = 8_000, *, address: bool = True, **given: Any) -> Town:
    town: Town = TownFactory(name=name, slug=name.lower(), **given)
    if population is not None:
        TownFigureFactory(town=town, population=population)
    if address:
        TownAddressFactory(town=town)
    return town


def chosen(filters: SeriesFilters = EVERYWHERE) -> list[str]:
    return [one.name for one in invitation_series.candidates(filters).rows]


def rows(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def page_of(series_id: int) -> invitation_series.SeriesPage:
    page = invitation_series.find(series_id)
    assert page is not None
    return page


def test_written_to_is_nobody_who_takes_part_objected_is_gone_hidden_suspended_or_got_one_lately(
    app: Flask,
) -> None:
    today, now = clock.today(), clock.now()
    named("Ellernrode")
    named("Oberdallen", joined_on=today)
    named("Steinbracken", suspended_at=now)
    named("Kirchwerlau", gone_on=today)
    named("Hohenwispel", hidden_on=today)
    InvitationObjectionFactory(town_id=named("Mühlenqualm").id)
    lately = InvitationSeriesFactory(created_at=now - timedelta(days=364))
    SeriesLetterFactory(series=lately, town_id=named("Lauenfurt").id)
    assert chosen() == ["Ellernrode"]
    with time_machine.travel(now + timedelta(days=2)):
        assert chosen() == ["Ellernrode", "Lauenfurt"]


def test_towns_are_chosen_by_land_size_and_address_and_one_whose_size_is_unknown_is_never_among_them(
    app: Flask,
) -> None:
    named("Dallen", 6_000)
    named("Ellern", 9_000, land="09")
    named("Fahlen", 12_000, address=False)
    named("Gahlen", None)
    assert chosen() == ["Dallen", "Ellern", "Fahlen"]
    assert chosen(SeriesFilters()) == ["Dallen", "Ellern"]
    assert chosen(SeriesFilters(land="09")) == ["Ellern"]
    assert chosen(SeriesFilters(size_from=6_000, size_to=9_000)) == ["Dallen", "Ellern"]
    assert chosen(SeriesFilters(size_to=99_999)) == ["Dallen", "Ellern"]
    some = invitation_series.candidates(SeriesFilters(only_with_address=False, at_most=2))
    assert ([one.name for one in some.rows], some.total) == (["Dallen", "Ellern"], 3)
    sizes = [one.population for one in invitation_series.candidates(EVERYWHERE).rows]
    assert sizes == [6_000, 9_000, 12_000]


def test_a_series_has_at_most_two_hundred_letters_each_with_a_code_of_its_own(operator: Account) -> None:
    towns = TownFactory.build_batch(203)
    db.session.add_all(TownFigureFactory.build(town=town) for town in towns)
    db.session.commit()
    made = invitation_series.create(
        "Alle", SeriesFilters(only_with_address=False, at_most=1_000), operator.id
    )
    codes = list(db.session.scalars(select(SeriesLetter.code).where(SeriesLetter.series_id == made)))
    assert len(codes) == len(set(codes)) == 200
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "series.created")).one()
    assert (entry.account_id, entry.detail) == (operator.id, {"series": made, "letters": 200})
    assert invitation_series.candidates(EVERYWHERE).total == 3


def test_with_nobody_to_write_to_nothing_is_stored(operator: Account) -> None:
    named("Ellernrode", address=False)
    with pytest.raises(NobodyToWriteTo):
        invitation_series.create("Niemand", SeriesFilters(), operator.id)
    assert (rows(InvitationSeries), rows(SeriesLetter), rows(AuditEntry)) == (0, 0, 0)


def test_who_joins_objects_or_is_gone_later_is_counted_or_left_out_and_not_printed(operator: Account) -> None:
    towns = [named(name) for name in ("Dallen", "Ellern", "Fahlen", "Gahlen")]
    made = invitation_series.create("Vier", SeriesFilters(), operator.id)
    joined, objecting, gone, _ = towns
    joined.joined_on, gone.gone_on = clock.today(), clock.today()
    outreach.object_for(objecting.ags, "Anruf", operator.id)
    installation.touch_towns([town.id for town in towns])
    db.session.commit()
    page = page_of(made)
    assert [letter.left_out for letter in page.letters] == ["joined", "objected", "gone", None]
    assert (page.printable, page.undeliverable, page.row.letters, page.row.joined) == (1, 0, 4, 1)
    assert [paper.town for paper in invitation_papers.papers(page)] == ["Gahlen"]
    later = InvitationSeriesFactory(title="Leer", created_at=clock.now())
    listed = invitation_series.listing(limit=10)
    assert [(row.title, row.letters, row.joined) for row in listed] == [("Leer", 0, 0), ("Vier", 4, 1)]
    assert invitation_series.listing(limit=1, offset=1) == [page.row] and invitation_series.count() == 2
    assert invitation_series.find(later.id + 1) is None


def test_a_letter_names_five_like_towns_and_where_the_address_comes_from_at_a_constant_cost(
    operator: Account,
) -> None:
    for name in ("Uhlen", "Vahlen", "Wahlen", "Xahlen", "Yahlen", "Zahlen"):
        named(name, joined_on=clock.today())
    named("Dallen")
    named("Ellern", address=False, postcode="99997")
    made = invitation_series.create("Zwei", EVERYWHERE, operator.id)
    page = page_of(made)
    with counted_queries() as few:
        known, unknown = invitation_papers.papers(page)
    assert len({town.name for town in known.neighbours}) == len(unknown.neighbours) == 5
    assert (known.has_address, known.address_source) == (True, "Erfundenes Impressum")
    assert known.address_lines == ("Stadt Dallen, Rathaus", "Am Markt 1", "99998 Dallen")
    assert (unknown.has_address, page.undeliverable) == (False, 1)
    assert unknown.address_lines == ("Ellern, Stadt", "Rathaus", "99997 Ellern")
    assert known.object_at.endswith(f"/widerspruch/{known.code}") and known.code != unknown.code
    installation.touch_towns([named(f"Neu{number}").id for number in range(6)])
    db.session.commit()
    more = page_of(invitation_series.create("Mehr", EVERYWHERE, operator.id))
    with counted_queries() as many:
        assert len(invitation_papers.papers(more)) == 6
    assert len(few) == len(many)


def test_a_town_hall_objects_once_with_its_code_however_typed_and_an_unknown_code_does_nothing(
    app: Flask,
) -> None:
    letter = SeriesLetterFactory(code="ACDEFGHJKM", town_id=named("Dallen").id)
    assert invitation_series.place_of(" acdef ghjkm") == (
        letter.series_id,
        db.session.get_one(Town, letter.town_id).ags,
    )
    for wrong in ("ACDEFGHJK", "", "%", "ACDEF-GHJKN"):
        assert invitation_series.town_behind(wrong) is None
        assert not invitation_series.place_of(wrong)
        assert invitation_series.object_by_code(wrong) is False
    assert invitation_series.town_behind("acdef–ghjkm.") == "Dallen" and rows(InvitationObjection) == 0
    assert invitation_series.object_by_code("acdef ghjkm") is True
    assert invitation_series.object_by_code("ACDEF-GHJKM") is True
    objection = db.session.scalars(select(InvitationObjection)).one()
    assert (objection.town_id, objection.note) == (letter.town_id, invitation_series.BY_LETTER)
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.account_id, entry.town_id) == ("objection.added", None, letter.town_id)
