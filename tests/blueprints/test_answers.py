"""What a mayor sees and does around an answer: why not, who else, what came of it."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.models import Letter, Subscription, Suggestion, SuggestionAnswer
from kleinstadt_net.services import answer_giving, answer_letters, digest_letter, links, urls
from kleinstadt_net.vocabulary import DECLINE_REASONS
from tests.factories import ExchangeFactory, RoundFactory, SubscriptionFactory, SuggestionFactory
from tests.support.cast import Cast

PAGE = "/vorschlaege"
# A Wednesday, in office hours.
NOW = datetime(2026, 11, 11, 10, 0, tzinfo=territory.TIME_ZONE)


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def pair(cast: Cast) -> tuple[Suggestion, Suggestion]:
    month = RoundFactory()
    ours = SuggestionFactory(round=month, town=cast.town, peer=cast.other_town)
    return ours, SuggestionFactory(round=month, town=cast.other_town, peer=cast.town)


def text(client: FlaskClient, address: str = PAGE, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return re.sub(r"\s+", " ", response.get_data(as_text=True))


def post(client: FlaskClient, address: str, page: str = PAGE, **data: str) -> Any:
    token = text(client, page).split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    response = client.post(address, data={**data, "csrf_token": token})
    return client.get(response.location) if response.status_code == 302 else response


def test_declining_takes_one_click_and_the_reason_one_more(
    client: FlaskClient, cast: Cast, sign_in: Any, pair: tuple[Suggestion, Suggestion]
) -> None:
    sign_in(client, cast.mayor)
    ours, _ = pair
    page = post(client, f"{PAGE}/{ours.id}/antwort", antwort="declined", zurueck="uebersicht").text
    assert "Ihre Antwort: Passt nicht" in page and "Mögen Sie sagen, warum?" in page
    assert all(f">{title}<" in page for title in DECLINE_REASONS.values())
    assert f"Beantwortet von Renate {cast.mayor.last_name} am 11.11.2026" in page
    refused = post(client, f"{PAGE}/{ours.id}/grund", grund="regen")
    assert "Diesen Grund kennen wir nicht." in refused.text
    page = post(client, f"{PAGE}/{ours.id}/grund", grund="too_far").text
    assert "(Zu weit weg)" in page and "Mögen Sie sagen, warum?" not in page
    assert "schon ein Grund genannt" in post(client, f"{PAGE}/{ours.id}/grund", grund="another").text
    assert db.session.scalars(select(SuggestionAnswer.reason)).one() == "too_far"


@pytest.mark.parametrize("choice", ["later", "declined", "known"])
def test_every_page_of_the_other_town_stays_the_same_when_the_answer_is_not_a_yes(
    client: FlaskClient, cast: Cast, sign_in: Any, pair: tuple[Suggestion, Suggestion], choice: str
) -> None:
    ours, theirs = pair
    answer_giving.give(theirs.id, cast.other_town.id, cast.stranger.id, "contact", "page")
    sign_in(client, cast.stranger)
    addresses = (PAGE, "/uebersicht", "/monatsbrief", "/merkliste", f"{PAGE}/bekannte", "/unsere-stadt")
    addresses += ("/staedte", urls.town_path(cast.town.slug, cast.town.ags), "/konto/daten")
    token = re.compile(r'name="csrf_token"[^>]*>|nonce-[\w-]+')

    def pages() -> list[str]:
        return [token.sub("", client.get(address).text) for address in addresses]

    before = pages()
    assert "Ihre Antwort: Kontakt gewünscht" in before[0]
    answer_giving.give(ours.id, cast.town.id, cast.mayor.id, choice, "page")
    if choice == "declined":
        answer_giving.give_reason(ours.id, cast.town.id, cast.mayor.id, "no_need")
    assert pages() == before
    assert db.session.scalars(select(Letter)).all() == []


def test_a_suggestion_is_handed_to_a_colleague_of_the_same_town_only(
    client: FlaskClient, cast: Cast, sign_in: Any, pair: tuple[Suggestion, Suggestion]
) -> None:
    sign_in(client, cast.mayor)
    ours, theirs = pair
    address = f"{PAGE}/{ours.id}/weitergeben"
    assert address in text(client)
    assert "Wer soll sich Lauenfurt ansehen?" in text(client, address)
    assert cast.stranger.last_name not in text(client, address)
    assert "Bitte wählen Sie, wer den Vorschlag bekommen soll." in post(client, address, address).text
    foreign = post(client, address, address, person=str(cast.stranger.id))
    assert foreign.status_code == 422
    assert db.session.scalars(select(Letter)).all() == []
    done = post(client, address, address, person=str(cast.colleague.id))
    assert "bekommt einen Brief mit diesem Vorschlag" in done.text
    assert db.session.scalars(select(Letter)).one().account_id == cast.colleague.id
    assert client.get(f"{PAGE}/{theirs.id}/weitergeben").status_code == 404
    answer_giving.give(ours.id, cast.town.id, cast.colleague.id, "known", "page")
    assert client.get(address).location.startswith(PAGE)
    assert "schon beantwortet" in text(client)


def test_known_towns_are_listed_and_a_lead_lets_them_be_proposed_again(
    client: FlaskClient, cast: Cast, sign_in: Any, pair: tuple[Suggestion, Suggestion]
) -> None:
    ours, _ = pair
    address = f"{PAGE}/bekannte"
    undo = f"{address}/{cast.other_town.ags}/wieder"
    sign_in(client, cast.colleague)
    assert "Hier steht noch keine Stadt." in text(client, address)
    answer_giving.give(ours.id, cast.town.id, cast.mayor.id, "known", "page")
    page = text(client, address)
    assert "Lauenfurt" in page and "Wieder vorschlagen" not in page
    assert post(client, undo, address).status_code == 403
    sign_in(client, cast.mayor)
    assert "Wieder vorschlagen" in text(client, address)
    assert "Lauenfurt kann Ihnen wieder vorgeschlagen werden." in post(client, undo, address).text
    assert post(client, undo, address).status_code == 404


def test_the_reason_can_be_given_from_the_letter_without_signing_in(
    client: FlaskClient, cast: Cast, pair: tuple[Suggestion, Suggestion]
) -> None:
    token = links.create(digest_letter.ANSWER_PURPOSE, cast.mayor.id, days=9, target_id=pair[0].id)
    db.session.commit()
    address = f"/antwort/{token}"
    page = post(client, address, address, answer="declined").text
    csrf = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    assert "Mögen Sie sagen, warum?" in page and "Zu weit weg" in page
    given = client.post(f"{address}/grund", data={"reason": "no_time", "csrf_token": csrf})
    assert "Danke für die Begründung" in given.text
    client.post(f"{address}/grund", data={"reason": "another", "csrf_token": csrf})
    assert db.session.scalars(select(SuggestionAnswer.reason)).one() == "no_time"
    with time_machine.travel(NOW.replace(hour=12), tick=False):
        late = client.post(f"{address}/grund", data={"reason": "another", "csrf_token": csrf})
    assert late.status_code == 404


def test_each_person_chooses_how_she_hears_of_a_wish(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    SubscriptionFactory(account_id=cast.mayor.id)
    sign_in(client, cast.mayor)
    page = text(client, "/monatsbrief")
    assert "wenn eine Stadt mit Ihnen sprechen möchte" in page and "Im nächsten Monatsbrief" in page
    post(client, "/monatsbrief", "/monatsbrief", frequency="monthly", wishes="digest")
    assert db.session.scalars(select(Subscription.wishes)).one() == "digest"
    assert re.search(r'checked[^>]*value="digest"', text(client, "/monatsbrief"))
    refused = post(client, "/monatsbrief", "/monatsbrief", frequency="monthly", wishes="taube")
    assert refused.status_code == 422


def test_the_links_of_these_letters_lead_somewhere(client: FlaskClient) -> None:
    match = client.application.url_map.bind("localhost").match
    assert match(answer_letters.SUGGESTIONS_PATH)[0] == "suggestions.index"


def test_whoever_wishes_second_reads_before_and_after_that_contacts_go_out_at_once(
    client: FlaskClient, cast: Cast, sign_in: Any, pair: tuple[Suggestion, Suggestion]
) -> None:
    ours, theirs = pair
    sign_in(client, cast.mayor)
    assert "sind Sie im Gespräch: Beide Städte bekommen gleich einen Brief" not in text(client)
    answer_giving.give(theirs.id, cast.other_town.id, cast.stranger.id, "contact", "page")
    page = text(client)
    assert "sind Sie im Gespräch: Beide Städte bekommen gleich einen Brief mit Namen, Amt und E-Mail" in page
    done = post(client, f"{PAGE}/{ours.id}/antwort", antwort="contact", zurueck="uebersicht").text
    assert "Sie beide möchten sprechen. Beide Städte bekommen gleich einen Brief" in done


def test_the_link_of_a_letter_says_so_too(
    client: FlaskClient, cast: Cast, pair: tuple[Suggestion, Suggestion]
) -> None:
    ours, theirs = pair
    answer_giving.give(theirs.id, cast.other_town.id, cast.stranger.id, "contact", "page")
    token = links.create(digest_letter.ANSWER_PURPOSE, cast.mayor.id, days=9, target_id=ours.id)
    db.session.commit()
    address = f"/antwort/{token}"
    page = text(client, address)
    # The link may be forwarded: what the other town wishes is not told before the town has answered.
    assert "Wünschen beide Städte Kontakt, schicken wir" in page and "möchten miteinander" not in page
    done = post(client, address, address, answer="contact")
    assert "Ellernrode und Lauenfurt möchten miteinander sprechen. Beide Städte bekommen" in done.text
    assert "innerhalb von zwei Arbeitstagen" not in done.text


def test_the_card_of_a_town_one_is_in_touch_with_leads_to_the_talk_and_asks_nothing(
    client: FlaskClient, cast: Cast, sign_in: Any, pair: tuple[Suggestion, Suggestion]
) -> None:
    talk = ExchangeFactory(town=cast.other_town, peer=cast.town)
    sign_in(client, cast.mayor)
    page = text(client)
    assert f'sind Sie schon in Kontakt: <a href="/gespraeche/{talk.id}">' in page
    assert 'name="antwort"' not in page
    assert "Lauenfurt bittet Sie um ein Gespräch" in text(client, "/uebersicht")
