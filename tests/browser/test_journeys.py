"""Days in three town halls, in a real browser with real passwords and real letters."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from html import unescape

import pytest
from flask import current_app
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Stance, Subscription, SuggestionAnswer, Town
from tests.browser.conftest import DESKTOP, TELEPHONE
from tests.browser.navigators import PASSWORD, Navigator
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    StanceFactory,
    SubscriptionFactory,
    TownFactory,
    TownFigureFactory,
)
from tests.support.server import LiveServer
from tests.support.smtp import PostOffice

OpenWindow = Callable[..., Page]
LINK = re.compile(r"https?://[^\s\"<>]+")


def make_town(name: str, **given: object) -> Town:
    town: Town = TownFactory(name=name, taking_part=True, **given)
    TownFigureFactory(town=town)
    return town


def make_person(town: Town, role: str = "lead", *, reads: bool = False) -> Account:
    person: Account = AccountFactory(email=f"{role}@{town.slug}.example", password=PASSWORD)
    MembershipFactory(account=person, town=town, role=role)
    if reads:
        SubscriptionFactory(account_id=person.id)
    return person


def state(town: Town, subject: str, state: str, sentence: str | None = None) -> None:
    StanceFactory(town_id=town.id, subject=subject, state=state, sentence=sentence)


def operate(*command: str) -> str:
    """A ``flask`` command as the operator types it, on the served application."""
    result = current_app.test_cli_runner().invoke(args=list(command))
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def mayor(live_server: LiveServer) -> Account:
    """Of Ellernrode, which seeks advice on its centre; three towns have something to say about it."""
    home = make_town("Ellernrode", land="06")
    state(home, "innenstadt", "seeking")
    lauenfurt = make_town("Lauenfurt", land="09")
    state(lauenfurt, "innenstadt", "strength", "Drei leere Läden sind wieder belebt.")
    operate("rounds", "run")
    # These join after the month's round, so that it can have proposed Lauenfurt alone.
    state(make_town("Kirchwerlau", land="09"), "innenstadt", "in_progress")
    state(make_town("Steinbracken", land="06"), "innenstadt", "strength")
    return make_person(home)


@pytest.mark.parametrize(
    ("viewport", "has_script"),
    [(DESKTOP, True), (TELEPHONE, True), (TELEPHONE, False)],
    ids=["on a desk", "on a telephone", "without any script"],
)
def test_a_mayor_finds_a_town_that_fits_and_reads_why(
    mayor: Account, open_window: OpenWindow, viewport: dict[str, int], has_script: bool
) -> None:
    page = open_window(viewport, java_script_enabled=has_script)
    she = Navigator(page, has_script)
    she.sign_in(mayor.email)
    she.choose_from_menu("Städte")
    she.finds_the_page_usable()

    she.filter_towns(Land="Bayern", Thema="Innenstadt", Angabe_der_Stadt="Das können wir zeigen")
    for part in ("land=09", "thema=innenstadt", "angabe=strength"):
        expect(page).to_have_url(re.compile(rf"/staedte\?.*\b{part}\b"))
    # The address alone brings the same list back, so it can be kept or sent to a colleague.
    page.goto(page.url)
    expect(page.get_by_role("heading", name="Eine Stadt", exact=True)).to_be_visible()
    she.sees("Sie suchen Rat zur Innenstadt. Lauenfurt nennt das als Stärke")
    she.does_not_see("Steinbracken")
    she.does_not_see("Kirchwerlau")
    she.finds_the_page_usable()

    she.choose_from_menu("Vorschläge")
    card = page.get_by_role("article", name="Lauenfurt")
    expect(card).to_contain_text("Lauenfurt nennt das als Stärke")
    she.open_details("Warum dieser Vorschlag?", within=card)
    expect(card).to_contain_text("So weit stimmen Ellernrode und Lauenfurt in diesen Punkten überein.")
    she.finds_the_page_usable()

    card.get_by_role("link", name="Lauenfurt", exact=True).click()
    she.sees_heading("Lauenfurt")
    she.sees("Drei leere Läden sind wieder belebt.")
    she.finds_the_page_usable()


def test_a_town_is_found_by_keyboard_while_its_name_is_typed_and_with_a_form_where_no_script_runs(
    mayor: Account, open_window: OpenWindow
) -> None:
    page = open_window(TELEPHONE)
    page.goto("/staedte")
    field = page.get_by_role("combobox", name="Suche")
    field.press_sequentially("Laue")
    option = page.get_by_role("option", name="Lauenfurt")
    expect(option).to_be_visible()
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    Navigator(page).finds_the_page_usable()
    field.press("Escape")
    expect(option).to_be_hidden()
    expect(field).to_have_value("Laue")
    field.press("ArrowDown")
    expect(option).to_be_visible()
    field.press("ArrowDown")
    field.press("Enter")
    expect(page.get_by_role("heading", name="Lauenfurt", level=1)).to_be_visible()

    plain = open_window(TELEPHONE, java_script_enabled=False)
    plain.goto("/staedte")
    plain.get_by_label("Suche").fill("leere laden")
    plain.get_by_role("button", name="Suchen").click()
    expect(plain.get_by_text("Gefunden in: Innenstadt")).to_be_visible()


def test_what_a_colleague_says_can_be_read_by_everybody_but_a_need_by_towns_alone(
    live_server: LiveServer, open_window: OpenWindow
) -> None:
    home = make_town("Ellernrode")
    colleague, mayor = Navigator(open_window()), Navigator(open_window())
    colleague.sign_in(make_person(home, "editor").email)
    mayor.sign_in(make_person(home, "lead").email)
    other_mayor, visitor = Navigator(open_window()), Navigator(open_window(TELEPHONE))
    other_mayor.sign_in(make_person(make_town("Lauenfurt")).email)

    colleague.choose_from_menu("Unsere Stadt")
    colleague.finds_the_page_usable()
    colleague.open_stance("Innenstadt")
    colleague.finds_the_page_usable()
    colleague.say("Das können wir zeigen", "Der Wochenmarkt ist zurück.", since="2024-03")
    colleague.sees("Wartet auf Freigabe")
    mayor.open_stance("Mobilität")
    mayor.say("Wir suchen Rat", "Abends fährt kein Bus mehr.")
    mayor.sees("Wir suchen Rat: Abends fährt kein Bus mehr.")
    mayor.page.goto("/unsere-stadt/freigaben")
    mayor.finds_the_page_usable()
    mayor.page.get_by_role("button", name="Freigeben").click()
    colleague.choose_from_menu("Unsere Stadt")
    colleague.sees("Das können wir zeigen, seit März 2024: Der Wochenmarkt ist zurück.")

    colleague.page.get_by_role("link", name="So sehen andere Ihre Stadt").click()
    for reader in (visitor, other_mayor):
        reader.page.goto(colleague.page.url)
        reader.sees_heading("Ellernrode")
        reader.sees("Der Wochenmarkt ist zurück.")
        reader.finds_the_page_usable()
    other_mayor.sees("Abends fährt kein Bus mehr.")
    visitor.does_not_see("Wir suchen Rat")
    visitor.does_not_see("Abends fährt kein Bus mehr.")


def test_of_two_who_change_the_same_statement_the_second_is_told_and_loses_nothing(
    live_server: LiveServer, open_window: OpenWindow
) -> None:
    home = make_town("Ellernrode", needs_release=False)
    state(home, "innenstadt", "in_progress", "Wir fangen gerade an.")
    colleague, mayor = Navigator(open_window()), Navigator(open_window())
    colleague.sign_in(make_person(home, "editor").email)
    mayor.sign_in(make_person(home, "lead").email)
    for person in (colleague, mayor):
        person.open_stance("Innenstadt")

    colleague.say("Das können wir zeigen", "Der Brunnen läuft wieder.")
    colleague.sees("Ihre Angabe ist gespeichert.")
    mayor.say("Daran arbeiten wir", "Der Platz wird umgebaut.", since="2025-06")
    mayor.sees("Jemand aus Ihrem Rathaus hat diese Angabe inzwischen geändert.")
    mayor.sees("Das können wir zeigen: Der Brunnen läuft wieder.")
    mayor.finds_the_page_usable()
    expect(mayor.page.get_by_label("Ein Satz dazu")).to_have_value("Der Platz wird umgebaut.")
    expect(mayor.page.get_by_label("Seit wann?")).to_have_value("2025-06")
    expect(mayor.page.get_by_label("Daran arbeiten wir")).to_be_checked()
    assert db.session.scalars(select(Stance.sentence)).all() == ["Der Brunnen läuft wieder."]

    mayor.press("Speichern")
    mayor.sees("Daran arbeiten wir, seit Juni 2025: Der Platz wird umgebaut.")


def test_a_mayor_reads_her_letter_answers_from_it_and_leaves_with_one_click(
    live_server: LiveServer, open_window: OpenWindow, smtp: PostOffice
) -> None:
    towns = [make_town("Ellernrode"), make_town("Lauenfurt")]
    for town, what in zip(towns, ("seeking", "strength"), strict=True):
        state(town, "innenstadt", what)
    mayor, other_mayor = (make_person(town, reads=True) for town in towns)
    operate("rounds", "run")
    assert operate("digests", "enqueue", "--now").startswith("2 letters written")
    operate("letters", "deliver")
    (letter,), (other_letter,) = smtp.to(mayor.email), smtp.to(other_mayor.email)

    (address,) = {link for link in links_in(letter) if link.endswith("?a=contact")}
    answer_from_the_letter(Navigator(open_window(TELEPHONE)), address)
    other = Navigator(open_window())
    other.sign_in(other_mayor.email)
    other.sees("Ellernrode möchte mit Ihnen sprechen")
    other.finds_the_page_usable()

    reader = Navigator(open_window(TELEPHONE))
    reader.page.goto(unsubscribe_address(letter))
    reader.finds_the_page_usable()
    assert frequencies() == {mayor.id: "monthly", other_mayor.id: "monthly"}
    reader.press("Monatsbrief abbestellen")
    reader.sees_heading("Der Monatsbrief ist abbestellt")
    assert frequencies() == {mayor.id: "off", other_mayor.id: "monthly"}
    mail_program = open_window().context.request
    for _ in range(2):
        said = mail_program.post(unsubscribe_address(other_letter), form={"List-Unsubscribe": "One-Click"})
        assert said.status == 200
    assert frequencies() == {mayor.id: "off", other_mayor.id: "off"}


def test_whoever_reads_the_letter_in_a_browser_can_answer_it_too(
    live_server: LiveServer, open_window: OpenWindow, smtp: PostOffice
) -> None:
    towns = [make_town("Ellernrode"), make_town("Lauenfurt")]
    for town, what in zip(towns, ("seeking", "strength"), strict=True):
        state(town, "innenstadt", what)
    mayor = make_person(towns[0], reads=True)
    operate("rounds", "run")
    operate("digests", "enqueue", "--now")
    operate("letters", "deliver")
    (letter,) = smtp.to(mayor.email)
    (address,) = {link for link in links_in(letter) if "/brief/lesen/" in link}

    page = open_window(TELEPHONE)
    page.goto(address)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Kontakt gewünscht").click()
    reader = Navigator(opened.value)
    reader.press("Kontakt gewünscht")
    reader.sees_heading("Danke für Ihre Antwort")
    assert answers() == 1


def answer_from_the_letter(reader: Navigator, address: str) -> None:
    """A window without any cookie; looking, even twice, gives no answer."""
    for _ in range(2):
        reader.page.goto(address)
        reader.sees_heading("Möchten Sie mit Lauenfurt sprechen?")
    reader.finds_the_page_usable()
    assert answers() == 0
    reader.press("Kontakt gewünscht")
    reader.sees_heading("Danke für Ihre Antwort")
    reader.sees("Lauenfurt erfährt innerhalb von zwei Arbeitstagen, dass Ellernrode gern sprechen möchte")
    reader.finds_the_page_usable()
    assert answers() == 1


def links_in(letter: EmailMessage) -> set[str]:
    """The addresses in a letter, which are the same for those who see its pictures and those who do not."""
    found = []
    for kind in ("plain", "html"):
        body = letter.get_body((kind,))
        assert body is not None
        found.append(set(LINK.findall(unescape(body.get_content()))))
    in_text, in_html = found
    assert in_text == in_html
    return in_text


def unsubscribe_address(letter: EmailMessage) -> str:
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return str(letter["List-Unsubscribe"]).strip("<>")


def answers() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(SuggestionAnswer)) or 0


def frequencies() -> dict[int, str]:
    db.session.rollback()
    return {row.account_id: row.frequency for row in db.session.scalars(select(Subscription))}
