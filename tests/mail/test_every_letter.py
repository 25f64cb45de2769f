"""Every letter as it arrives, judged by others: see ``tests/support/letter_judges.py``.

What any other test writes is judged as well, by a fixture of ``tests/conftest.py``.
"""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from kleinstadt_net.database import db
from kleinstadt_net.mail import outbox
from kleinstadt_net.mail.delivery import deliver_due
from kleinstadt_net.mail.letters import CalendarPart, LetterDraft, Rendered
from kleinstadt_net.models import Account
from kleinstadt_net.services import correspondence, digest_letter, digest_silence
from kleinstadt_net.services.digest_letter import Link
from kleinstadt_net.services.digest_people import Reader
from tests.factories import AccountFactory
from tests.support import issues, letter_judges, mail_css
from tests.support.letter_facts import FACTS, SPOILT, spoilt
from tests.support.smtp import PostOffice

TEMPLATES = Path("templates/letters")
FOLDERS = sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir())
# Written by the Monatsbrief's own services: both are unsubscribed from by their headers.
DIGESTS = ("digest", "digest_silent")
KINDS = sorted("digest" if name in DIGESTS else name for name in FOLDERS)
DATE = CalendarPart("REQUEST", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n")
EVERY_KIND = issues.issues()
VIEW = "v" * 43


def characters(link: Link) -> str:
    return f"{link.purpose}-{link.target_id}".ljust(43, "x")


def digest(kind: str, frequency: str = "monthly", reader: Reader | None = None) -> LetterDraft:
    told = reader or issues.reader(frequency)
    return digest_letter.fitted(told, EVERY_KIND[kind], issues.MONTH, characters, VIEW)[1]


def written(kind: str, frequency: str = "monthly") -> Rendered:
    draft = digest(kind, frequency)
    message = message_from_bytes(draft.content, policy=policy.strict)
    bodies = [message.get_body((part,)) for part in ("plain", "html")]
    text, html = (part.get_content() for part in bodies if part is not None)
    return Rendered(draft.subject, text, html)


@pytest.mark.on_postgresql
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_monatsbrief_passes_every_judge(kind: str, app: Flask) -> None:
    assert letter_judges.faults_of_bytes(digest(kind).content) == []


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_on_paper_every_line_that_can_be_followed_says_where_to(kind: str, app: Flask) -> None:
    html = written(kind).html
    pressed = len(re.findall(r'class="button-cell"|class="link"(?=[^>]*>(?!Später|Passt nicht))', html))
    # Those of the foot can be followed as well, by one address.
    assert len(re.findall(r'<(?:p|span) class="paper-only"', html)) == pressed + 1


def test_a_button_that_is_no_cell_would_be_a_coloured_link_in_outlook() -> None:
    coloured = "background-color: #1a3f8f; border: 2px solid #1a3f8f"
    assert len(mail_css.faults_of_declarations(coloured, "a")) == 2
    assert mail_css.faults_of_declarations(coloured, "td") == []


def test_a_monatsbrief_names_its_rhythm_and_nobodys_need_in_the_subject(app: Flask) -> None:
    assert "einmal im Vierteljahr" in written("alone", "quarterly").text
    subjects = {kind: written(kind).subject for kind in EVERY_KIND}
    assert subjects["request"] == "Oberdallen möchte mit Ihnen sprechen"
    assert subjects["documents"] == "Oberdallen bittet Sie um Unterlagen"
    assert subjects["question"] == "Oberdallen hat eine Rückfrage an Sie"
    assert subjects["replied"] == "Oberdallen hat auf Ihre Rückfrage geantwortet"
    assert subjects["waiting"] == "Fünf Städte warten auf Ihre Antwort"
    assert subjects["helped"] == "Ihr Gespräch hat Hohenwispel geholfen"


def test_a_letter_beyond_the_limit_tells_less_and_says_so_to_whoever_marks_it_as_told(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, draft = digest_letter.fitted(
        issues.reader(), EVERY_KIND["suggestion"], issues.MONTH, characters, VIEW
    )
    assert whole == EVERY_KIND["suggestion"] and len(draft.content) < digest_letter.MAX_BYTES
    monkeypatch.setattr(digest_letter, "MAX_BYTES", len(draft.content) - 1)
    told, shorter = digest_letter.fitted(issues.reader(), whole, issues.MONTH, characters, VIEW)
    assert told.counted is None and told.question == whole.question
    assert len(shorter.content) < len(draft.content) and "notification:1" not in told.keys


def test_every_letter_has_a_subject_and_both_bodies_and_stands_in_these_tests() -> None:
    for name in FOLDERS:
        files = {path.name for path in (TEMPLATES / name).iterdir()}
        assert files >= {"subject.txt", "body.txt", "body.html"}, name
    assert sorted({*FACTS, "digest"}) == FOLDERS


# How letters look and what they travel as is no database's doing.
@pytest.mark.on_postgresql
def test_every_letter_passes_every_judge_as_it_arrives(app: Flask, smtp: PostOffice) -> None:
    account = AccountFactory(salutation="Frau", last_name="Müller-Lüdenscheidt")
    assert arrived(account, lambda facts: facts, smtp) == KINDS


@pytest.mark.on_postgresql
def test_names_with_emoji_line_breaks_and_marks_of_direction_trouble_no_letter(
    app: Flask, smtp: PostOffice
) -> None:
    account = AccountFactory(first_name=f"Ida {SPOILT}", last_name=SPOILT)
    assert arrived(account, spoilt, smtp) == KINDS
    for message in smtp.messages:
        (recipient,) = message["To"].addresses
        assert recipient.addr_spec == account.email
        assert "Bcc" not in message and "👩" in recipient.display_name


def arrived(account: Account, facts_of: Any, smtp: PostOffice) -> list[str]:
    """Write every letter to a person, deliver all to a real server and judge what it took; the kinds of these."""
    for name in FOLDERS:
        if name in DIGESTS:
            outbox.post(digest_draft(name, account))
        else:
            calendar = DATE if name == "appointment_agreed" else None
            correspondence.write(name, account, key="1", context=facts_of(FACTS[name]), calendar=calendar)
    db.session.commit()
    while deliver_due().sent:
        pass
    kinds = [str(message["List-Id"]).strip("<>").split(".")[0] for message in smtp.messages]
    faults = {
        kind: found
        for kind, delivered in zip(kinds, smtp.deliveries, strict=True)
        if (found := letter_judges.faults_of_bytes(delivered.content))
    }
    assert faults == {}
    return sorted(kinds)


def digest_draft(name: str, account: Account) -> LetterDraft:
    reader = replace(issues.reader(), account_id=account.id, email=account.email, last_name=account.last_name)
    return (
        digest("suggestion", reader=reader) if name == "digest" else digest_silence.draft(reader, "2027-01")
    )


def test_the_judges_find_what_is_wrong() -> None:
    html = (
        "<html lang='en'><head><title>x</title><meta charset='utf-8'></head><body><p style='display: flex; top: 1em'>"
        "<h1>A</h1><h1>B</h1></p><table><tr><td>7 <a href='https://netz.example/x'></a></table><img src='x'>"
    )
    found = letter_judges.faults(Rendered("x", "Ein Satz &amp; „zwei“.\n" + "x" * 80, html))
    for fault in ("no language", "character set", "2 headings", "flex", "unit em", "<img>", "layout only",
                  "without words", "address in the HTML", "number in the HTML", "quotation in the text",
                  "a line of 80", "&amp; is left", "html (1,"):  # fmt: skip
        assert any(fault in one for one in found), fault
    assert mail_css.faults_of_sheet("p { color: red } @media tv { p { top: 1px } }")
