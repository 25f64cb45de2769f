"""Markdown of towns: what is meant is written, and nothing else can be."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kleinstadt_net.web.markdown import LINK_RELATION, is_linked, render

TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "a", "h4", "h5", "h6"}
ATTRIBUTES = {"a": {"href", "rel"}, "ol": {"start"}}


class Strict(HTMLParser):
    """Collects what a browser would make of it, and refuses what is not on the list."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        assert {name for name, _ in attrs} <= ATTRIBUTES.get(tag, set()), (tag, attrs)
        if tag == "a":
            assert dict(attrs)["rel"] == LINK_RELATION and is_linked(dict(attrs)["href"] or "")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")

    handle_decl = handle_pi = unknown_decl = handle_comment


def strict(text: str) -> str:
    html = str(render(text))
    reader = Strict()
    reader.feed(html)
    reader.close()
    assert not reader.open
    return html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Ein *kleiner* **Text**.", "<p>Ein <em>kleiner</em> <strong>Text</strong>.</p>"),
        ("Zeile\nZeile", "<p>Zeile<br>\nZeile</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. c", '<ol start="3">\n<li>c</li>\n</ol>'),
        ("# groß\n### klein\n# wieder", "<h4>groß</h4>\n<h5>klein</h5>\n<h4>wieder</h4>"),
        (
            "[Seite](https://ellernrode.example/a?b=1&c=2)",
            '<p><a href="https://ellernrode.example/a?b=1&amp;c=2" rel="nofollow ugc noopener">Seite</a></p>',
        ),
        (
            "[Post](mailto:rathaus@e.example)",
            '<p><a href="mailto:rathaus@e.example" rel="nofollow ugc noopener">Post</a></p>',
        ),
        ("", ""),
        ("    eingerückt", "<p>eingerückt</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
    ],
)
def test_what_is_meant_is_written(text: str, html: str) -> None:
    assert strict(text).strip() == html


ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=https://x.example></iframe>",
    "<style>*{display:none}</style>",
    "</p></div></main><h1>Übernommen</h1>",
    "<!-- --><b onclick=alert(1)>x</b>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](&#x6A;avascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x](//boese.example)",
    "[x](/abmelden)",
    "[x](https://netz.example@boese.example)",
    '[x](https://a.example" onmouseover="alert(1))',
    '[x](https://a.example "t\\" onclick=alert(1)")',
    "[x]: javascript:alert(1)\n[x]",
    "![x](https://spur.example/pixel.png)",
    "![x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "<https://a.example/%22onclick=alert(1)>",
    "`<script>`",
    "```html\n<script>alert(1)</script>\n```",
    "    <script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "| a |\n|---|\n| <script> |",
    "[a](https://a.example)<script>",
    "*<script>*",
    "# <script>alert(1)</script>",
    "\x00<script>",
    "\u202e<script>",
    "[" * 500 + "x" + "](y)" * 500,
    "*" * 2_000,
    "> " * 300 + "x",
    "- " * 300 + "x",
)


@pytest.mark.parametrize("text", ATTACKS)
def test_attacks_come_out_as_harmless_text(text: str) -> None:
    html = strict(text)
    assert not re.search(r"<(?!/?(?:p|br|em|strong|ul|ol|li|a|h[456])\b)", html)


ALPHABET = st.sampled_from(
    [*"<>&\"'`*_[]()!#-+:/\\ \n\tab1@.", "javascript:", "https://a.example", "<script>", "&#x3c;"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ALPHABET, max_size=40).map("".join) | st.text(max_size=80))
def test_whatever_is_typed_stays_within_the_list(text: str) -> None:
    strict(text)
