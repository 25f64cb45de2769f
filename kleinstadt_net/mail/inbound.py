"""What a message that came back says: a report about a letter, an automatic answer, or words of a person. Pure.

Only what names one of our letters counts, by the random characters in the return address or in the Message-ID: nobody
else knows them, so nobody can have an address blocked by writing a report himself.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import getaddresses
from typing import Literal, cast

# "delayed": the other server is still trying; "other": a report that nothing follows from.
Kind = Literal["hard", "soft", "complaint", "delayed", "automatic", "loop", "human", "other"]

_TOKEN = re.compile(r"\+([0-9a-f]{32})@")
# Ours hold nothing else, and what is no character of a text the database would refuse.
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
_ENCLOSED_ID = re.compile(rf"(?im)^message-id:\s*({_MESSAGE_ID.pattern})")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
_AWAY = re.compile(
    r"^\s*(automatische antwort|abwesen|out of (the )?office|automatic reply|autoreply|auto:)", re.IGNORECASE
)
_MACHINES = re.compile(r"^(mailer-daemon|postmaster|no-?reply|bounces?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Incoming:
    """A message and what names the letter it is about: ``token``, or one of ``message_ids``.

    ``key`` is the same however often the message is read. ``status`` is the enhanced code of a report.
    """

    kind: Kind
    key: str
    token: str | None
    message_ids: tuple[str, ...]
    status: str = ""
    sender: str = ""


def read(raw: bytes, own_host: str) -> Incoming:
    """What the message says. Raises what the e-mail package does where it gives up: a thousand parts in one another."""
    message = cast(EmailMessage, message_from_bytes(raw, policy=policy.compat32))
    kind, status = _judged(message, own_host)
    own_id = _header(message, "Message-ID")
    return Incoming(
        kind=kind,
        key=hashlib.sha256(own_id.encode() if own_id else raw).hexdigest(),
        token=_token(message),
        message_ids=tuple(_named_ids(message)),
        status=status,
        sender=_address(message, "From"),
    )


def blames_address(status: str) -> bool:
    """Whether a report says that there is no such address, for good; 5.1.7 and 5.1.8 speak of the sender's."""
    return status.startswith("5.1.") and status not in ("5.1.7", "5.1.8")


def _judged(message: Message, own_host: str) -> tuple[Kind, str]:
    report = str(message.get_param("report-type") or "").lower()
    if message.get_content_type() == "multipart/report" and report == "feedback-report":
        return "complaint", ""
    if message.get_content_type() == "multipart/report" and report == "delivery-status":
        return _delivery(message)
    if _is_ours(message, own_host):
        return "loop", ""
    return ("automatic", "") if _is_automatic(message) else ("human", "")


def _delivery(message: Message) -> tuple[Kind, str]:
    """The worst a delivery report (RFC 3464) says of any recipient; ours are written to one each."""
    said: list[tuple[str, str]] = [
        (_header(block, "Action").lower(), _status(block)) for block in _recipient_blocks(message)
    ]
    for action, status in said:
        if action == "failed":
            return ("soft" if status.startswith("4.") else "hard"), status
    return ("delayed", "") if any(action == "delayed" for action, _ in said) else ("other", "")


def _recipient_blocks(message: Message) -> Iterator[Message]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            yield from (block for block in cast(list[Message], part.get_payload()) if "Action" in block)


def _status(block: Message) -> str:
    found = _STATUS.search(_header(block, "Status"))
    return found.group(1) if found else "5.0.0"


def _is_ours(message: Message, own_host: str) -> bool:
    """One of our own letters, sent back by a forwarding that goes in a circle."""
    return _header(message, "List-Id").endswith(f".{own_host}>") or _header(message, "Message-ID").endswith(
        f"@{own_host}>"
    )


def _is_automatic(message: Message) -> bool:
    return (
        _header(message, "Auto-Submitted").lower() not in ("", "no")
        or _header(message, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply")
        or any(name in message for name in ("X-Autoreply", "X-Autorespond", "List-Id", "X-Loop"))
        or _header(message, "Return-Path") == "<>"
        or _AWAY.match(_header(message, "Subject")) is not None
        or _MACHINES.match(_address(message, "From")) is not None
        or not _address(message, "From")
    )


def _token(message: Message) -> str | None:
    for name in _ADDRESSED:
        for value in message.get_all(name, []):
            if found := _TOKEN.search(str(value).lower()):
                return found.group(1)
    return None


def _named_ids(message: Message) -> Iterator[str]:
    """Message-IDs of letters it may be about: those it answers, and that of the letter a report encloses."""
    for name in ("In-Reply-To", "References"):
        yield from _MESSAGE_ID.findall(_header(message, name))
    for part in message.walk():
        if part is message:
            continue
        if part.get_content_type() == "text/rfc822-headers":
            yield from _ENCLOSED_ID.findall(str(part.get_payload()))
        elif "Message-ID" in part:
            yield from _MESSAGE_ID.findall(_header(part, "Message-ID"))


def _address(message: Message, name: str) -> str:
    found = getaddresses([_header(message, name)])
    return found[0][1].lower() if found else ""


def _header(message: Message, name: str) -> str:
    return str(message.get(name) or "").strip()
