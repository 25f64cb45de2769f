"""Statements: saved, confirmed, taken back, and never overwritten unseen."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Focus, Stance
from kleinstadt_net.services import stances
from tests.factories import StanceDraftFactory, StanceFactory
from tests.support.cast import Cast

SUBJECT = "innenstadt"


@pytest.fixture
def save(cast: Cast) -> Callable[..., None]:
    def do(state: str | None = "strength", sentence: str | None = None, version: int = 0) -> None:
        stances.save(
            cast.town.id,
            cast.mayor.id,
            SUBJECT,
            state=state,
            sentence=sentence,
            since=date(2024, 3, 1),
            version=version,
        )

    return do


def test_a_statement_is_saved_changed_and_taken_back(cast: Cast, save: Callable[..., None]) -> None:
    save("seeking", "Wer hat leere Läden belebt?")
    row = stances.find(cast.town.id, SUBJECT)
    assert (row.state, row.sentence, row.since, row.version) == (
        "seeking",
        "Wer hat leere Läden belebt?",
        date(2024, 3, 1),
        1,
    )
    save("in_progress", None, version=1)
    row = stances.find(cast.town.id, SUBJECT)
    assert (row.state, row.sentence, row.version) == ("in_progress", None, 2)
    save(None, version=2)
    assert stances.find(cast.town.id, SUBJECT).state is None


def test_a_save_tells_every_process_that_the_town_changed(cast: Cast, save: Callable[..., None]) -> None:
    before = cast.town.revision
    save()
    db.session.refresh(cast.town)
    assert cast.town.revision > before


def test_a_form_opened_earlier_overwrites_nothing(cast: Cast, save: Callable[..., None]) -> None:
    save("strength", "Zuerst")
    save("strength", "Die Kollegin", version=1)
    for late in (0, 1):
        with pytest.raises(stances.StaleVersion) as caught:
            save("seeking", "Zu spät", version=late)
        assert caught.value.current.sentence == "Die Kollegin"
    with pytest.raises(stances.StaleVersion):
        save(None, version=1)
    assert stances.find(cast.town.id, SUBJECT).sentence == "Die Kollegin"


@pytest.mark.both_databases
def test_two_people_saving_at_the_same_moment_leave_one_statement(app: Flask, cast: Cast) -> None:
    town_id, account_id = cast.town.id, cast.mayor.id
    db.session.commit()
    start, outcomes = Barrier(2), []

    def do(sentence: str) -> None:
        with app.app_context():
            start.wait()
            try:
                stances.save(
                    town_id, account_id, SUBJECT, state="strength", sentence=sentence, since=None, version=0
                )
                outcomes.append("saved")
            except stances.StaleVersion:
                outcomes.append("stale")

    threads = [Thread(target=do, args=(sentence,)) for sentence in ("eins", "zwei")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["saved", "stale"]
    assert len(db.session.scalars(select(Stance)).all()) == 1


def test_what_is_no_statement_is_refused(cast: Cast, save: Callable[..., None]) -> None:
    for bad in ({"state": "proud"}, {"sentence": "x" * 201}):
        with pytest.raises(ValueError, match=r"no such|too long"):
            save(**bad)
    with pytest.raises(ValueError, match="no such"):
        stances.save(
            cast.town.id, cast.mayor.id, "wetter", state="strength", sentence=None, since=None, version=0
        )


def test_confirming_makes_an_old_statement_fresh(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, subject=SUBJECT, confirmed_on=clock.today() - timedelta(days=400))
    assert [row.subject for row in stances.sheet(cast.town.id).stale] == [SUBJECT]
    stances.confirm(cast.town.id, cast.mayor.id, SUBJECT, version=1)
    assert not stances.sheet(cast.town.id).stale
    with pytest.raises(stances.StaleVersion):
        stances.confirm(cast.town.id, cast.mayor.id, SUBJECT, version=1)


def test_up_to_three_theses_are_a_focus(cast: Cast) -> None:
    stances.set_focus(cast.town.id, cast.mayor.id, ["t09", "t01"])
    assert stances.sheet(cast.town.id).focus == ("t01", "t09")
    for wrong in (["t01", "t02", "t03", "t04"], ["t01", "innenstadt"], ["t01", "t01"]):
        with pytest.raises(ValueError, match="focus"):
            stances.set_focus(cast.town.id, cast.mayor.id, wrong)
    stances.set_focus(cast.town.id, cast.mayor.id, [])
    assert not db.session.scalars(select(Focus)).all()


def test_a_draft_is_adopted_or_discarded_by_its_own_town_only(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, subject=SUBJECT, sentence="Unser Satz")
    adopted = StanceDraftFactory(town_id=cast.town.id, subject=SUBJECT, sentence="Ihr Satz").id
    discarded = StanceDraftFactory(town_id=cast.town.id, subject="waerme").id
    assert not stances.adopt_draft(cast.other_town.id, cast.stranger.id, adopted)
    assert not stances.discard_draft(cast.other_town.id, cast.stranger.id, adopted)
    assert stances.adopt_draft(cast.town.id, cast.mayor.id, adopted)
    assert stances.discard_draft(cast.town.id, cast.mayor.id, discarded)
    sheet = stances.sheet(cast.town.id)
    assert sheet.rows[SUBJECT].sentence == "Ihr Satz" and sheet.rows["waerme"].state is None
    assert not sheet.drafts
