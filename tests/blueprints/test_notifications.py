"""Pages: the list of what one was told, and the choice of letters."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from kleinstadt_net.database import db
from kleinstadt_net.models import Notification
from kleinstadt_net.services import notifications
from kleinstadt_net.services.notification_kinds import DEFAULTS, NEVER
from tests.blueprints.test_accounts import token as form_token
from tests.factories import MembershipFactory, NotificationFactory
from tests.support.cast import Cast
from tests.support.statements import counted_queries

LIST, SETTINGS = "/benachrichtigungen", "/benachrichtigungen/einstellungen"


@pytest.fixture
def mayor(client: FlaskClient, cast: Cast, sign_in: Any) -> FlaskClient:
    sign_in(client, cast.mayor)
    return client


def post(client: FlaskClient, address: str, **data: Any) -> Any:
    return client.post(address, data={**data, "csrf_token": form_token(client, "/konto")})


def told(cast: Cast, **given: Any) -> Notification:
    made: Notification = NotificationFactory(account_id=cast.mayor.id, town_id=cast.town.id, **given)
    return made


def test_the_list_is_paged_counted_in_the_frame_and_costs_the_same_however_long(
    mayor: FlaskClient, cast: Cast
) -> None:
    empty = mayor.get(LIST).text
    assert "Es gibt noch nichts Neues für Sie." in empty and "kn-unread" not in empty
    told(cast, title="Die erste")
    with counted_queries() as few:
        mayor.get(LIST)
    for number in range(26):
        told(cast, title=f"Nummer {number}")
    # What was told for a town she does not act for is not hers any more.
    left = MembershipFactory(account=cast.mayor, state="ended")
    NotificationFactory(account_id=cast.mayor.id, town_id=left.town_id, title="Vorbei")
    with counted_queries() as many:
        page = mayor.get(LIST).text
    assert len(many) == len(few) <= 4
    assert "27 Benachrichtigungen" in page and "27 davon sind neu" in page
    assert page.index("Nummer 25") < page.index("Nummer 24") and "Vorbei" not in page
    assert 'class="kn-unread"' in mayor.get("/konto").text
    assert "Die erste" not in page and "Die erste" in mayor.get(f"{LIST}?seite=2").text
    assert mayor.get(f"{LIST}?seite=3").status_code == 404


def test_opening_a_line_marks_it_and_leads_there_for_its_town(
    mayor: FlaskClient, cast: Cast, sign_in: Any
) -> None:
    second = MembershipFactory(account=cast.mayor, is_home=False).town
    here, there = (
        told(cast),
        NotificationFactory(account_id=cast.mayor.id, town_id=second.id, path="/gespraeche/7"),
    )
    assert mayor.get(LIST).status_code == 200 and db.session.get_one(Notification, here.id).read_at is None
    response = post(mayor, f"{LIST}/{there.id}")
    assert response.status_code == 302 and response.location == "/gespraeche/7"
    assert f'kn-account__town">{second.name}<' in mayor.get("/konto").text
    assert post(mayor, f"{LIST}/{here.id}", nur_gelesen="ja").location == LIST
    assert "keine davon ist neu" in mayor.get(LIST).text
    foreign = NotificationFactory()
    assert post(mayor, f"{LIST}/{foreign.id}").status_code == 404
    assert mayor.post(f"{LIST}/{here.id}").status_code == 400


def test_all_that_was_shown_is_read_at_once_and_what_came_since_stays_new(
    mayor: FlaskClient, cast: Cast
) -> None:
    shown, later = told(cast), told(cast)
    assert post(mayor, f"{LIST}/gelesen", bis=shown.id).status_code == 302
    assert "eine davon ist neu" in mayor.get(LIST).text
    assert [one.is_read for one in notifications.lines(cast.mayor.id, limit=9, offset=0)] == [False, True]
    for wrong in ("", "0", "99999999999", "alle"):
        assert post(mayor, f"{LIST}/gelesen", bis=wrong).status_code == 400
    assert later.read_at is None


def test_each_kind_is_chosen_on_one_page_and_a_wrong_choice_is_said(mayor: FlaskClient, cast: Cast) -> None:
    page = mayor.get(SETTINGS).text
    assert "Wer Ihre Beispiele aufgreift" in page and "Was ein Gespräch gebracht hat" not in page
    assert "Sie beziehen zurzeit keinen Monatsbrief" in page and SETTINGS in mayor.get("/konto").text
    chosen = dict(notifications.preferences(cast.mayor.id))
    assert chosen == {kind: DEFAULTS[kind] for kind in chosen}
    refused = post(mayor, SETTINGS, **{**chosen, "answers": "oft", "dates": NEVER})
    assert refused.status_code == 422 and "eine der angebotenen Möglichkeiten" in refused.text
    assert '<option selected value="never">' in refused.text
    assert notifications.preferences(cast.mayor.id) == chosen
    assert post(mayor, SETTINGS, **{**chosen, "answers": NEVER}).status_code == 302
    assert notifications.preferences(cast.mayor.id) == {**chosen, "answers": NEVER}


def test_nobody_without_a_confirmed_town_has_a_list(client: FlaskClient, cast: Cast, sign_in: Any) -> None:
    assert client.get(LIST).status_code == 302
    for stranger in (cast.unverified, cast.suspended):
        sign_in(client, stranger)
        assert client.get(LIST).status_code == 403
        assert "Benachrichtigungen" not in client.get("/konto").text
