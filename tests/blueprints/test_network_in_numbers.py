"""The page "Das Netz in Zahlen": a round in plain words, and no figure that points at a town."""

from dataclasses import asdict, replace

from flask import Flask
from flask.testing import FlaskClient

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.matching.quality import Core, Quality
from kleinstadt_net.matching.stability import Stability
from kleinstadt_net.models import Round, RoundFigures
from kleinstadt_net.services import network_figures
from tests.factories import RoundFactory, SuggestionAnswerFactory, SuggestionFactory
from tests.support.statements import counted_queries

QUALITY = Quality(
    towns=60,
    proposals=300,
    coverage_out=1.0,
    coverage_in=0.998,
    exposure=(0, 3, 0, 12, 45),
    most_lists=4,
    exposure_gini=0.1,
    reciprocity=0.62,
    shared=0.86,
    declaring=50,
    shared_mutual=0.97,
    shared_feasible=1.0,
    needs=80,
    need_cover=0.5,
    laender_per_list=3.4,
    short_of_mutual=1,
    slots={},
    mean_score=0.5,
    lowest_best_score=0.2,
    short=0,
)


def measured(quality: Quality) -> Round:
    round_row: Round = RoundFactory(month="2026-11")
    figures = {
        "quality": asdict(quality),
        "core": asdict(Core(0.96, 1.0, 0.001)),
        "stability": asdict(Stability(0.9, 0.92, None)),
    }
    db.session.add(
        RoundFigures(
            round_id=round_row.id, version=network_figures.VERSION, figures=figures, measured_at=clock.now()
        )
    )
    db.session.commit()
    return round_row


def test_before_the_first_round_the_page_says_when_there_will_be_figures(client: FlaskClient) -> None:
    page = client.get("/netz-in-zahlen")
    assert page.status_code == 200
    assert "Noch gibt es nichts zu messen." in page.text
    assert "/netz-in-zahlen" in client.get("/impressum").text


def test_the_figures_are_told_in_words_and_small_ones_as_below_five(app: Flask, client: FlaskClient) -> None:
    round_row = measured(QUALITY)
    for answer, times in (("contact", 6), ("declined", 2)):
        for _ in range(times):
            suggestion = SuggestionFactory(round=round_row)
            SuggestionAnswerFactory(suggestion_id=suggestion.id, answer=answer)
    text = " ".join(client.get("/netz-in-zahlen").text.split())
    assert "November 2026 mit 60 Städten und 300 Vorschlägen" in text
    for said in ("100 %", "mehr als 99 %", "62 %", "weniger als 1 %", "3,4", "4 Listen", "0,10"):
        assert said in text, said
    cells = '<th scope="row">{}</th><td class="kn-numbers__value">{}</td>'
    for label, value in (
        ("in keiner Liste", "keine"),
        ("in einer Liste", "unter 5"),
        ("in 3 Listen", "12"),
        ("Kontakt gewünscht", "6"),
        ("Passt nicht", "unter 5"),
        ("Später", "unter 5"),
    ):
        assert cells.format(label, value) in text, label
    assert text.count("noch zu wenige Angaben") == 1  # the round's own stability was not measured


def test_figures_of_a_handful_of_towns_are_not_told(app: Flask, client: FlaskClient) -> None:
    measured(replace(QUALITY, declaring=4))
    assert client.get("/netz-in-zahlen").text.count("noch zu wenige Angaben") == 5


def test_a_network_of_four_is_told_to_wait(app: Flask, client: FlaskClient) -> None:
    measured(replace(QUALITY, towns=4))
    page = client.get("/netz-in-zahlen").text
    assert "Das Netz ist noch sehr klein." in page
    assert "<table" not in page


def test_the_page_costs_the_same_whatever_the_network(app: Flask, client: FlaskClient) -> None:
    measured(QUALITY)
    client.get("/netz-in-zahlen")
    with counted_queries() as queries:
        client.get("/netz-in-zahlen")
    assert len(queries) <= 4
