"""Two town halls find one another in a network, on a desk and on a small telephone."""

from playwright.sync_api import Page, expect

from kleinstadt_net.models import Account
from tests.browser.navigators import PASSWORD, Navigator
from tests.factories import AccountFactory, MembershipFactory, TownFactory, TownFigureFactory
from tests.support.server import LiveServer


def lead_of(name: str) -> Account:
    town = TownFactory(name=name, taking_part=True)
    TownFigureFactory(town=town)
    person: Account = AccountFactory(email=f"lead@{town.slug}.example", password=PASSWORD)
    MembershipFactory(account=person, town=town)
    return person


def test_one_town_founds_a_network_another_joins_it(
    live_server: LiveServer, page: Page, telephone: Page
) -> None:
    founder, guest = lead_of("Ellernrode"), lead_of("Lauenfurt")
    she, he = Navigator(page), Navigator(telephone)
    she.sign_in(founder.email)
    page.goto("/netzwerke")
    page.get_by_role("link", name="Netzwerk anlegen").click()
    she.finds_the_page_usable()
    page.get_by_label("Name des Netzwerks").fill("Städtenetz Ellernland")
    she.press("Netzwerk anlegen")
    expect(page.get_by_label("Name des Netzwerks")).to_have_value("Städtenetz Ellernland")
    she.finds_the_page_usable()
    page.get_by_label("Städtenetz", exact=True).check()
    page.get_by_label("Worum geht es?").fill("Wir treffen uns **zweimal im Jahr**.")
    she.press("Netzwerk anlegen")
    she.sees_heading("Städtenetz Ellernland")
    she.finds_the_page_usable()

    he.sign_in(guest.email)
    telephone.goto("/netzwerk/staedtenetz-ellernland")
    he.finds_the_page_usable()
    he.press("Unsere Stadt gehört dazu")
    he.sees("Lauenfurt hat angefragt.")
    he.finds_the_page_usable()

    page.reload()
    she.finds_the_page_usable()
    page.get_by_role("button", name="Gehört dazu").click()
    she.sees("Die Stadt gehört jetzt zum Netzwerk.")
    page.get_by_role("link", name="Netzwerk betreuen").click()
    she.finds_the_page_usable()
    telephone.goto("/netzwerke")
    he.sees("2 Städte")
    he.finds_the_page_usable()
