"""The first five minutes in a real browser, and one click a year later."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from kleinstadt_net import clock
from kleinstadt_net.models import Account, Town
from tests.browser.conftest import DESKTOP, TELEPHONE
from tests.browser.navigators import PASSWORD, Navigator
from tests.factories import AccountFactory, MembershipFactory, StanceFactory, TownFactory, TownFigureFactory
from tests.support.server import LiveServer

OpenWindow = Callable[..., Page]


@pytest.fixture
def home(live_server: LiveServer) -> Town:
    town: Town = TownFactory(name="Ellernrode", taking_part=True)
    TownFigureFactory(town=town)
    return town


@pytest.fixture
def mayor(home: Town) -> Account:
    person: Account = AccountFactory(email=f"lead@{home.slug}.example", password=PASSWORD)
    MembershipFactory(account=person, town=home)
    return person


@pytest.mark.parametrize(("size", "has_script"), [(TELEPHONE, False), (DESKTOP, True)])
def test_a_mayor_begins_in_five_minutes(
    mayor: Account, open_window: OpenWindow, size: dict[str, int], has_script: bool
) -> None:
    page = open_window(size, java_script_enabled=has_script)
    she = Navigator(page, has_script)
    she.sign_in(mayor.email)
    page.get_by_role("link", name="In fünf Minuten beginnen").first.click()
    she.sees_heading("In fünf Minuten dabei")
    she.finds_the_page_usable()
    she.press("Speichern und weiter")
    she.sees("Bitte prüfen Sie Ihre Angaben.")
    she.finds_the_page_usable()
    page.get_by_label("Beteiligung, die etwas bewirkt").check()
    page.get_by_label("Wozu suchen Sie Rat?").select_option("Innenstadt")
    page.get_by_label("Worum geht es?").fill("Wie füllen andere ihre leeren Läden?")
    she.press("Speichern und weiter")
    she.sees_heading("So geht es weiter")
    she.finds_the_page_usable()


@pytest.mark.parametrize("has_script", [True, False])
def test_what_has_grown_old_is_answered_with_one_click(
    mayor: Account, home: Town, open_window: OpenWindow, has_script: bool
) -> None:
    for subject in ("wohnen", "sport"):
        old = clock.today() - timedelta(days=400)
        StanceFactory(town_id=home.id, subject=subject, state="seeking", confirmed_on=old)
    page = open_window(TELEPHONE, java_script_enabled=has_script)
    she = Navigator(page, has_script)
    she.sign_in(mayor.email)
    she.finds_the_page_usable()
    page.get_by_role("button", name=": Wohnen").filter(has_text="Stimmt noch").click()
    she.sees("Danke, die Angabe gilt weiter.")
    page.goto("/unsere-stadt")
    she.finds_the_page_usable()
    page.get_by_role("button", name=": Bäder, Sport und Freizeit").filter(has_text="Erledigt").click()
    she.sees("Haben Sie jetzt Erfahrung damit?")
    expect(page.get_by_label("Das können wir zeigen")).to_be_checked()
    she.finds_the_page_usable()
