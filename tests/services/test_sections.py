"""Sections: saved, drafted, released, restored, inherited, removed; and never overwritten unseen."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Letter, Section, SectionDraft, SectionVersion, Typed
from kleinstadt_net.services import (
    erasure,
    housekeeping,
    inheritance,
    memberships,
    section_drafts,
    section_history,
    section_moderation,
    section_releases,
    sections,
    typed,
)
from kleinstadt_net.services.moderation import ContentChanged
from kleinstadt_net.services.section_history import GONE, NEW, OPERATOR, PERSON, SAME
from tests.factories import SectionDraftFactory, SectionFactory, SectionVersionFactory, TownFactory
from tests.support.cast import Cast
from tests.support.statements import counted_queries

FORMATS = [{"format": "Bürgerwerkstatt", "year": "2024"}]


@pytest.fixture
def save(cast: Cast) -> Callable[..., bool]:
    def do(
        thesis: str = "t03",
        version: int = 0,
        by: Any = None,
        text: str = "",
        visibility: str = "public",
        **fields: Any,
    ) -> bool:
        return sections.save(
            cast.town.id,
            (by or cast.mayor).id,
            thesis,
            fields=fields,
            text=text,
            visibility=visibility,
            version=version,
        )

    return do


def rows(model: type[Any]) -> list[Any]:
    return list(db.session.scalars(select(model).order_by(model.id)))


def test_a_section_is_saved_shown_emptied_and_written_again(cast: Cast, save: Callable[..., bool]) -> None:
    before = cast.town.revision
    assert save(formats=FORMATS, text="Zweimal im Jahr")
    row = sections.of_town(cast.town.id, verified=False)["t03"]
    assert row.fields == {"formats": [{"format": "Bürgerwerkstatt", "year": 2024}]} and row.version == 1
    db.session.refresh(cast.town)
    assert cast.town.revision > before
    save(version=1)
    assert sections.of_town(cast.town.id, verified=True) == {}
    assert sections.find(cast.town.id, "t03").version == 2
    assert save("t04"), "an empty form leaves nothing"
    assert sections.find(cast.town.id, "t04").version == 0
    save(version=2, text="Neu")
    assert sections.find(cast.town.id, "t03").version == 3


def test_readers_get_what_they_may_see_in_one_query(cast: Cast) -> None:
    SectionFactory(
        town_id=cast.town.id, thesis="t10", text="", fields={"asks": [{"text": "Eine Satzung"}], "removed": 1}
    )
    SectionFactory(town_id=cast.town.id, thesis="t02", visibility="verified")
    SectionFactory(town_id=cast.town.id, thesis="t01", fields={"weaknesses": [{"text": "Leerstand"}]})
    SectionFactory(town_id=cast.other_town.id, thesis="t05", fields={}, text="")
    ids = [cast.town.id, cast.other_town.id]
    with counted_queries() as queries:
        ours = sections.of_towns(ids, verified=True)
        theirs = sections.of_towns(ids, verified=False)
    assert len(queries) == 2
    assert list(ours[cast.town.id]) == ["t01", "t02", "t10"] and cast.other_town.id not in ours
    assert ours[cast.town.id]["t10"].fields == {"asks": [{"text": "Eine Satzung"}]}
    assert list(theirs[cast.town.id]) == ["t01"] and not theirs[cast.town.id]["t01"].fields


def test_a_form_opened_earlier_overwrites_nothing(cast: Cast, save: Callable[..., bool]) -> None:
    save(text="Zuerst")
    save(text="Die Kollegin", version=1)
    for late in (0, 1, 7):
        with pytest.raises(sections.StaleVersion) as caught:
            save(text="Zu spät", version=late)
        assert caught.value.current.text == "Die Kollegin" and caught.value.current.version == 2
    assert [row.text for row in rows(SectionVersion)] == ["Zuerst", "Die Kollegin"]


@pytest.mark.both_databases
@pytest.mark.parametrize("version", [0, 1])
def test_two_people_saving_at_the_same_moment_leave_one_section_and_both_texts(
    version: int, app: Flask, cast: Cast, save: Callable[..., bool]
) -> None:
    if version:
        save(text="Davor")
    town_id, people = cast.town.id, (cast.mayor.id, cast.stranger.id)
    db.session.commit()
    start, outcomes = Barrier(2), []

    def do(account_id: int, text: str) -> None:
        with app.app_context():
            start.wait()
            try:
                sections.save(
                    town_id, account_id, "t03", fields={}, text=text, visibility="public", version=version
                )
                outcomes.append("saved")
            except sections.StaleVersion as stale:
                # The other one's words are there to be shown beside one's own.
                outcomes.append(f"stale beside {stale.current.text != 'Davor'}")

    memberships.set_needs_release(town_id, False, cast.mayor.id)
    threads = [Thread(target=do, args=given) for given in zip(people, ("eins", "zwei"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["saved", "stale beside True"]
    assert len(rows(Section)) == 1 and [row.version for row in rows(SectionVersion)][-1] == version + 1


def test_what_is_no_section_is_refused_and_nothing_is_stored(cast: Cast, save: Callable[..., bool]) -> None:
    with pytest.raises(sections.Refused) as caught:
        save(visibility="leads", wetter="gut", formats=[{"year": "24"}])
    assert set(caught.value.problems) == {"visibility", "wetter", "formats-0-year"}
    with pytest.raises(KeyError):
        save("t11")
    assert not rows(Section) and not rows(SectionVersion)


def test_confirming_makes_a_section_fresh_without_a_version(cast: Cast) -> None:
    SectionFactory(town_id=cast.town.id, confirmed_on=clock.today() - timedelta(days=400))
    assert sections.of_town(cast.town.id, verified=False)["t03"].is_stale
    assert sections.confirm(cast.town.id, cast.mayor.id, "t03", 1)
    assert not sections.of_town(cast.town.id, verified=False)["t03"].is_stale
    assert not rows(SectionVersion)
    for thesis, version in (("t03", 9), ("t04", 0)):
        with pytest.raises(sections.StaleVersion):
            sections.confirm(cast.town.id, cast.mayor.id, thesis, version)


def test_a_weakness_moves_no_day_that_visitors_see(cast: Cast, save: Callable[..., bool]) -> None:
    long_ago = clock.today() - timedelta(days=100)
    fields = {"strengths": [{"text": "Bahnhof"}]}
    SectionFactory(town_id=cast.town.id, thesis="t01", fields=fields, text="", confirmed_on=long_ago)
    save("t01", version=1, weaknesses=[{"text": "Leerstand"}], **fields)
    assert sections.find(cast.town.id, "t01").confirmed_on == long_ago
    save("t01", version=2, strengths=[{"text": "Bahnhof und See"}])
    assert sections.find(cast.town.id, "t01").confirmed_on == clock.today()


def test_what_an_editor_writes_waits_and_is_released_with_one_click(
    cast: Cast, save: Callable[..., bool]
) -> None:
    save(text="Bisher")
    assert not save(by=cast.colleague, text="Erster Entwurf", version=1)
    assert not save(by=cast.colleague, text="Bisher, und mehr", version=1)
    assert sections.find(cast.town.id, "t03").text == "Bisher"
    assert [letter.kind for letter in rows(Letter)] == ["drafts_waiting"], "one letter a day"
    (waiting,) = section_releases.waiting(cast.town.id)
    (difference,) = waiting.differences
    assert [(piece.kind, piece.text) for piece in difference.pieces] == [
        (GONE, "Bisher"),
        (NEW, "Bisher, und mehr"),
    ]
    draft_id = waiting.draft.draft_id
    for town, who in ((cast.town, cast.colleague), (cast.other_town, cast.stranger)):
        assert not section_releases.release(town.id, who.id, draft_id, 1)
        assert not section_releases.give_back(town.id, who.id, draft_id, "")
    save(text="Die Leitung war schneller", version=1)
    with pytest.raises(sections.StaleVersion):
        section_releases.release(cast.town.id, cast.mayor.id, draft_id, 1)
    assert section_releases.waiting(cast.town.id)[0].is_overtaken
    assert section_releases.release(cast.town.id, cast.mayor.id, draft_id, 2)
    assert sections.find(cast.town.id, "t03").text == "Bisher, und mehr"
    assert rows(SectionVersion)[-1].changed_by_id == cast.colleague.id and not rows(SectionDraft)
    assert not section_releases.release(cast.town.id, cast.mayor.id, draft_id, 3)


def test_a_draft_given_back_waits_in_its_author_s_form(cast: Cast, save: Callable[..., bool]) -> None:
    save(by=cast.colleague, text="Noch nicht reif", formats=FORMATS)
    (draft,) = rows(SectionDraft)
    assert section_releases.give_back(cast.town.id, cast.mayor.id, draft.id, "Bitte mit Zahlen.")
    assert b"Bitte mit Zahlen." in rows(Letter)[-1].content
    half = typed.find(cast.colleague.id, cast.town.id, "section:t03")
    assert half is not None and half.content["formats-0-year"] == ["2024"]
    save(by=cast.colleague, text="Noch einmal")
    assert typed.find(cast.colleague.id, cast.town.id, "section:t03") is None
    (draft,) = rows(SectionDraft)
    assert not section_drafts.withdraw(cast.town.id, cast.mayor.id, draft.id)
    assert section_drafts.withdraw(cast.town.id, cast.colleague.id, draft.id)
    assert not rows(SectionDraft)


def test_the_history_says_who_changed_what_and_leads_back(cast: Cast, save: Callable[..., bool]) -> None:
    save(text="Wir fragen jedes Jahr", formats=FORMATS)
    save(text="Wir fragen alle zwei Jahre", formats=[], version=1)
    save(by=cast.mayor, text="Wir fragen alle zwei Jahre", visibility="verified", version=2)
    latest, second, first = section_history.versions(cast.town.id, "t03", limit=5)
    assert (first.who, first.number) == (PERSON, 1) and first.name.startswith("Renate Muster")
    assert [one.label for one in latest.differences] == ["Lesen dürfen"]
    entries, text = second.differences
    assert [(p.kind, p.text) for p in entries.pieces] == [(GONE, "Bürgerwerkstatt (2024)")]
    assert {p.kind for p in text.pieces} == {SAME, GONE, NEW}
    assert "".join(p.text for p in text.pieces if p.kind != GONE) == "Wir fragen alle zwei Jahre"
    # The page that begins in the middle knows what stood before its last version.
    (alone,) = section_history.versions(cast.town.id, "t03", limit=1, offset=1)
    assert alone.differences == second.differences

    assert section_history.restore(cast.town.id, cast.mayor.id, "t03", 1, 3)
    row = sections.find(cast.town.id, "t03")
    assert (row.version, row.text, row.visibility) == (4, "Wir fragen jedes Jahr", "public")
    assert section_history.versions(cast.town.id, "t03", limit=1)[0].restored_version == 1
    with pytest.raises(sections.StaleVersion):
        section_history.restore(cast.town.id, cast.mayor.id, "t03", 2, 3)
    with pytest.raises(LookupError):
        section_history.restore(cast.other_town.id, cast.stranger.id, "t03", 1, 0)
    assert not section_history.restore(cast.town.id, cast.colleague.id, "t03", 2, 4), "an editor's waits"
    assert sections.find(cast.town.id, "t03").version == 4


def test_names_in_the_history_are_those_of_the_town_s_own_people(cast: Cast) -> None:
    for number, who in enumerate((cast.mayor, cast.stranger, cast.operator), 1):
        SectionVersionFactory(town_id=cast.town.id, version=number, changed_by_id=who.id, text=f"{number}")
    found = section_history.versions(cast.town.id, "t03", limit=5)
    assert [bool(one.name) for one in found] == [False, False, True] and found[0].who == OPERATOR


def test_a_person_who_goes_leaves_her_words_without_her_name(cast: Cast, save: Callable[..., bool]) -> None:
    save(text="Bleibt")
    save(by=cast.colleague, text="Entwurf bleibt", version=1)
    typed.keep(cast.colleague.id, cast.town.id, "section:t04", {"text": ["geht"]})
    erasure.erase(cast.colleague.id, erasure.BY_HERSELF)
    erasure.erase(cast.mayor.id, erasure.BY_HERSELF)
    assert sections.find(cast.town.id, "t03").text == "Bleibt" and not rows(Typed)
    (drafts,) = section_drafts.waiting(cast.town.id).values()
    assert (drafts[0].author, drafts[0].author_id, drafts[0].text) == ("", None, "Entwurf bleibt")
    assert section_history.versions(cast.town.id, "t03", limit=1)[0].name == ""


@pytest.mark.parametrize("leads", [True, False])
def test_when_towns_merge_the_larger_one_s_sections_stay_and_the_others_wait(leads: bool, cast: Cast) -> None:
    gone, successor = TownFactory(taking_part=True), cast.town
    for place, text in ((gone, "aus der aufgelösten"), (successor, "aus der bleibenden")):
        SectionFactory(town_id=place.id, text=text, version=2)
        for number in (1, 2):
            SectionVersionFactory(town_id=place.id, version=number, text=f"{text} {number}")
        SectionDraftFactory(town_id=place.id, thesis="t09", author_id=cast.colleague.id)
        typed.keep(cast.colleague.id, place.id, "section:t09", {"text": [text]})
    typed.keep(cast.colleague.id, gone.id, "section:t01", {"text": ["halb"]})
    assert inheritance.is_used(gone.id)

    assert inheritance.inherit(gone, successor, leads=leads).drafts == 1
    db.session.commit()

    kept, other = ("aufgelösten", "bleibenden") if leads else ("bleibenden", "aufgelösten")
    assert kept in sections.find(successor.id, "t03").text
    (inherited,) = section_drafts.waiting(successor.id)["t03"]
    assert other in inherited.text and inherited.author_id is None
    assert len(section_drafts.waiting(successor.id)["t09"]) == 2
    assert [kept in row.text for row in section_history.versions(successor.id, "t03", limit=5)] == [
        True,
        True,
    ]
    assert section_history.count(gone.id, "t03") == 2 and not sections.of_town(gone.id, verified=True)
    assert typed.find(cast.colleague.id, successor.id, "section:t01") is not None
    assert section_releases.release(successor.id, cast.mayor.id, inherited.draft_id, 2)
    assert other in sections.find(successor.id, "t03").text


def test_an_operator_takes_out_one_part_or_all_and_nobody_brings_it_back(
    cast: Cast, save: Callable[..., bool]
) -> None:
    save("t02", housing="Unerlaubt", living="Schön", text="Gut")
    save("t02", housing="Unerlaubt", living="Sehr schön", text="Gut", version=1)
    take: dict[str, Any] = {"by_account_id": cast.operator.id, "report_id": 1}
    for version, part in ((1, "housing"), (2, "cohesion"), (2, "wetter")):
        with pytest.raises(ContentChanged):
            section_moderation.take_out(cast.town.id, "t02", version, part=part, **take)
    removed = section_moderation.take_out(cast.town.id, "t02", 2, part="housing", **take)
    db.session.commit()
    assert (removed.title, removed.sentence) == ("Abschnitt, Wohnen", "Unerlaubt")
    assert sections.find(cast.town.id, "t02").fields == {"living": "Sehr schön"}
    assert not [row for row in rows(SectionVersion) if "housing" in row.fields]
    removed = section_moderation.take_out(cast.town.id, "t02", 3, **take)
    db.session.commit()
    assert removed.sentence == "Sehr schön\nGut" and sections.find(cast.town.id, "t02").is_empty
    assert {(str(row.fields), row.text) for row in rows(SectionVersion)} == {("{}", "")}


def test_half_typed_texts_are_kept_per_person_town_and_form_for_thirty_days(cast: Cast) -> None:
    keep = typed.keep
    assert keep(cast.mayor.id, cast.town.id, "section:t03", {"text": ["erst"]})
    assert keep(cast.mayor.id, cast.town.id, "section:t03", {"text": ["dann"], "formats-0-format": ["a"]})
    assert keep(cast.mayor.id, cast.town.id, "stance:innenstadt", {"sentence": ["Satz"]})
    for form, content in (
        ("section:t11", {"text": ["a"]}),
        ("password", {"text": ["a"]}),
        ("section:t03", {"text": ["x" * typed.MAX_CHARACTERS]}),
        ("section:t03", {f"f{n}": [""] for n in range(typed.MAX_FIELDS + 1)}),
        ("section:t03", {"text": ["a\x00b"]}),
    ):
        assert not keep(cast.mayor.id, cast.town.id, form, content)
    half = typed.find(cast.mayor.id, cast.town.id, "section:t03")
    assert half is not None and half.content["text"] == ["dann"]
    assert typed.find(cast.colleague.id, cast.town.id, "section:t03") is None
    assert typed.find(cast.mayor.id, cast.other_town.id, "section:t03") is None
    typed.discard(cast.mayor.id, cast.town.id, "stance:innenstadt")
    assert len(rows(Typed)) == 1
    assert housekeeping.clear(clock.now() + timedelta(days=29)).typed == 0
    assert housekeeping.clear(clock.now() + timedelta(days=31)).typed == 1
