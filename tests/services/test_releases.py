"""Editors draft, a lead releases: nothing public changes before, nothing newer is replaced unseen."""

import pytest
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Letter, StanceDraft
from kleinstadt_net.services import memberships, releases, stance_drafts, stances
from tests.factories import StanceDraftFactory, StanceFactory
from tests.support.cast import Cast

SUBJECT = "innenstadt"
NEWER = "Inzwischen von der Bürgermeisterin"


def save(
    cast: Cast, who: Account, sentence: str | None, state: str | None = "strength", version: int = 0
) -> bool:
    return stances.save(
        cast.town.id, who.id, SUBJECT, state=state, sentence=sentence, since=None, version=version
    )


def draft_ids(cast: Cast) -> list[int]:
    return [release.draft.draft_id for release in releases.waiting(cast.town.id)]


def test_what_an_editor_writes_waits_and_becomes_public_by_one_click(cast: Cast) -> None:
    before = cast.town.revision
    assert not save(cast, cast.colleague, "Erster Satz")
    assert not save(cast, cast.colleague, "Zweiter Satz")
    assert stances.find(cast.town.id, SUBJECT).state is None
    db.session.refresh(cast.town)
    assert cast.town.revision == before
    ((draft,),) = stance_drafts.waiting(cast.town.id).values()
    assert draft.sentence == "Zweiter Satz"
    letters = db.session.scalars(select(Letter.kind)).all()
    assert letters == ["drafts_waiting"], "one a day, however many drafts"
    assert releases.release(cast.town.id, cast.mayor.id, draft.draft_id, 0)
    assert stances.find(cast.town.id, SUBJECT).sentence == "Zweiter Satz"
    assert not draft_ids(cast)


def test_a_newer_statement_is_shown_before_a_draft_replaces_it(cast: Cast) -> None:
    save(cast, cast.colleague, "Entwurf")
    save(cast, cast.mayor, NEWER)
    (waiting,) = releases.waiting(cast.town.id)
    assert waiting.is_overtaken and waiting.current.sentence == NEWER
    with pytest.raises(stances.StaleVersion):
        releases.release(cast.town.id, cast.mayor.id, waiting.draft.draft_id, 0)
    assert stances.find(cast.town.id, SUBJECT).sentence == NEWER
    assert releases.release(cast.town.id, cast.mayor.id, waiting.draft.draft_id, 1)
    assert stances.find(cast.town.id, SUBJECT).sentence == "Entwurf"


def test_confirming_and_taking_back_wait_too(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, subject=SUBJECT, sentence="Gilt")
    assert not stances.confirm(cast.town.id, cast.colleague.id, SUBJECT, 1)
    assert not save(cast, cast.colleague, None, state=None, version=1)
    assert stances.find(cast.town.id, SUBJECT).version == 1
    (draft_id,) = draft_ids(cast)
    assert releases.release(cast.town.id, cast.mayor.id, draft_id, 1)
    assert stances.find(cast.town.id, SUBJECT).state is None
    assert not save(cast, cast.colleague, None, state=None)
    assert not draft_ids(cast), "there is nothing left to take back"


def test_a_draft_is_given_back_with_a_sentence_or_withdrawn_by_its_author(cast: Cast) -> None:
    save(cast, cast.colleague, "Noch nicht reif")
    (draft_id,) = draft_ids(cast)
    assert not stance_drafts.withdraw(cast.town.id, cast.mayor.id, draft_id)
    assert releases.give_back(cast.town.id, cast.mayor.id, draft_id, "Bitte mit Zahlen.")
    letter = db.session.scalars(select(Letter).where(Letter.kind == "draft_returned")).one()
    assert letter.recipient == cast.colleague.email and b"Bitte mit Zahlen." in letter.content
    save(cast, cast.colleague, "Noch einmal")
    assert stance_drafts.withdraw(cast.town.id, cast.colleague.id, draft_ids(cast)[0])
    assert not db.session.scalars(select(StanceDraft)).all()


def test_only_a_lead_of_the_town_releases(cast: Cast) -> None:
    save(cast, cast.colleague, "Entwurf")
    (draft_id,) = draft_ids(cast)
    inherited = StanceDraftFactory(town_id=cast.town.id, subject="wohnen").id
    for town, who in (
        (cast.town, cast.colleague),
        (cast.town, cast.stranger),
        (cast.other_town, cast.stranger),
    ):
        assert not releases.release(town.id, who.id, draft_id, 0)
        assert not releases.give_back(town.id, who.id, draft_id, "")
    # An editor's own draft must not become public by the way inherited ones are adopted.
    with pytest.raises(stances.LeadOnly):
        stances.adopt_draft(cast.town.id, cast.colleague.id, inherited)
    with pytest.raises(stances.LeadOnly):
        stances.discard_draft(cast.town.id, cast.colleague.id, inherited)
    with pytest.raises(stances.LeadOnly):
        stances.set_focus(cast.town.id, cast.colleague.id, ["t01"])
    assert not stances.adopt_draft(cast.town.id, cast.mayor.id, draft_id)
    assert stances.find(cast.town.id, SUBJECT).state is None


def test_a_town_may_do_without_release(cast: Cast) -> None:
    assert memberships.set_needs_release(cast.town.id, False, cast.mayor.id)
    assert save(cast, cast.colleague, "Sofort sichtbar")
    assert stances.find(cast.town.id, SUBJECT).sentence == "Sofort sichtbar"
