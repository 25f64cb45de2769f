"""What is typed into a section becomes what is stored, or a sentence that says what is wrong."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kleinstadt_net.profile import checking, words
from kleinstadt_net.profile.fields import Field, Kind
from kleinstadt_net.profile.shapes import SHAPES
from kleinstadt_net.profile.timeline import projects
from kleinstadt_net.vocabulary import THESES


def check(thesis: str, typed: dict[str, Any], text: str = "", visibility: str = "public") -> checking.Checked:
    return checking.check(thesis, typed, text, visibility)


def test_there_is_a_section_for_every_thesis_and_each_says_what_it_adds() -> None:
    assert list(SHAPES) == list(THESES)
    assert all(shape.adds.endswith(".") and shape.fields for shape in SHAPES.values())
    # A column of this name would be lost among the names of inputs, or hide what every section has.
    names = [one.key for shape in SHAPES.values() for one in shape.fields]
    assert not {"text", "visibility", "version", "csrf_token"} & set(names)
    assert not [name for name in names if "-" in name]


def test_only_weaknesses_wishes_for_a_view_and_asks_are_confidential() -> None:
    found = {(t, one.key) for t, shape in SHAPES.items() for one in shape.fields if one.confidential}
    assert found == {("t01", "weaknesses"), ("t06", "wanted"), ("t10", "asks")}
    stored = {"strengths": [{"text": "a"}], "weaknesses": [{"text": "b"}], "forgotten": "c"}
    assert checking.visible("t01", stored, verified=False) == {"strengths": [{"text": "a"}]}
    assert checking.visible("t01", stored, verified=True).keys() == {"strengths", "weaknesses"}


def test_what_is_typed_is_stored_cleaned_and_empty_entries_go() -> None:
    found = check(
        "t07",
        {
            "vision": "  Kurze\r\nWege \u202e ",
            "projects": [
                {"title": "", "aim": "", "state": "", "quick": False},
                {
                    "title": "Markt",
                    "begins": "03.2025",
                    "result_month": "2026-10",
                    "quick": True,
                    "state": "running",
                },
            ],
        },
        "Zeile\r\nZeile",
    )
    assert not found.problems
    assert found.fields == {
        "vision": "Kurze Wege",
        "projects": [
            {
                "title": "Markt",
                "state": "running",
                "begins": "2025-03",
                "result_month": "2026-10",
                "quick": True,
            }
        ],
    }
    assert found.text == "Zeile\nZeile"


@pytest.mark.parametrize(
    ("thesis", "typed", "path", "says"),
    [
        ("t07", {"vision": "x" * 201}, "vision", "201 von 200"),
        ("t07", {"vision": "a\tb"}, "vision", "nicht speichern"),
        ("t07", {"vision": "a\x00b"}, "vision", "nicht speichern"),
        ("t07", {"vision": ["a"]}, "vision", "gibt es in diesem Abschnitt nicht"),
        ("t07", {"wetter": "gut"}, "wetter", "gibt es in diesem Abschnitt nicht"),
        ("t07", {"projects": "alles"}, "projects", "gibt es in diesem Abschnitt nicht"),
        ("t07", {"projects": [{"title": f"{n}"} for n in range(6)]}, "projects", "Platz für 5"),
        ("t07", {"projects": [{}, {"aim": "ohne Titel"}]}, "projects-1-title", "auch „Titel“"),
        ("t07", {"projects": [{"title": "a", "state": "proud"}]}, "projects-0-state", "Auswahl"),
        ("t07", {"projects": [{"title": "a", "begins": "bald"}]}, "projects-0-begins", "Monat"),
        ("t07", {"projects": [{"title": "a", "begins": "2026-13"}]}, "projects-0-begins", "Monat"),
        (
            "t07",
            {"projects": [{"title": "a", "begins": "2026-05", "result_month": "2026-04"}]},
            "projects-0-result_month",
            "vor dem Beginn",
        ),
        ("t07", {"projects": [{"title": "a", "price": "b"}]}, "projects-0", "gibt es in diesem"),
        ("t03", {"formats": [{"format": "a", "year": "24"}]}, "formats-0-year", "vier Ziffern"),
        ("t03", {"formats": [{"format": "a", "year": "٢٠٢٤"}]}, "formats-0-year", "vier Ziffern"),
        ("t05", {"share": "viel"}, "share", "vollen Stellen"),
        ("t05", {"share": "0"}, "share", "vollen Stellen"),
        ("t05", {"share": "99"}, "share", "vollen Stellen"),
        ("t05", {"office": "Frau Muster, 0171 2345678"}, "office", "nur die Stelle"),
        ("t05", {"office": "renate@rathaus.example"}, "office", "nur die Stelle"),
        ("t05", {"website": "javascript:alert(1)"}, "website", "Internetadresse"),
        ("t05", {"website": "https://gut.example@böse.example/"}, "website", "Internetadresse"),
        ("t05", {"website": 'https://a.example/"onclick="x'}, "website", "Internetadresse"),
        ("t05", {"website": "http://[kaputt"}, "website", "Internetadresse"),
        ("t02", {"housing": "x" * 801}, "housing", "zu lang"),
    ],
)
def test_what_cannot_be_taken_is_told_where_it_stands(
    thesis: str, typed: dict[str, Any], path: str, says: str
) -> None:
    problems = check(thesis, typed).problems
    assert list(problems) == [path] and says in problems[path]


def test_forged_visibility_and_endless_texts_are_refused() -> None:
    assert "alle oder nur bestätigte" in check("t02", {}, visibility="leads").problems["visibility"]
    assert "zu lang: 10.000.000 von 3.000" in check("t02", {}, "x" * 10_000_000).problems["text"]


@pytest.mark.parametrize(
    ("typed", "stored"), [("0,5", 0.5), ("50 %", 0.5), ("1", 1.0), ("1.25", 1.25), ("150%", 1.5)]
)
def test_the_share_of_a_post_is_a_number(typed: str, stored: float) -> None:
    assert check("t05", {"share": typed}).fields == {"share": stored}


def test_values_are_read_in_german() -> None:
    assert [words.posts(share) for share in (0.5, 1.0, 1.25)] == ["0,5 Stellen", "1 Stelle", "1,25 Stellen"]
    shape = SHAPES["t07"].field["projects"]
    row = {"title": "Markt", "state": "running", "begins": "2025-03", "quick": True}
    assert words.readable(shape, [row]).startswith("Markt (läuft; März 2025; Schneller Erfolg")


def test_projects_of_both_sections_stand_in_the_order_of_time() -> None:
    told: dict[str, dict[str, Any]] = {
        "t07": {"projects": [{"title": "spät", "begins": "2026-05"}, {"title": "ohne"}]},
        "t08": {"projects": [{"title": "früh", "result_month": "2024-01", "quick": True}]},
        "t01": {"strengths": []},
    }
    assert [(one.title, one.flagship) for one in projects(told)] == [
        ("früh", False),
        ("spät", True),
        ("ohne", True),
    ]


def typed_value(field: Field) -> Any:
    if field.kind is Kind.ENTRIES:
        return st.lists(
            st.fixed_dictionaries({one.key: typed_value(one) for one in field.columns}), max_size=3
        )
    return st.booleans() if field.kind is Kind.TICK else st.sampled_from(("", "2024", "2025-03", "a.example"))


@given(
    st.sampled_from(sorted(SHAPES)).flatmap(
        lambda thesis: st.tuples(
            st.just(thesis),
            st.fixed_dictionaries({one.key: typed_value(one) for one in SHAPES[thesis].fields}),
        )
    )
)
def test_what_was_taken_once_is_taken_again_unchanged(section: tuple[str, dict[str, Any]]) -> None:
    thesis, typed = section
    found = check(thesis, typed)
    if not found.problems:
        again = check(thesis, checking.typed_again(thesis, found.fields))
        assert not again.problems and again.fields == found.fields


@given(st.text(max_size=300))
def test_any_text_is_stored_or_refused_and_never_breaks(text: str) -> None:
    for field, value in (("vision", text), ("projects", [{"title": text, "begins": text, "state": text}])):
        found = check("t07", {field: value}, text, text)
        assert "\x00" not in str(found.fields)
    check("t05", {"share": text, "website": text, "office": text, "reports_to": text})
