"""Judges a letter by other eyes than those that wrote it.

Its bytes by the standard library at its strictest, its HTML by a strict parser, its CSS by a table of what mail
programs support, its two bodies by each other.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from typing import Any
from xml.etree.ElementTree import Element

from tinyhtml5.parser import HTMLParser  # type: ignore[import-untyped]

from kleinstadt_net.mail.letters import TEXT_WIDTH, LetterDraft, Rendered
from tests.support import mail_css

ADDRESS = re.compile(r"https?://[^\s\"<>„“]+")
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
QUOTED = re.compile(r"„([^“]*)“")
# Pixels, what another server would hand out, and what no mail program runs.
FORBIDDEN = frozenset({"img", "link", "script", "iframe", "form", "input", "video", "object", "svg"})

# What every letter says of itself, once.
HEADERS = (
    "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "List-Id", "Auto-Submitted",
    "X-Auto-Response-Suppress",
)  # fmt: skip
# Further ones that some letters have; any other would be somebody's trick.
SOMETIMES = ("List-Unsubscribe", "List-Unsubscribe-Post", "Precedence")
# RFC 5322: longer lines may be cut on the way.
MAX_LINE = 998
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

# After so many of one kind nothing new is seen, and judging takes longer than writing.
JUDGED = 4


def faults_of_bytes(content: bytes) -> list[str]:
    """Everything wrong with a letter as it travels, its looks included."""
    try:
        message = message_from_bytes(content, policy=policy.strict)
        bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
        text, html = (part.get_content() for part in bodies if part is not None)
        found = [*_bytes(content), *_headers(message), *_parts(message)]
    except (MessageError, LookupError, ValueError) as error:
        return [f"the strict parser says {type(error).__name__}: {error}"]
    return [*found, *faults(Rendered(str(message["Subject"]), text, html))]


def _bytes(content: bytes) -> Iterator[str]:
    if not content.isascii():
        yield "bytes that need 8BITMIME"
    if b"\n" in content.replace(b"\r\n", b"") or b"\r" in content.replace(b"\r\n", b""):
        yield "a line that does not end in CRLF"
    if (longest := max(map(len, content.split(b"\r\n")))) >= MAX_LINE:
        yield f"a line of {longest} bytes"


def _headers(message: EmailMessage) -> Iterator[str]:
    names = Counter(name.lower() for name in message)
    known = [name.lower() for name in HEADERS]
    yield from (f"{names[name]} headers {name}" for name in known if names[name] != 1)
    yield from (f"a header {name}" for name in names.keys() - {*known, *map(str.lower, SOMETIMES)})
    for name, value in message.items():
        yield from (f"header {name}: {defect!r}" for defect in value.defects)
        if CONTROLS.search(value):
            yield f"header {name}: a control character"
    for name in ("From", "To"):
        if len(message[name].addresses) != 1:
            yield f"header {name}: {len(message[name].addresses)} addresses"


def _parts(message: EmailMessage) -> Iterator[str]:
    for part in message.walk():
        yield from (f"part {part.get_content_type()}: {defect!r}" for defect in part.defects)
        if part.get_content_maintype() == "text" and part.get_content_charset() != "utf-8":
            yield f"part {part.get_content_type()} in {part.get_content_charset()}"
        if not part.is_multipart() and not part.get_content():
            yield f"part {part.get_content_type()} is empty"


def faults(letter: Rendered) -> list[str]:
    """Everything wrong with a letter, each in one line; empty where all is well."""
    parser = HTMLParser(namespace_html_elements=False)
    root = parser.parse(letter.html)
    found = [f"html {place}: {code} {details}" for place, code, details in parser.errors]
    return [*found, *_structure(root), *_styles(root), *_text(letter), *_twins(letter, root)]


def _structure(root: Element) -> Iterator[str]:
    head = root.find("head")
    first = head[0] if head is not None and len(head) else None
    if first is None or first.get("charset") != "utf-8":
        yield "the character set is not said first"
    if root.get("lang") != "de":
        yield "no language"
    if len(list(root.iter("h1"))) != 1:
        yield f"{len(list(root.iter('h1')))} headings of the first level"
    for element in root.iter():
        if element.tag in FORBIDDEN:
            yield f"<{element.tag}> in a letter"
        if element.tag == "table" and element.get("role") != "presentation":
            yield "a table that is not said to be layout only"
        if element.tag == "a" and not " ".join("".join(element.itertext()).split()):
            yield f"a link without words to {element.get('href')}"


def _styles(root: Element) -> Iterator[str]:
    for element in root.iter():
        if element.tag == "style":
            yield from mail_css.faults_of_sheet(element.text or "")
        elif style := element.get("style"):
            yield from mail_css.faults_of_declarations(style, element.tag)


def _text(letter: Rendered) -> Iterator[str]:
    for line in letter.text.splitlines():
        if len(line) > TEXT_WIDTH and not ADDRESS.search(line):
            yield f"text: a line of {len(line)}: {line}"
    for what, said in (("subject", letter.subject), ("text", letter.text)):
        if left := re.search(r"\{[{%]|&[a-z]+;|&#\d+;|</?(?:p|a|br|strong|div)\b|Undefined\b", said):
            yield f"{what}: {left.group()} is left of a template"


def _twins(letter: Rendered, root: Element) -> Iterator[str]:
    """What one body says and the other does not: addresses, numbers and quotations."""
    html = " ".join(_shown(root).split())
    text = " ".join(letter.text.split())
    # A web page's address stands as a link in one and in full in the other.
    links = {a.get("href", "") for a in root.iter("a") if ADDRESS.match(a.get("href", ""))} | set(
        ADDRESS.findall(html)
    )
    yield from _missing(
        "address", {_bare(one) for one in links}, {_bare(one) for one in ADDRESS.findall(text)}
    )
    html, text = ADDRESS.sub(" ", html), ADDRESS.sub(" ", text)
    for what, pattern in (("number", NUMBER), ("quotation", QUOTED)):
        yield from _missing(what, set(pattern.findall(html)), set(pattern.findall(text)))


def _missing(what: str, in_html: set[str], in_text: set[str]) -> Iterator[str]:
    for one in sorted(in_html - in_text):
        yield f"{what} in the HTML alone: {one}"
    for one in sorted(in_text - in_html):
        yield f"{what} in the text alone: {one}"


def _bare(address: str) -> str:
    return address.rstrip(".,;:)")


def _shown(element: Element) -> str:
    """The words of an element, without the head, the preheader, and a heading that is the subject once more."""
    classes = (element.get("class") or "").split()
    if element.tag in ("head", "style") or "preheader" in classes or "heading" in classes:
        return element.tail or ""
    inside = "".join(_shown(child) for child in element)
    return f"{element.text or ''} {inside} {element.tail or ''}"


class Court:
    """Judges the first letters of each kind that a test run renders and builds, and remembers what was wrong."""

    def __init__(self, render: Callable[..., Rendered], build: Callable[..., LetterDraft]) -> None:
        self.found: list[str] = []
        self._render = render
        self._build = build
        self._seen: Counter[str] = Counter()
        self._built: Counter[str] = Counter()

    def render(self, name: str, context: Mapping[str, Any], **given: Any) -> Rendered:
        """The letter as it would be without a court."""
        rendered = self._render(name, context, **given)
        self._seen[name] += 1
        if self._seen[name] <= JUDGED:
            self.found += [f"letter {name}: {fault}" for fault in faults(rendered)]
        return rendered

    def build(self, rendered: Rendered, **given: Any) -> LetterDraft:
        """The bytes as they would be without a court; what tests make up to stand for a letter is none."""
        draft = self._build(rendered, **given)
        if rendered.html.startswith("<!"):
            self._built[draft.kind] += 1
            if self._built[draft.kind] <= JUDGED:
                self.found += [f"letter {draft.kind}: {fault}" for fault in faults_of_bytes(draft.content)]
        return draft
