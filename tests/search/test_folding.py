"""A town is found however its name is typed, and stands where a dictionary would put it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kleinstadt_net.search.folding import SEARCH_LENGTH, fold, search_fold, slug, sort_key


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Mühlgrün", "muehlgruen"),
        ("Mühlgrün", "Muhlgrun"),
        ("Mühlgrün", "MÜHLGRÜN"),
        ("Mühlgrün", unicodedata.normalize("NFD", "mühlgrün")),
        ("Großellern", "grossellern"),
        ("Großellern", "GROẞELLERN"),
        ("Forst (Lausitz)/Baršć (Łužyca)", "barsc luzyca"),
        ("Wittstock/Dosse", "wittstock dosse"),
        ("St. Ellern", "St.Ellern"),
        ("Ellern-Rode", "ellern rode"),
    ],
)
def test_every_common_way_of_typing_a_name_finds_it(name: str, typed: str) -> None:
    words = search_fold(name).split()
    assert fold(typed) and all(word in words for word in fold(typed).split())


def test_the_kreis_is_searched_too_and_no_word_is_stored_twice() -> None:
    assert search_fold("Ellern", "Ellern am Südwald", None) == "ellern am suedwald sudwald"


def test_a_very_long_name_is_cut_between_words() -> None:
    words = [f"wort{number}" for number in range(100)]
    text = search_fold(" ".join(words))
    assert len(text) <= SEARCH_LENGTH and text.split() == words[: len(text.split())]


def test_umlauts_sort_beside_their_letters() -> None:
    names = ["Ulm", "Ödenau", "Zell", "Ähren", "Ahrens", "Odenau", "Aachen"]
    expected = ["Aachen", "Ähren", "Ahrens", "Ödenau", "Odenau", "Ulm", "Zell"]
    assert sorted(names, key=sort_key) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Lauingen (Donau)", "lauingen-donau"),
        ("Bad Münstereifel", "bad-muenstereifel"),
        ("Wittstock/Dosse", "wittstock-dosse"),
        ("Weißenburg i. Bay.", "weissenburg-i-bay"),
        ("…", "ort"),
    ],
)
def test_an_address_has_letters_digits_and_hyphens(name: str, expected: str) -> None:
    assert slug(name) == expected


@given(st.text(max_size=300))
def test_any_text_folds_to_plain_words(text: str) -> None:
    assert fold(text) == fold(fold(text))
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and slug(text)
