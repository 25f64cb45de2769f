"""A peer review on its pages: invited, answered, written, and shown to others as far as the host says."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import PeerReview, Practice
from kleinstadt_net.services import report_decisions, reported_objects
from kleinstadt_net.services.report_decisions import REMOVED, Decision
from tests.factories import ExchangeFactory, MembershipFactory, PeerReviewFactory, ReportFactory, TownFactory
from tests.support.cast import Cast

LIST = "/kollegiale-beratung"
QUESTION = "Wie bekommen wir die Eigentümer an einen Tisch?"


def send(client: FlaskClient, address: str, seen: str = "", **data: Any) -> Any:
    page = client.get(seen or address).text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    return client.post(address, data={"csrf_token": token, **data})


def test_from_the_question_to_what_others_read(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    third = MembershipFactory(town=TownFactory(taking_part=True)).town
    for town in (cast.other_town, third):
        ExchangeFactory(town=cast.town, peer=town, state="talking")
    sign_in(client, cast.mayor)
    assert "Ihre Stadt hat noch keine Beratung." in client.get(LIST).text
    assert client.get(f"{LIST}/neu?thema=quatsch").status_code == 404
    new = f"{LIST}/neu?thema=innenstadt"
    few = send(client, new, frage=QUESTION, staedte=[third.ags])
    assert few.status_code == 422 and "mindestens zwei Städte" in few.text and QUESTION in few.text
    made = send(client, new, frage=QUESTION, staedte=[third.ags, cast.other_town.ags]).location
    assert "hat noch nicht geantwortet" in client.get(made).text
    sign_in(client, cast.stranger)
    page = client.get(made).text
    assert QUESTION in page and "Kommt Lauenfurt?" in page and "Mitschrift" not in page
    assert client.get(f"{made}/bearbeiten").status_code == 404
    assert send(client, f"{made}/antwort", made, antwort="vielleicht").status_code == 422
    assert send(client, f"{made}/antwort", made, antwort="ja").location == made
    edit = f"{made}/bearbeiten"
    form = client.get(edit).text
    assert "Mitschrift" in form and 'name="tag"' not in form
    send(client, edit, mitschrift="Alle waren da.", ergebnis="**Wir rufen an.**", version="1")
    assert "<strong>Wir rufen an.</strong>" in client.get(made).text
    sign_in(client, cast.mayor)
    assert "Rundgang" in client.get(edit).text, "an agenda to begin with"
    late = send(client, edit, tag="2031-05-06", ergebnis="Meines", version="1")
    assert late.status_code == 409 and "Wir rufen an." in late.text and "Meines" in late.text
    wrong = send(client, edit, tag="31. Februar", version="2")
    assert wrong.status_code == 422 and "aus dem Kalender" in wrong.text
    past = send(client, edit, tag="2019-05-06", ergebnis="Meines", version="2")
    assert past.status_code == 422 and "liegt vor Ihrer Einladung" in past.text and "Meines" in past.text
    send(client, f"{made}/veroeffentlichen", text="Anrufen hilft.")
    begun = send(client, f"{made}/beispiel", made)
    assert begun.location == f"/unsere-stadt/beispiele/{db.session.scalars(select(Practice.id)).one()}"
    send(client, f"{made}/abschliessen", made)
    assert db.session.scalars(select(PeerReview.state)).one() == "closed"
    sign_in(client, cast.stranger)
    listed = client.get(LIST).text
    assert "Anrufen hilft." in listed and "abgeschlossen" in listed


def test_another_town_is_invited_in_the_place_of_one_that_declined(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    towns = [TownFactory(taking_part=True) for _ in range(3)]
    for town in towns:
        ExchangeFactory(town=cast.town, peer=town, state="talking")
    sign_in(client, cast.mayor)
    keys = [town.ags for town in towns[:2]]
    made = send(client, f"{LIST}/neu?thema=innenstadt", frage=QUESTION, staedte=keys).location
    more = f"{made}/einladen"
    assert towns[2].name in client.get(more).text
    assert send(client, more).status_code == 422
    assert send(client, more, stadt=towns[2].ags).location == made
    assert "Noch eine Stadt einladen" not in client.get(made).text
    # Whoever has said no, twice by a second click, is not met by a page that does not exist.
    guest = MembershipFactory(town=towns[0]).account
    sign_in(client, guest)
    token = client.get(made).text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    for _ in range(2):
        said = client.post(f"{made}/antwort", data={"csrf_token": token, "antwort": "nein"})
        assert said.location == LIST
    assert client.get(made).location == LIST and "abgesagt. Sie müssen" in client.get(LIST).text
    sign_in(client, cast.stranger)
    assert client.get(more).status_code == 404


def test_a_text_taken_out_after_a_report_is_published_only_changed(
    client: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    row = PeerReviewFactory(
        host_id=cast.town.id, state="closed", result="Es war gut.", public_text="Es war gut.",
        published_at=clock.now(),
    )  # fmt: skip
    report = ReportFactory(target_kind="peer_review", target_id=row.id, town_id=cast.town.id)
    found = reported_objects.of_report(report)
    assert found is not None
    decision = Decision(REMOVED, "Der Text nennt eine Person mit Namen.", stamp=found.stamp)
    assert report_decisions.decide(report.id, cast.operator.id, decision)
    sign_in(client, cast.mayor)
    address = f"{LIST}/{row.id}/veroeffentlichen"
    assert "Es war gut." in client.get(address).text, "the result, which stays, is offered"
    refused = send(client, address, text="Es war gut.")
    assert refused.status_code == 422 and "haben wir nach einer Meldung entfernt" in refused.text
    assert send(client, address, text="Es hat uns geholfen.").status_code == 302
