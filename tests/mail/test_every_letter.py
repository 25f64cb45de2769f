"""Every letter, judged by others: see ``tests/support/letter_judges.py``. The Monatsbrief in all its forms here.

What any other test renders is judged as well, by a fixture of ``tests/conftest.py``.
"""

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask

from kleinstadt_net.mail.letters import Rendered
from kleinstadt_net.services import digest_letter
from kleinstadt_net.services.digest_letter import Link
from tests.support import issues, letter_judges, mail_css

TEMPLATES = Path("templates/letters")
EVERY_KIND = issues.issues()
VIEW = "v" * 43


def characters(link: Link) -> str:
    return f"{link.purpose}-{link.target_id}".ljust(43, "x")


def written(kind: str, frequency: str = "monthly") -> Rendered:
    _, draft = digest_letter.fitted(
        issues.reader(frequency), EVERY_KIND[kind], issues.MONTH, characters, VIEW
    )
    message = message_from_bytes(draft.content, policy=policy.strict)
    bodies = [message.get_body((part,)) for part in ("plain", "html")]
    text, html = (part.get_content() for part in bodies if part is not None)
    return Rendered(draft.subject, text, html)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_monatsbrief_passes_every_judge(kind: str, app: Flask) -> None:
    assert letter_judges.faults(written(kind)) == []


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


def test_every_letter_has_a_subject_and_both_bodies() -> None:
    for folder in sorted(path for path in TEMPLATES.iterdir() if path.is_dir()):
        assert {path.name for path in folder.iterdir()} >= {"subject.txt", "body.txt", "body.html"}, folder


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
