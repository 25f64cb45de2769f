"""Reads a page as a careful colleague would: title, one heading, labels, ids, order, nothing from elsewhere."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
UNLABELLED_INPUTS = frozenset({"hidden", "submit", "button", "reset", "image"})
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-errormessage")


@dataclass
class Element:
    """An element with its attributes and all text inside it."""

    tag: str
    attributes: dict[str, str]
    inside: tuple[str, ...]
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def has_name(self) -> bool:
        """Whether a screen reader finds something to say for this link, button or heading."""
        a = self.attributes
        images = [child for child in self.children if child.attributes.get("alt", "").strip()]
        return bool(
            self.text.strip() or a.get("aria-label", "").strip() or a.get("aria-labelledby") or images
        )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.faults: list[str] = []
        self.has_doctype = False

    def handle_decl(self, decl: str) -> None:
        self.has_doctype = decl.lower() == "doctype html"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {k: v or "" for k, v in attrs}, tuple(e.tag for e in self.open))
        self.elements.append(element)
        for outer in self.open:
            outer.children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not any(element.tag == tag for element in self.open):
            self.faults.append(f"</{tag}> closes nothing")
            return
        while (element := self.open.pop()).tag != tag:
            if element.tag not in {"li", "p", "td", "th", "tr", "dt", "dd", "option", "tbody", "thead"}:
                self.faults.append(f"<{element.tag}> is not closed before </{tag}>")

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data


def faults(html: str, *, fragment: bool = False) -> list[str]:
    """What is wrong with the page; for a fragment (a part that replaces another) only what it can know."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    found = reader.faults + [f"<{element.tag}> is never closed" for element in reader.open]
    found += _ids(reader.elements, fragment) + _names(reader.elements) + _controls(reader.elements)
    found += _policy(reader.elements)
    if not fragment:
        found += _frame(reader) + _headings(reader.elements)
    return found


def _frame(reader: _Reader) -> list[str]:
    found = [] if reader.has_doctype else ["no <!doctype html>"]
    if not any(e.tag == "html" and e.attributes.get("lang") for e in reader.elements):
        found.append("<html> names no language")
    titles = [e.text.strip() for e in reader.elements if e.tag == "title" and "svg" not in e.inside]
    if len(titles) != 1 or not titles[0]:
        found.append(f"one <title> wanted, found {titles}")
    if sum(e.tag == "main" for e in reader.elements) != 1:
        found.append("one <main> wanted")
    return found


def _headings(elements: list[Element]) -> list[str]:
    headings = [e for e in elements if e.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
    levels = [int(e.tag[1]) for e in headings]
    found = [] if levels.count(1) == 1 else [f"one <h1> wanted, found {levels.count(1)}"]
    for element, level, before in zip(headings, levels, [0, *levels], strict=False):
        if level > before + 1:
            found.append(f"<h{level}> {element.text.strip()!r} follows a heading of level {before}")
    return found


def _ids(elements: list[Element], fragment: bool) -> list[str]:
    ids = [e.attributes["id"] for e in elements if "id" in e.attributes]
    found = [f"id {name!r} is used twice" for name in sorted({name for name in ids if ids.count(name) > 1})]
    found += [f"<{e.tag}> has an empty id" for e in elements if e.attributes.get("id") == ""]
    if fragment:
        return found
    for element in elements:
        for attribute in REFERENCES:
            for name in element.attributes.get(attribute, "").split():
                if name not in ids:
                    found.append(f"<{element.tag} {attribute}={name!r}> refers to nothing on the page")
        target = element.attributes.get("href", "")
        if element.tag == "a" and len(target) > 1 and target.startswith("#") and target[1:] not in ids:
            found.append(f"the link to {target!r} leads nowhere on the page")
    return found


def _names(elements: list[Element]) -> list[str]:
    found = []
    for element in elements:
        wants_name = element.tag in {"button", "h1", "h2", "h3", "h4", "label", "legend", "summary", "th"}
        wants_name = wants_name or (element.tag == "a" and "href" in element.attributes)
        if wants_name and not element.has_name():
            found.append(f"<{element.tag}> {element.attributes} says nothing")
        if element.tag == "img" and "alt" not in element.attributes:
            found.append(f"<img src={element.attributes.get('src')!r}> has no alt")
    return found


def _controls(elements: list[Element]) -> list[str]:
    labelled = {e.attributes["for"] for e in elements if e.tag == "label" and "for" in e.attributes}
    found = []
    for element in elements:
        a = element.attributes
        kind = a.get("type", "text").lower()
        if element.tag not in {"input", "select", "textarea"} or kind in UNLABELLED_INPUTS:
            continue
        if not (
            a.get("id") in labelled
            or "label" in element.inside
            or a.get("aria-label", "").strip()
            or a.get("aria-labelledby")
        ):
            found.append(f"<{element.tag} name={a.get('name')!r}> has no label")
    return found


def _policy(elements: list[Element]) -> list[str]:
    """What the content policy would block silently in a browser, and what would call a third party."""
    found = []
    for element in elements:
        a = element.attributes
        for attribute in a:
            if attribute == "style" or attribute.startswith("on"):
                found.append(f"<{element.tag}> has the inline attribute {attribute!r}")
        if element.tag == "style" or (element.tag == "script" and not _may_stay(a)):
            found.append(f"<{element.tag}> stands in the page itself")
        source = a.get("href", "") if element.tag == "link" else a.get("src", "")
        if source.startswith(("http:", "https:", "//")) and a.get("rel") not in {"canonical", "alternate"}:
            found.append(f"<{element.tag}> loads {source!r} from elsewhere")
        if element.tag == "form" and a.get("method", "get").lower() == "post" and not _has_token(element):
            found.append(f"<form action={a.get('action')!r}> posts without a CSRF token")
    return found


def _may_stay(attributes: dict[str, str]) -> bool:
    # Data blocks are not run, so the policy lets them be.
    return "src" in attributes or attributes.get("type", "").endswith("json")


def _has_token(form: Element) -> bool:
    return any(child.attributes.get("name") == "csrf_token" for child in form.children)
