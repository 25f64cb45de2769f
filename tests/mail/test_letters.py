from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jinja2 import UndefinedError

from kleinstadt_net import settings
from kleinstadt_net.mail import letters
from kleinstadt_net.mail.letters import Rendered

CONTEXT = {"posted_on": "22.11.2026", "posted_at": "08:15"}
PLAIN = Rendered("Zwei Städte möchten mit Ihnen sprechen", "Guten Tag\n", "<p>Guten Tag</p>")


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_letter_has_a_subject_a_text_twin_and_html_with_the_same_words(app: Flask) -> None:
    rendered = letters.render("test", CONTEXT, demonstration=False)
    assert rendered.subject == "Probebrief: Der Versand funktioniert"
    for version in (rendered.text, rendered.html):
        assert "am 22.11.2026 um 08:15 Uhr" in version
        assert "Vorführ" not in version


def test_a_demonstrations_letter_says_so_in_subject_and_both_bodies(app: Flask) -> None:
    rendered = letters.render("test", CONTEXT, demonstration=True)
    assert rendered.subject == "[Vorführung] Probebrief: Der Versand funktioniert"
    for version in (rendered.text, rendered.html):
        assert "Vorführdaten: Diese Städte und ihre Angaben sind erfunden." in version


def test_the_css_stands_at_the_elements_and_only_rules_for_paper_stay_apart(app: Flask) -> None:
    html = letters.render("test", CONTEXT, demonstration=False).html
    assert '<h1 style="' in html
    assert "@media print" in html
    assert ".sender {" not in html


def test_a_value_the_template_asks_for_must_be_given(app: Flask) -> None:
    with pytest.raises(UndefinedError):
        letters.render("test", {}, demonstration=False)


def test_html_is_escaped_and_text_is_not(app: Flask) -> None:
    rendered = letters.render("test", {**CONTEXT, "posted_on": "<b>&"}, demonstration=False)
    assert "am <b>& um" in rendered.text
    assert "am &lt;b&gt;&amp; um" in rendered.html


def test_text_is_wrapped_for_reading_but_addresses_of_pages_stay_whole() -> None:
    url = "https://netz.example/antwort/" + "x" * 80
    text = letters.wrapped(
        f"Ein langer Absatz {'mit Wörtern ' * 20}\n\n\n\n- ein Punkt {'lang ' * 20}\n{url}  \n"
    )
    lines = text.splitlines()
    assert url in lines
    assert all(len(line) <= letters.TEXT_WIDTH for line in lines if line != url)
    assert "\n\n\n" not in text
    following = lines[next(n for n, line in enumerate(lines) if line.startswith("- ")) + 1]
    assert following.startswith("  lang")


def test_the_bytes_are_safe_on_every_way(app: Flask) -> None:
    content = letters.build(PLAIN, key="k", kind="test", recipient="anna@rathaus.example").content
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) < 998


def test_both_versions_arrive_as_written(app: Flask) -> None:
    rendered = Rendered("Grüße", "Größe, 5 € und ein = Zeichen\n", "<p>Größe " + "ä" * 2000 + "</p>\n")
    message = parsed(letters.build(rendered, key="k", kind="test", recipient="a@rathaus.example").content)
    assert message.get_content_type() == "multipart/alternative"
    assert body(message, "plain") == rendered.text
    assert body(message, "html") == rendered.html
    assert message["Subject"] == "Grüße"


@time_machine.travel("2026-12-01T06:30:00+00:00", tick=False)
def test_the_headers_say_who_when_and_that_a_machine_wrote(app: Flask) -> None:
    draft = letters.build(
        PLAIN, key="k", kind="digest", recipient="anna@rathaus.example", recipient_name="Anna Beispiel"
    )
    message = parsed(draft.content)
    assert message["From"] == settings.current().mail_default_sender
    assert message["To"] == "Anna Beispiel <anna@rathaus.example>"
    assert message["Date"] == "Tue, 01 Dec 2026 07:30:00 +0100"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["List-Id"] == "<digest.localhost>"
    assert message.get_all("Message-ID") == [draft.message_id]
    assert message["List-Unsubscribe"] is None and message["Reply-To"] is None
    assert draft.sender == "post@kleinstadtnetz.example"


def test_a_long_unsubscribe_address_arrives_letter_by_letter(app: Flask) -> None:
    url = "https://netz.example/abbestellen/" + "x" * 150
    draft = letters.build(PLAIN, key="k", kind="digest", recipient="a@b.example", unsubscribe_url=url)
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in draft.content
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in draft.content


def test_an_unsubscribe_address_with_a_line_break_is_refused(app: Flask) -> None:
    with pytest.raises(ValueError, match="List-Unsubscribe"):
        letters.build(
            PLAIN,
            key="k",
            kind="digest",
            recipient="a@b.example",
            unsubscribe_url="https://x\r\nBcc: y@z.example",
        )


def test_every_letter_has_a_message_id_of_its_own_under_the_public_host(app: Flask) -> None:
    drafts = [letters.build(PLAIN, key="k", kind="test", recipient="a@b.example") for _ in range(2)]
    assert drafts[0].message_id != drafts[1].message_id
    assert all(draft.message_id.endswith("@localhost>") for draft in drafts)


def test_an_international_domain_is_written_as_the_mail_server_knows_it() -> None:
    assert letters.mailable("post@mühlenqualm.example") == "post@xn--mhlenqualm-9db.example"
    # With the older encoding "ß" would have become "ss", which is somebody else's domain.
    assert letters.mailable("post@weißenhof.example") == "post@xn--weienhof-sya.example"


@pytest.mark.parametrize(
    "address",
    ["", "anna", "@b.example", "anna@", "jürgen@b.example", "a@b.example, c@d.example", "a@b.example\r\nBcc: x@y.z",
     "Anna <a@b.example>", "a b@c.example", "a@b@c.example"],
)  # fmt: skip
def test_what_is_no_single_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no e-mail address"):
        letters.mailable(address)


@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text(max_size=120), subject=st.text(max_size=200))
def test_no_name_and_no_subject_can_add_a_header_or_a_recipient(app: Flask, name: str, subject: str) -> None:
    # Surrogates cannot be stored, so they never come out of the database either.
    name, subject = (text.encode("utf-8", "ignore").decode() for text in (name, subject))
    rendered = Rendered(letters.one_line(subject), "Text\n", "<p>Text</p>")
    draft = letters.build(rendered, key="k", kind="test", recipient="anna@b.example", recipient_name=name)
    message = parsed(draft.content)
    assert sorted(set(message.keys())) == sorted(message.keys())
    assert message["Bcc"] is None
    (recipient,) = message["To"].addresses
    assert isinstance(recipient, Address)
    assert recipient.addr_spec == "anna@b.example"
    assert body(message, "plain") == "Text\n"
