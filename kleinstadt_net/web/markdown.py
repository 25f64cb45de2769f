"""Markdown as towns write it: paragraphs, lists, bold, italics, links and small headings; nothing else.

Safe by what it can write: the parser knows no HTML, no pictures and no code, every character of a text is escaped,
and a link is one only with an address of http, https or mailto. What it writes is cleaned once more against the list of
its tags, so that a mistake in the parser is not one of ours; ``tests/web/test_markdown.py`` holds both to it.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

RULES = (
    "autolink",
    "balance_pairs",
    "emphasis",
    "escape",
    "heading",
    "link",
    "list",
    "newline",
)
SCHEMES = frozenset({"http", "https", "mailto"})
TAGS = frozenset({"a", "br", "em", "h4", "h5", "h6", "li", "ol", "p", "strong", "ul"})
# Who is linked to must not be helped by it, and nobody vouches for it.
LINK_RELATION = "nofollow ugc noopener"
# Sections have headings of this level on every page they are shown on.
SECTION_LEVEL, LAST_LEVEL = 3, 6


def render(text: str | None) -> Markup:
    """The text as HTML that may stand in a page."""
    tokens = _parser.parse(text or "")
    _shift_headings(tokens)
    written = _parser.renderer.render(tokens, _parser.options, {})
    return Markup(_clean(written))  # noqa: S704  # see above: nothing raw is in it


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(TAGS),
        # Without the star its own list for every element would hold.
        attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
        url_schemes=set(SCHEMES),
        link_rel=LINK_RELATION,
    )


def is_linked(address: str) -> bool:
    """Whether an address may be linked to: a whole one, of a scheme we know, that hides no other host."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme not in SCHEMES or any(ord(char) < 33 for char in address):
        return False
    if parts.scheme == "mailto":
        return "@" in parts.path
    return bool(host) and "@" not in parts.netloc


def _shift_headings(tokens: Sequence[Token]) -> None:
    """Below the section's own heading, and never skipping a level, so that the page keeps its outline."""
    before = SECTION_LEVEL
    for token in tokens:
        if token.type == "heading_open":
            before = min(SECTION_LEVEL + int(token.tag[1]), before + 1, LAST_LEVEL)
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{before}"


def _build() -> MarkdownIt:
    # A line break is meant by whoever types one.
    parser = MarkdownIt("zero", {"html": False, "breaks": True}).enable(list(RULES))
    parser.validateLink = is_linked  # type: ignore[method-assign, assignment]  # as its documentation says
    return parser


_parser = _build()
