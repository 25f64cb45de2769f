"""All stored towns at hand: what may be chosen, in which order, and how changes reach the search."""

from datetime import date

from flask import Flask

from kleinstadt_net.database import db
from kleinstadt_net.services import installation, town_finder, town_names
from tests.factories import TownFactory, TownFigureFactory
from tests.support.statements import counted_queries


def names(text: str) -> list[str]:
    return [choice.name for choice in town_finder.find(text).rows]


def test_equal_names_are_told_apart_and_those_of_a_small_town_s_size_come_first(app: Flask) -> None:
    for land, population in (("03", 900), ("06", 9_000), ("07", 90_000)):
        town = TownFactory(land=land, kreis_name=f"Kreis {land}", **town_names.columns("Ellernrode", None))
        TownFigureFactory(town=town, population=population)
    found = town_finder.find("Ellernrode")
    assert [(row.kreis_name, row.land_name) for row in found.rows] == [
        ("Kreis 06", "Hessen"),
        ("Kreis 03", "Niedersachsen"),
        ("Kreis 07", "Rheinland-Pfalz"),
    ]
    assert [row.kreis_name for row in town_finder.find("Ellernrode Rheinland").rows] == ["Kreis 07"]
    assert town_finder.find("Eller", limit=2).total == 3 and len(town_finder.find("Eller", limit=2).rows) == 2


def test_towns_gone_or_hidden_are_neither_found_nor_chosen(app: Flask) -> None:
    gone = TownFactory(gone_on=date(2024, 1, 1), **town_names.columns("Ellernrode", None))
    hidden = TownFactory(hidden_on=date(2024, 1, 1), **town_names.columns("Ellernrode", None))
    assert names("Ellernrode") == []
    assert town_finder.by_ags(gone.ags) is None and town_finder.by_ags(hidden.ags) is None


def test_a_renamed_town_is_found_at_once_while_a_statement_reads_only_its_own_row(app: Flask) -> None:
    town, other = (TownFactory(**town_names.columns(name, None)) for name in ("Ellernrode", "Lauenfurt"))
    assert names("Ellernrode") == ["Ellernrode"]
    directory = town_finder._current()

    installation.touch_town(other.id)
    db.session.commit()
    assert town_finder._current().index is directory.index
    with counted_queries() as queries:
        names("Lauenfurt")
    assert len(queries) <= 1

    for column, value in town_names.columns("Hohenwispel", None).items():
        setattr(town, column, value)
    installation.touch_town(town.id)
    db.session.commit()
    assert names("Ellernrode") == [] and names("Hohenwispel") == ["Hohenwispel"]
