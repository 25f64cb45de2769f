"""Judges a letter by other eyes than those that wrote it: a strict HTML parser, a table of CSS, the twin in text."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from tinyhtml5.parser import HTMLParser  # type: ignore[import-untyped]

from kleinstadt_net.mail.letters import TEXT_WIDTH, Rendered
from tests.support import mail_css

ADDRESS = re.compile(r"https?://[^\s\"<>„“]+")
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
QUOTED = re.compile(r"„([^“]*)“")
# Pixels, what another server would hand out, and what no mail program runs.
FORBIDDEN = frozenset({"img", "link", "script", "iframe", "form", "input", "video", "object", "svg"})

# After so many of one kind nothing new is seen, and judging takes longer than writing.
JUDGED = 4


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
    if left := re.search(r"\{[{%]|&[a-z]+;|&#\d+;|</?(?:p|a|br|strong|div)\b|Undefined\b", letter.text):
        yield f"text: {left.group()} is left of a template"


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
    """Judges the first letters of each kind that a test run renders, and remembers what was wrong with them."""

    def __init__(self, render: Callable[..., Rendered]) -> None:
        self.found: list[str] = []
        self._render = render
        self._seen: Counter[str] = Counter()

    def render(self, name: str, context: Mapping[str, Any], **given: Any) -> Rendered:
        """The letter as it would be without a court."""
        rendered = self._render(name, context, **given)
        self._seen[name] += 1
        if self._seen[name] <= JUDGED:
            self.found += [f"letter {name}: {fault}" for fault in faults(rendered)]
        return rendered
