"""What the people of the journeys do at their windows, in the words that stand on the pages."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.support.accessibility import assert_accessible, assert_fits

PASSWORD = "Markttag am Donnerstag"


@dataclass(frozen=True)
class Navigator:
    """One person at her window; every step ends by seeing the page it should have led to."""

    page: Page
    has_script: bool = True

    def sign_in(self, email: str, heading: str = "Guten Tag") -> None:
        self.page.goto("/anmelden")
        self.page.get_by_label("E-Mail-Adresse").fill(email)
        self.page.get_by_label("Passwort").fill(PASSWORD)
        self.press("Anmelden")
        self.sees_heading(heading)

    def choose_from_menu(self, entry: str) -> None:
        """By the navigation at the top, which is folded away on a telephone."""
        menu = self.page.locator(".kn-menu > summary")
        if menu.is_visible():
            menu.click()
        navigation = self.page.get_by_role("navigation", name="Hauptnavigation")
        navigation.get_by_role("link", name=entry, exact=True).click()
        self.sees_heading(entry)

    def filter_towns(self, **chosen: str) -> None:
        """``filter_towns(Land="Bayern")``: by the labels of the fields, which on a desk stand open.

        Beside every value stands how many towns it would leave.
        """
        if not self.page.get_by_label("Land", exact=True).is_visible():
            self.open_details("Filter")
        for label, option in chosen.items():
            field = self.page.get_by_label(label.replace("_", " "), exact=True)
            counted = field.locator("option").filter(
                has_text=re.compile(rf"^{re.escape(option)} \([\d.]+\)$")
            )
            field.select_option(value=counted.get_attribute("value"))
        self.press("Anwenden")

    def open_details(self, summary: str, within: Locator | None = None) -> None:
        details = (within or self.page.locator("main")).locator("details").filter(has_text=summary)
        details.locator("summary").click()
        expect(details).to_have_attribute("open", "")

    def open_stance(self, title: str) -> None:
        """From the sheet of the own town to the form of one subject."""
        self.page.goto("/unsere-stadt")
        self.page.get_by_role("link", name=f": {title}", exact=False).click()
        self.sees_heading(title)

    def say(self, state: str, sentence: str, since: str = "") -> None:
        """Fill in the form of one subject and save it; ``since`` is a month such as 2024-03."""
        self.page.get_by_label(state, exact=True).check()
        self.page.get_by_label("Ein Satz dazu").fill(sentence)
        self.page.get_by_label("Seit wann?").fill(since)
        # What an editor writes may wait for a lead, and the button says so.
        self.page.locator("main form button[type=submit]").first.click()

    def press(self, button: str) -> None:
        self.page.locator("main").get_by_role("button", name=button, exact=True).click()

    def sees_heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(text)

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def does_not_see(self, text: str) -> None:
        expect(self.page.locator("main")).not_to_contain_text(text)

    def finds_the_page_usable(self) -> None:
        """For everybody, as far as a machine can see it, and without scrolling sideways."""
        # axe is a script itself; what it would look at is the same page.
        if self.has_script:
            assert_accessible(self.page)
        assert_fits(self.page)
