"""How we write to people: whole words for women and men, no dash from another language."""

import re
from pathlib import Path

import pytest

from tests.house import source

# Bürgermeister:in, Bürgermeister*innen, Bürger_innen, Bürger/-innen, Bürger(in), BürgermeisterInnen
GENDER_SIGN = re.compile(
    r"[a-zäöüß](?:[:*_·]in(?:nen)?|/-?in(?:nen)?|\(in(?:nen)?\)|In(?:nen)?)(?![a-zäöüßA-Z_(=])"
)
# What stands in markers for the template engine is no prose, though its texts are checked as Python's are not.
MARKERS = re.compile(r"\{#.*?#\}|<[^>]*>", re.DOTALL)


def prose(path: Path) -> str:
    return MARKERS.sub(" ", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "Bürgermeister:in",
        "Bürgermeister*innen",
        "Einwohner_innen",
        "Bürger/-innen",
        "Kolleg/innen",
        "BürgerInnen",
        "Leser(in)",
    ],
)
def test_a_gender_sign_would_be_noticed(text: str) -> None:
    assert GENDER_SIGN.search(text)


@pytest.mark.parametrize(
    "text", ["Bürgermeisterin oder Bürgermeister", "Termin: in Kürze", "url_for(x)", "Stadtinnenraum"]
)
def test_ordinary_words_pass(text: str) -> None:
    assert not GENDER_SIGN.search(text)


def test_persons_are_named_in_whole_words() -> None:
    found = [
        f"{path.relative_to(source.TEMPLATES)}: {hit.group()!r}"
        for path in sorted(source.TEMPLATES.rglob("*.*"))
        for hit in GENDER_SIGN.finditer(prose(path))
    ]
    found += [
        f"{path}:{constant.lineno} {constant.value!r}"
        for path, tree in source.modules()
        for constant in source.constants(tree)
        if isinstance(constant.value, str) and " " in constant.value and GENDER_SIGN.search(constant.value)
    ]
    assert not found


def test_no_em_dash_stands_in_a_page_or_letter() -> None:
    found = [p.name for p in source.TEMPLATES.rglob("*.*") if "\u2014" in prose(p) or "&mdash;" in prose(p)]
    assert not found, "German uses the shorter dash with spaces around it, or better a full stop"
