"""A feed of letters (Atom, RFC 4287), to be read in a feed reader: a few kilobytes each, and nothing to be loaded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from xml.etree import ElementTree

TYPE = "application/atom+xml; charset=utf-8"
NAMESPACE = "http://www.w3.org/2005/Atom"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:)]")
# What XML cannot hold in any way of writing.
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """One letter; ``key`` stays the same for ever, ``text`` is its text twin."""

    key: str
    title: str
    at: datetime
    address: str
    text: str


@dataclass(frozen=True)
class Feed:
    """What the feed says of itself; ``address`` is the page of the letters, the feed's own is a secret."""

    key: str
    title: str
    author: str
    address: str
    at: datetime
    entries: Sequence[Entry]


def file(feed: Feed) -> bytes:
    """The feed as its file."""
    root = ElementTree.Element("feed", {"xmlns": NAMESPACE, LANGUAGE: "de"})
    _head(root, feed.key, feed.title, feed.at, feed.address)
    _add(_add(root, "author"), "name", feed.author)
    for entry in feed.entries:
        element = _add(root, "entry")
        _head(element, entry.key, entry.title, entry.at, entry.address)
        _add(element, "content", as_html(entry.text), type="html")
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def as_html(text: str) -> str:
    """Plain text as paragraphs, with its addresses as links."""
    paragraphs = (part.strip("\n") for part in re.split(r"\n{2,}", text))
    return "".join(f"<p>{_linked(part).replace(chr(10), '<br>')}</p>" for part in paragraphs if part.strip())


def _linked(text: str) -> str:
    written, end = [], 0
    for found in _ADDRESS.finditer(text):
        address = escape(found.group())
        written += [escape(text[end : found.start()]), f'<a href="{address}">{address}</a>']
        end = found.end()
    return "".join([*written, escape(text[end:])])


def _head(element: ElementTree.Element, key: str, title: str, at: datetime, address: str) -> None:
    _add(element, "id", key)
    _add(element, "title", title)
    _add(element, "updated", at.isoformat(timespec="seconds"))
    _add(element, "link", href=address, rel="alternate")


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name, attributes)
    element.text = _IMPOSSIBLE.sub(" ", text) or None
    return element
