"""Every reason with every subject, rendered for reading: whole sentences, nothing left over."""

import re
from collections.abc import Iterator
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template_string

from kleinstadt_net.matching.reasons import CODES
from kleinstadt_net.vocabulary import SUBJECTS, THESES

ME, PEER = SimpleNamespace(name="Lauenfurt"), SimpleNamespace(name="Ellernrode")
CHALLENGES = ("in_progress", "seeking")
DENSITIES = ("very_sparse", "sparse", "medium", "dense")


def _shared() -> Iterator[dict[str, Any]]:
    network = ((0, False), (1, False), (14, False), (14, True))
    for subject, own, peer, (others, focus) in product(SUBJECTS, CHALLENGES, CHALLENGES, network):
        yield {
            "subject": subject,
            "own_state": own,
            "peer_state": peer,
            "others": others,
            "both_focus": focus,
        }


def _figures(**given: Any) -> dict[str, Any]:
    return {"own": 12_834, "peer": 14_021, "official": True, **given}


def _growth() -> Iterator[dict[str, Any]]:
    for direction, growth in (
        ("growing", 0.02),
        ("growing", 0.004),
        ("stable", 0.0),
        ("shrinking", -0.004),
        ("shrinking", -0.02),
    ):
        yield _figures(direction=direction, own=growth, peer=growth)


EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "shared_challenge": list(_shared()),
    "same_focus": [{"subject": thesis} for thesis in THESES],
    "learn": [
        {"subject": subject, "month": "2026-03", "own_state": state, "own_focus": False}
        for subject, state in product(SUBJECTS, CHALLENGES)
    ],
    "teach": [
        {"subject": subject, "month": "2026-03", "peer_state": state, "peer_focus": False}
        for subject, state in product(SUBJECTS, CHALLENGES)
    ],
    "similar_situation": [{}],
    "similar_economy": [{}],
    "presumed_challenge": [
        {"subject": "demografie", "own_presumed": own, "peer_presumed": peer}
        for own, peer in ((True, True), (True, False), (False, True))
    ],
    "same_network": [{"network": "ellernland", "name": "Städtenetz Ellernland"}],
    "comparable_size": [_figures(), _figures(official=False)],
    "same_density": [_figures(density=density, own=80.5, peer=91.2) for density in DENSITIES],
    "same_growth": list(_growth()),
    "same_tourism_region": [{"region": "Ellernbergland"}],
    "different_size": [_figures(own=6_100, ratio=2.3, larger="peer")],
    "different_area": [
        _figures(own=20.0, peer=60.0, ratio=ratio, larger=larger)
        for ratio, larger in product((2.0, 2.4, 3.0, 7.5, 10.0, 10.4, 10.6, 25.0), ("own", "peer"))
    ],
    "different_density": [
        _figures(own_density=own, peer_density=peer, own=80.5, peer=300.1)
        for own, peer in product(DENSITIES, DENSITIES)
        if own != peer
    ],
    "different_growth": [
        _figures(own_direction="growing", peer_direction="shrinking", own=0.01, peer=-0.01),
        _figures(own_direction="shrinking", peer_direction="growing", own=-0.01, peer=0.01),
    ],
    "same_land": [{"land": "06", "km": 35}, {"land": "10"}, {"land": "99", "km": 0}],
    "other_land": [{"own": "06", "peer": "10", "km": 210}, {"own": "06", "peer": "99"}],
}
# Words of the code that must never reach a reader.
LEAKS = re.compile(
    r"None|Undefined|_|\{|\}|<|>|&|\b(seeking|in.progress|sparse|medium|dense|growing|shrinking|stable|true|false)\b"
    r"|\bt\d\d\b"
)


def tell(app: Flask, *reasons: dict[str, Any]) -> str:
    source = '{% from "components/reasons.html" import reasons %}{{ reasons(items, me, peer) }}'
    return app.jinja_env.from_string(source).render(items=list(reasons), me=ME, peer=PEER)


def mistakes(text: str) -> list[str]:
    """What a proof-reader would mark, so that a failing test reads like a list of corrections."""
    found = []
    if not text or text != text.strip():
        found.append("empty, or with space around it")
    if not text.endswith("."):
        found.append("does not end with a full stop")
    if re.search(r"\s\s|\s[.,;)]|\.\.|,,|\n|\(\s", text):
        found.append("stray space or punctuation")
    if leak := LEAKS.search(text):
        found.append(f"leaks {leak.group()!r}")
    if any(not re.match(r"[A-ZÄÖÜ„\d]", sentence) for sentence in re.split(r"(?<=[a-zäöüß“)])\. ", text)):
        found.append("a sentence begins small")
    return [f"{what}: {text!r}" for what in found]


def test_the_examples_cover_every_code_the_engine_can_give() -> None:
    assert set(EXAMPLES) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_reason_is_a_whole_german_sentence_for_every_subject(app: Flask, code: str) -> None:
    texts = [tell(app, {"code": code, **data}) for data in EXAMPLES[code]]
    assert [mistake for text in texts for mistake in mistakes(text)] == []


def test_a_shared_challenge_names_the_subject_in_the_right_case(app: Flask) -> None:
    reason = {"code": "shared_challenge", "subject": "waerme", "others": 14, "both_focus": False}
    text = tell(app, {**reason, "own_state": "in_progress", "peer_state": "in_progress"})
    assert text == "Sie beide arbeiten an der Wärmewende, wie 14 weitere Städte im Netz."
    text = tell(app, {**reason, "own_state": "seeking", "peer_state": "seeking", "others": 1})
    assert text == "Sie beide suchen Rat zur Wärmewende, wie eine weitere Stadt im Netz."


def test_what_can_be_learnt_names_both_statements_and_the_date(app: Flask) -> None:
    text = tell(app, {"code": "learn", "subject": "innenstadt", "month": "2026-03", "own_state": "seeking"})
    assert text == "Sie suchen Rat zur Innenstadt. Ellernrode nennt das als Stärke (Angabe vom März 2026)."


def test_figures_are_compared_in_one_breath_and_their_source_is_named(app: Flask) -> None:
    text = tell(
        app,
        {"code": "comparable_size", "own": 12_834, "peer": 14_021, "official": True},
        {"code": "same_density", "density": "sparse", "own": 80.0, "peer": 90.0, "official": True},
        {"code": "same_growth", "direction": "shrinking", "own": -0.004, "peer": -0.005, "official": True},
        {
            "code": "different_area",
            "own": 20.0,
            "peer": 60.0,
            "ratio": 3.0,
            "larger": "peer",
            "official": True,
        },
        {"code": "other_land", "own": "06", "peer": "03", "km": 120},
    )
    assert text == (
        "Ähnlich: 14.000 Einwohner (Sie: 12.800), dünn besiedelt, die Einwohnerzahl geht leicht zurück. "
        "Anders: dreimal so große Fläche. Die Zahlen stammen aus amtlichen Daten."
    )


def test_one_estimate_makes_the_figures_estimates(app: Flask) -> None:
    text = tell(
        app,
        {"code": "comparable_size", "own": 12_834, "peer": 14_021, "official": False},
        {"code": "same_growth", "direction": "stable", "own": 0.0, "peer": 0.0, "official": True},
    )
    assert text.endswith("Die Zahlen stammen aus Schätzwerten.")


def test_the_shared_challenge_opens_then_what_the_other_can_do_and_what_differs_comes_last(
    app: Flask,
) -> None:
    said = [{"code": code, **EXAMPLES[code][0]} for code in CODES if code != "similar_situation"]
    said.append({"code": "shared_challenge", **EXAMPLES["shared_challenge"][20]})
    text = tell(app, *said)
    places = [text.index(word) for word in ("Sie beide arbeiten", "Ellernrode nennt", "Ähnlich:", "Anders:")]
    assert places == sorted(places)
    assert mistakes(text) == []


def test_two_statements_are_said_at_once_and_the_others_on_request(app: Flask) -> None:
    said = [{"code": code, **EXAMPLES[code][0]} for code in CODES if code != "similar_situation"]
    said.append({"code": "shared_challenge", **EXAMPLES["shared_challenge"][20]})
    source = (
        '{% from "components/reasons.html" import statements %}'
        "{{ statements(items, me, peer) }}|{{ statements(items, me, peer, skip=2) }}"
    )
    brief, more = app.jinja_env.from_string(source).render(items=said, me=ME, peer=PEER).split("|")
    for word in ("außerdem", "Sie nennen das als Stärke", "zum Schwerpunkt gemacht", "gehören beide zu"):
        assert word in more
        assert word not in brief
    assert mistakes(brief) == mistakes(more) == []


def test_further_shared_challenges_are_named_together(app: Flask) -> None:
    def shared(subject: str) -> dict[str, Any]:
        state = {"own_state": "in_progress", "peer_state": "in_progress"}
        return {"code": "shared_challenge", "subject": subject, "others": 0, "both_focus": False, **state}

    text = tell(app, shared("waerme"), shared("wohnen"), shared("t03"))
    assert text == (
        "Sie beide arbeiten an der Wärmewende. "
        "Gemeinsame Aufgaben sind außerdem „Wohnen“ und „Beteiligung, die etwas bewirkt“."
    )


def test_common_networks_are_named_in_one_sentence_after_what_each_can_do(app: Flask) -> None:
    names = ("Region Ellernland", "Städtenetz Mitte", "Verband am Fluss")
    common = [{"code": "same_network", "network": str(n), "name": name} for n, name in enumerate(names)]
    learn = {"code": "learn", "subject": "innenstadt", "month": "2026-03", "own_state": "seeking"}
    text = tell(app, learn, *common)
    assert text.endswith(
        "(Angabe vom März 2026). "
        "Sie gehören beide zu „Region Ellernland“, „Städtenetz Mitte“ und „Verband am Fluss“."
    )
    assert mistakes(text) == []


@pytest.mark.parametrize("code", ["shared_challenge", "learn", "teach", "same_focus"])
def test_the_fit_is_said_in_words_and_never_as_a_place(app: Flask, code: str) -> None:
    source = '{% from "components/reasons.html" import fit with context %}{{ fit(level, items) }}'
    with app.test_request_context():
        for data, level in product(EXAMPLES[code][::7], ("very_good", "good", "some")):
            text = render_template_string(source, level=level, items=[{"code": code, **data}])
            assert re.fullmatch(r"Passt( sehr gut| gut)?: [A-Za-zäöüÄÖÜß, ]+", text)
            assert not LEAKS.search(text)


def test_a_name_with_an_ampersand_is_escaped_on_a_page_and_plain_in_a_text(app: Flask) -> None:
    source = '{% from "components/reasons.html" import reasons with context %}{{ reasons(items, me, peer) }}'
    items = [{"code": "same_tourism_region", "region": "Burgen & <Heide>"}]
    with app.test_request_context():
        page = render_template_string(source, items=items, me=ME, peer=PEER)
        plain = render_template_string(
            "{% autoescape false %}" + source.replace(" }}", "|striptags }}") + "{% endautoescape %}",
            items=[{"code": "same_tourism_region", "region": "Burgen & Heide"}],
            me=ME,
            peer=PEER,
        )
    assert page == "Ähnlich: dieselbe Reiseregion (Burgen &amp; &lt;Heide&gt;)."
    assert plain == "Ähnlich: dieselbe Reiseregion (Burgen & Heide)."
