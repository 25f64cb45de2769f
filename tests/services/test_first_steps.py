"""The first five minutes, and what towns like one's own often seek."""

from datetime import date

import pytest
import time_machine
from flask import Flask

from kleinstadt_net.database import db
from kleinstadt_net.models import Town
from kleinstadt_net.services import first_steps, installation, sought_nearby, stance_drafts, stances, typed
from kleinstadt_net.services.first_steps import Answers
from kleinstadt_net.services.sought_nearby import FEWEST, Sought
from tests.factories import FocusFactory, StanceDraftFactory, StanceFactory, TownFactory, TownFigureFactory
from tests.support.cast import Cast
from tests.support.statements import counted_queries

BOTH = Answers("t07", "innenstadt", "Wer füllt leere Läden?", "mobilitaet", "Unser Rufbus fährt.")


def test_a_lead_s_word_counts_at_once_and_what_was_half_typed_is_gone(cast: Cast) -> None:
    town_id, mayor = cast.town.id, cast.mayor.id
    assert not first_steps.standing(town_id, mayor).has_begun
    typed.keep(mayor, town_id, first_steps.FORM, {"sought_sentence": ["Wer"]})
    assert first_steps.save(town_id, mayor, BOTH)
    sheet = stances.sheet(town_id)
    assert sheet.focus == ("t07",)
    said = {row.subject: (row.state, row.sentence) for row in sheet.given}
    assert said == {
        "innenstadt": ("seeking", "Wer füllt leere Läden?"),
        "mobilitaet": ("strength", "Unser Rufbus fährt."),
    }
    assert typed.find(mayor, town_id, first_steps.FORM) is None
    assert first_steps.standing(town_id, mayor).has_begun


def test_an_editor_s_word_waits_and_the_focus_is_left_to_the_leads(cast: Cast) -> None:
    assert not first_steps.save(cast.town.id, cast.colleague.id, BOTH)
    sheet = stances.sheet(cast.town.id)
    assert not sheet.given and not sheet.focus
    assert set(stance_drafts.waiting(cast.town.id)) == {"innenstadt", "mobilitaet"}
    standing = first_steps.standing(cast.town.id, cast.colleague.id)
    assert (standing.has_begun, standing.has_drafts, standing.must_wait) == (False, True, True)


def test_nothing_a_colleague_has_said_meanwhile_is_overwritten_and_nothing_is_half_done(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, subject="mobilitaet", state="seeking", sentence="Ihr Satz")
    FocusFactory(town_id=cast.town.id, thesis="t02")
    with pytest.raises(stances.StaleVersion) as stale:
        first_steps.save(cast.town.id, cast.mayor.id, BOTH)
    assert stale.value.current.sentence == "Ihr Satz"
    assert [row.subject for row in stances.sheet(cast.town.id).given] == ["mobilitaet"]
    assert first_steps.save(cast.town.id, cast.mayor.id, Answers("t07", "innenstadt"))
    assert stances.sheet(cast.town.id).focus == ("t02", "t07")


def test_a_fourth_focus_is_not_added(cast: Cast) -> None:
    for thesis in ("t01", "t02", "t03"):
        FocusFactory(town_id=cast.town.id, thesis=thesis)
    first_steps.save(cast.town.id, cast.mayor.id, BOTH)
    assert stances.sheet(cast.town.id).focus == ("t01", "t02", "t03")


@pytest.mark.parametrize(
    "answers",
    [
        Answers("t99", "innenstadt"),
        Answers("t01", "unsinn"),
        Answers("t01", "wohnen", "", "wohnen"),
        Answers("t01", "wohnen", "x" * 201),
    ],
)
def test_what_no_form_can_send_is_refused(cast: Cast, answers: Answers) -> None:
    with pytest.raises(ValueError):
        first_steps.save(cast.town.id, cast.mayor.id, answers)


def test_what_comes_next_is_told_by_the_calendar(app: Flask) -> None:
    # The first Tuesday of December is the 1st; in January it is the 5th, in Baden-Württemberg too.
    for today, letter_on in ((date(2026, 12, 1), date(2026, 12, 1)), (date(2026, 12, 2), date(2027, 1, 5))):
        with time_machine.travel(today, tick=False):
            found = first_steps.prospect("08")
        assert (found.round_on, found.letter_on) == (date(2027, 1, 1), letter_on)


def alike(count: int, seeking: int, subject: str = "innenstadt") -> Town:
    """A town taking part, and others like it of which some seek advice on a subject."""
    own: Town = TownFactory(taking_part=True)
    TownFigureFactory(town=own, population=10_000)
    for number in range(count):
        other = TownFactory(taking_part=True)
        TownFigureFactory(town=other, population=10_010 + number)
        if number < seeking:
            StanceFactory(town_id=other.id, subject=subject, state="seeking")
    return own


def changed(*towns: Town) -> None:
    installation.touch_towns([town.id for town in towns])
    db.session.commit()


def test_nine_are_not_told_and_ten_are(app: Flask) -> None:
    own = alike(12, FEWEST - 1)
    assert sought_nearby.for_beginners(own.id) == ()
    tenth = TownFactory(taking_part=True)
    TownFigureFactory(town=tenth, population=10_020)
    StanceFactory(town_id=tenth.id, subject="innenstadt", state="in_progress")
    changed(own)
    assert sought_nearby.for_beginners(own.id) == (), "who works on something has not asked"
    eleventh = TownFactory(taking_part=True)
    TownFigureFactory(town=eleventh, population=10_020)
    StanceFactory(town_id=eleventh.id, subject="innenstadt", state="seeking")
    changed(own)
    assert sought_nearby.for_beginners(own.id) == (Sought("innenstadt", FEWEST),)
    with counted_queries() as queries:
        sought_nearby.for_beginners(own.id)
    assert len(queries) <= 1, "the revision"


def test_only_the_forty_most_alike_count(app: Flask) -> None:
    own = alike(40, 0)
    for number in range(FEWEST):
        far = TownFactory(taking_part=True)
        TownFigureFactory(town=far, population=19_000 + number)
        StanceFactory(town_id=far.id, subject="waerme", state="seeking")
    assert sought_nearby.for_beginners(own.id) == ()


def test_nothing_is_told_to_a_town_that_seeks_itself_or_does_not_take_part(app: Flask) -> None:
    own = alike(10, 10)
    outside = TownFactory()
    TownFigureFactory(town=outside, population=10_000)
    assert sought_nearby.for_beginners(outside.id) == ()
    StanceFactory(town_id=own.id, subject="innenstadt", state="strength")
    changed(own)
    assert sought_nearby.for_beginners(own.id) == (), "what one can show is nothing one is told to seek"
    StanceFactory(town_id=own.id, subject="wohnen", state="seeking")
    changed(own)
    assert sought_nearby.for_beginners(own.id) == ()


def test_a_dissolved_draft_does_not_count_as_a_beginning(cast: Cast) -> None:
    StanceDraftFactory(town_id=cast.town.id, subject="wohnen")
    assert not first_steps.standing(cast.town.id, cast.mayor.id).has_begun
