"""From the letter's link to something that stays, at two windows: a mayor's telephone and another's desk."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from html import unescape

import vobject
from flask import current_app
from playwright.sync_api import Page, expect
from sqlalchemy import select

from kleinstadt_net import clock, territory
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Appointment, Exchange
from kleinstadt_net.services import answer_letters
from tests.browser.conftest import TELEPHONE
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

LINK = re.compile(r"https?://[^\s\"<>]+")


def make_mayor(town_name: str, said: str) -> Account:
    town = TownFactory(name=town_name, taking_part=True)
    TownFigureFactory(town=town)
    StanceFactory(town_id=town.id, subject="innenstadt", state=said)
    person: Account = AccountFactory(email=f"rathaus@{town.slug}.example", password=PASSWORD)
    MembershipFactory(account=person, town=town, role="lead")
    SubscriptionFactory(account_id=person.id)
    return person


def operate(*command: str) -> None:
    result = current_app.test_cli_runner().invoke(args=list(command))
    assert result.exit_code == 0, result.output


def link_of(smtp: PostOffice, person: Account, ending: str) -> str:
    """The one address in a letter to this person that ends so."""
    bodies = [letter.get_body(("plain",)) for letter in smtp.to(person.email)]
    texts = [unescape(body.get_content()) for body in bodies if body is not None]
    found: str
    (found,) = {link for text in texts for link in LINK.findall(text) if re.search(ending, link)}
    return found


def begins(smtp: PostOffice, person: Account) -> datetime:
    """When the last invitation in this mailbox begins, read by a library that knows nothing of ours."""
    parts = [part for letter in smtp.to(person.email) for part in letter.walk()]
    files = [part.get_content() for part in parts if part.get_content_type() == "text/calendar"]
    starts: datetime = vobject.readOne(str(files[-1])).vevent.dtstart.value
    return starts


def test_two_mayors_come_from_a_letter_to_a_talk_and_from_the_talk_to_an_example_that_is_repeated(
    live_server: LiveServer, open_window: Callable[..., Page], smtp: PostOffice
) -> None:
    mayor, other = make_mayor("Ellernrode", "seeking"), make_mayor("Lauenfurt", "strength")
    operate("rounds", "run")
    operate("digests", "enqueue", "--now")
    operate("letters", "deliver")
    for person in (mayor, other):
        reader = Navigator(open_window(TELEPHONE))
        reader.page.goto(link_of(smtp, person, r"\?a=contact$"))
        reader.press("Kontakt gewünscht")
        reader.sees_heading("Danke für Ihre Antwort")
        reader.finds_the_page_usable()

    she, he = Navigator(open_window(TELEPHONE)), Navigator(open_window())
    for reader, person in ((she, mayor), (he, other)):
        reader.sign_in(person.email)
        reader.choose_from_menu("Gespräche")
        reader.sees("Im Gespräch")
        reader.page.locator("main .kn-rows a").first.click()
        reader.finds_the_page_usable()
    propose_times(she)
    pick_the_second(he)
    operate("letters", "deliver")
    assert begins(smtp, mayor) == begins(smtp, other)
    assert f"{begins(smtp, mayor):%H:%M}" == "09:00"

    two_weeks_pass()
    operate("letters", "deliver")
    she.page.goto(link_of(smtp, mayor, r"/gespraech/[\w-]+$"))
    she.finds_the_page_usable()
    she.press("Ja, es hat geholfen")
    he.page.reload()
    he.sees("Das Gespräch hat geholfen.")

    write_the_example(she)
    he.choose_from_menu("Beispiele")
    he.page.get_by_role("link", name="Läden auf Zeit vermieten").click()
    he.page.get_by_role("link", name="Das setzen wir bei uns um").click()
    he.page.get_by_label("Wir sind dabei.").check()
    he.page.get_by_label("Was machen Sie anders?").fill("Wir nehmen eine kleine Miete.")
    he.finds_the_page_usable()
    he.press("Speichern")
    he.sees("Eine Stadt setzt das auch um")
    he.finds_the_page_usable()
    she.page.goto("/benachrichtigungen")
    she.sees("Lauenfurt setzt Ihr Beispiel um")
    she.finds_the_page_usable()


def propose_times(she: Navigator) -> None:
    she.page.get_by_role("link", name="Zeiten vorschlagen").click()
    day = (clock.today() + timedelta(days=9)).isoformat()
    for number, hour in ((1, "14"), (2, "09")):
        she.page.get_by_label(f"{number}. Zeit: Tag").fill(day)
        she.page.get_by_label(f"{number}. Zeit: von").fill(f"{hour}:00")
        she.page.get_by_label(f"{number}. Zeit: bis").fill(f"{hour}:45")
    she.finds_the_page_usable()
    she.press("Vorschlag senden")
    she.sees("hat noch keine Zeit ausgewählt")
    she.finds_the_page_usable()


def pick_the_second(he: Navigator) -> None:
    """By keyboard: the times are buttons."""
    he.page.reload()
    slot = he.page.get_by_role("button", name=re.compile("9:00"))
    slot.focus()
    he.page.keyboard.press("Enter")
    he.sees("Vereinbart:")
    he.finds_the_page_usable()


def two_weeks_pass() -> None:
    """Nobody waits so long: the date and what came before it move into the past."""
    talk, date = db.session.scalars(select(Exchange)).one(), db.session.scalars(select(Appointment)).one()
    for row, names in (
        (date, ("starts_at", "ends_at", "agreed_at")),
        (talk, ("requested_at", "accepted_at")),
    ):
        for name in names:
            setattr(row, name, getattr(row, name) - timedelta(days=9 + 20))
    db.session.commit()
    at_ten = datetime.combine(clock.today(), time(10), tzinfo=territory.TIME_ZONE)
    # Letters of a person come on working days.
    week = (at_ten + timedelta(days=days) for days in range(1, 8))
    assert any(answer_letters.write_due(morning).outcomes == 2 for morning in week)


def write_the_example(she: Navigator) -> None:
    she.page.goto("/gespraeche")
    she.page.locator("main .kn-rows a").first.click()
    she.press("Beispiel daraus machen")
    expect(she.page.get_by_label("Titel")).not_to_have_value("")
    she.page.get_by_label("Titel").fill("Läden auf Zeit vermieten")
    she.page.get_by_label("Welches Problem hatten Sie?").fill("Sechs Läden standen leer.")
    she.page.get_by_label("Was haben Sie getan?").fill("Eigentümer angerufen.\nVertrag geschlossen.")
    she.page.get_by_label("Innenstadt", exact=True).check()
    she.page.get_by_label("Welches Amt gibt Auskunft?").fill("Wirtschaftsförderung")
    she.finds_the_page_usable()
    she.press("In die Sammlung stellen")
    she.sees("Das Beispiel steht jetzt in der Sammlung.")
