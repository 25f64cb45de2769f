"""From a template to the bytes of a letter: rendered once, built once, stored and sent unchanged.

A letter is a folder under ``templates/letters`` with three files: ``subject.txt``, ``body.txt`` and
``body.html``. In text files one paragraph is one line; it is wrapped here.
"""

import re
import secrets
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit

import css_inline
import idna
from flask import current_app
from jinja2 import Environment, StrictUndefined

from kleinstadt_net import clock, settings

TEXT_WIDTH = 72
MAX_SUBJECT = 150
MAX_NAME = 100
DEMONSTRATION_PREFIX = "[Vorführung] "
CALENDAR_FILE = "termin.ics"
# Letters that go to everybody at once; older auto-responders know no other sign to keep silent.
BULK_KINDS = frozenset({"digest"})
REPLY_KINDS = frozenset({"reply_hint"})

_ENVIRONMENT = "kleinstadt_letters"
_PLAIN_HEADER = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")
# What a mail program draws as a line break or not at all has no place in a subject or a name.
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
# Marks that turn the direction of all that follows would turn our own words, too.
_DIRECTIONS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")

# What cannot be written at the elements the frame keeps in a style element of its own. Nothing is fetched.
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False)


@dataclass(frozen=True)
class Rendered:
    """A letter as its reader sees it: subject in one line, text twin, HTML with its CSS inlined."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class CalendarPart:
    """An iCalendar file of a letter; ``method`` ("REQUEST", "CANCEL") tells mail programs what to do with it."""

    method: str
    content: bytes


@dataclass(frozen=True)
class Enclosure:
    """A PDF that goes with a letter."""

    name: str
    content: bytes


@dataclass(frozen=True)
class LetterDraft:
    """A letter ready for the outbox. ``key`` is unique for ever.

    ``sender`` is the envelope's; ``bounce_token`` stands in it, where reports can be read at all.
    """

    key: str
    account_id: int | None
    kind: str
    period: str | None
    recipient: str
    sender: str
    subject: str
    message_id: str
    content: bytes
    bounce_token: str | None = None


def render(name: str, context: Mapping[str, Any], *, demonstration: bool) -> Rendered:
    """The letter ``name`` with ``context``; a value the template asks for and does not get raises.

    A demonstration's letters say so in the subject and in the frame both bodies share.
    """
    frame = {**_frame(demonstration), **context}
    frame["heading"] = subject = subject_line(name, frame)
    if demonstration:
        subject = DEMONSTRATION_PREFIX + subject
    frame["subject"] = subject = _shortened(subject)
    return Rendered(
        subject=subject,
        text=wrapped(_template(name, "body.txt", frame)),
        html=_inliner.inline(_template(name, "body.html", frame)),
    )


def subject_line(name: str, context: Mapping[str, Any]) -> str:
    """What stands above the letter ``name``, in one line: also what a list says of it."""
    return one_line(_template(name, "subject.txt", context))


def build(
    rendered: Rendered,
    *,
    key: str,
    kind: str,
    recipient: str,
    recipient_name: str = "",
    account_id: int | None = None,
    period: str | None = None,
    unsubscribe_url: str | None = None,
    calendar: CalendarPart | None = None,
    enclosure: Enclosure | None = None,
) -> LetterDraft:
    """The letter as the bytes that will travel, from MAIL_DEFAULT_SENDER to one recipient.

    ``calendar`` travels twice: as a part that mail programs offer to put into the calendar, and as an attached file.
    ``unsubscribe_url`` adds the two headers of RFC 8058: mail programs show a button that posts there.
    Raises ValueError for an address that cannot be written to, or a kind or URL that is no plain ASCII.
    """
    address = mailable(recipient)
    sender_name, sent_from = sender()
    host = urlsplit(settings.current().public_url).hostname or "localhost"
    message_id = f"<{secrets.token_hex(16)}@{host}>"
    # Some mail systems write addresses in small letters only.
    bounce_token = secrets.token_hex(16) if settings.current().mail_bounce_address else None
    message = _multipart(rendered, calendar, enclosure)
    message["From"] = Address(sender_name, addr_spec=sent_from)
    message["To"] = Address(one_line(recipient_name)[:MAX_NAME], addr_spec=address)
    message["Subject"] = rendered.subject
    message["Date"] = format_datetime(clock.local_now())
    return LetterDraft(
        key=key,
        account_id=account_id,
        kind=kind,
        period=period,
        recipient=address,
        sender=return_address(bounce_token) if bounce_token else sent_from,
        subject=rendered.subject,
        message_id=message_id,
        bounce_token=bounce_token,
        content=_plain_headers(kind, message_id, f"<{kind}.{host}>", unsubscribe_url) + message.as_bytes(),
    )


def sender() -> tuple[str, str]:
    """The name and the address all letters come from: MAIL_DEFAULT_SENDER."""
    name, address = parseaddr(settings.current().mail_default_sender)
    return one_line(name), mailable(address)


def return_address(bounce_token: str) -> str:
    """Where reports about one letter come back to, such as bounce+5f3c@…, so that each names its letter."""
    local, _, domain = mailable(settings.current().mail_bounce_address).rpartition("@")
    return f"{local}+{bounce_token}@{domain}"


def one_line(text: str) -> str:
    """``text`` without line breaks, control characters and doubled spaces."""
    return " ".join(_INVISIBLE.sub(" ", text).split())


def wrapped(text: str) -> str:
    """Plain text with lines of at most 72 characters; addresses of pages stay whole.

    A line that begins with spaces or a dash keeps its indentation when it goes on below.
    """
    lines: list[str] = []
    for line in text.expandtabs(4).splitlines():
        margin = re.match(r"\s*(?:[-*] )?", line)
        lines += textwrap.wrap(
            line.rstrip(),
            TEXT_WIDTH,
            subsequent_indent=" " * len(margin.group() if margin else ""),
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def mailable(address: str) -> str:
    """The address as SMTP wants it: ASCII, an international domain in its encoded form.

    Raises ValueError for anything that is not one plain address.
    """
    local, at, domain = address.strip().rpartition("@")
    try:
        encoded = f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
        encoded.encode("ascii")
        # The parser refuses line breaks, spaces, lists and routes; whatever is left is one mailbox.
        plain = Address(addr_spec=encoded).addr_spec == encoded
    except (MessageError, ValueError, IndexError) as error:
        raise ValueError("this is no e-mail address that can be written to") from error
    if not (at and local and domain and plain) or not _PLAIN_HEADER.fullmatch(encoded) or " " in encoded:
        raise ValueError("this is no e-mail address that can be written to")
    return encoded


def _frame(demonstration: bool) -> dict[str, Any]:
    bound = settings.current()
    return {
        "demonstration": demonstration,
        "network_name": bound.network_name,
        "public_url": bound.public_url,
        "operator_name": bound.operator_name,
        "operator_lines": [line.strip() for line in bound.operator_address.split("|") if line.strip()],
        "operator_email": bound.operator_email,
        "unsubscribe_url": None,
    }


def _template(name: str, part: str, context: Mapping[str, Any]) -> str:
    return _DIRECTIONS.sub("", _environment().get_template(f"letters/{name}/{part}").render(context))


def _environment() -> Environment:
    """Flask's templates, but strict and without what pages add: a letter must not depend on who clicks."""
    made: Environment | None = current_app.extensions.get(_ENVIRONMENT)
    if made is None:
        made = current_app.jinja_env.overlay(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        current_app.extensions[_ENVIRONMENT] = made
    return made


def _shortened(subject: str) -> str:
    return textwrap.shorten(subject, MAX_SUBJECT, placeholder=" …") if len(subject) > MAX_SUBJECT else subject


def _multipart(
    rendered: Rendered, calendar: CalendarPart | None, enclosure: Enclosure | None
) -> EmailMessage:
    """Both bodies as quoted-printable: 8bit would need every server on the way to offer 8BITMIME."""
    message = EmailMessage(policy=policy.SMTP)
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    if calendar is not None:
        message.add_alternative(
            calendar.content.decode(),
            subtype="calendar",
            cte="quoted-printable",
            params={"method": calendar.method},
        )
        # Some programs know an invitation only as a file.
        message.add_attachment(
            calendar.content, maintype="application", subtype="ics", filename=CALENDAR_FILE
        )
    if enclosure is not None:
        message.add_attachment(
            enclosure.content, maintype="application", subtype="pdf", filename=enclosure.name
        )
    return message


def _plain_headers(kind: str, message_id: str, list_id: str, unsubscribe_url: str | None) -> bytes:
    """Headers that must arrive letter by letter: the e-mail package would encode a long URL away."""
    headers = {
        "Message-ID": message_id,
        "List-Id": list_id,
        "Auto-Submitted": "auto-replied" if kind in REPLY_KINDS else "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if kind in BULK_KINDS:
        headers["Precedence"] = "bulk"
    if unsubscribe_url is not None:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for name, value in headers.items():
        if not _PLAIN_HEADER.fullmatch(value) or len(value) > 900:
            raise ValueError(f"{name} must be one short line of plain ASCII")
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")
