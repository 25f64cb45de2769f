"""Peer reviews: invited, answered, written together, and public only as far as the host says."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Letter, PeerReview, PeerReviewTown, Town
from kleinstadt_net.services import (
    peer_review_inheritance,
    peer_review_invitations,
    peer_review_writing,
    peer_reviews,
)
from kleinstadt_net.services.peer_review_invitations import RefusedError
from kleinstadt_net.services.peer_review_writing import Content, StaleVersionError
from kleinstadt_net.services.peer_reviews import UnknownPeerReviewError
from tests.factories import ExchangeFactory, MembershipFactory, PeerReviewFactory, TownFactory
from tests.support.cast import Cast
from tests.support.letters import bodies

QUESTION = "Wie bekommen wir die Eigentümer an einen Tisch?"
EMPTY = Content(None, "", "", "", "")


@pytest.fixture
def third(cast: Cast) -> Town:
    made: Town = MembershipFactory(town=TownFactory(taking_part=True, name="Mühlenqualm")).town
    return made


def invite(cast: Cast, *towns: Town, question: str = QUESTION) -> int:
    return peer_review_invitations.invite(
        "innenstadt", question, [town.ags for town in towns], town_id=cast.town.id, account_id=cast.mayor.id
    )


def answer(made: int, cast: Cast, *, says_yes: bool) -> None:
    peer_review_invitations.answer(
        made, town_id=cast.other_town.id, account_id=cast.stranger.id, says_yes=says_yes
    )


def letters(kind: str) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def test_two_or_three_towns_are_invited_with_a_role_each(cast: Cast, third: Town) -> None:
    ExchangeFactory(town=third, peer=cast.town, state="talking")
    offered = peer_review_invitations.offered("innenstadt", cast.town.id)
    assert offered[0].ags == third.ags and cast.town.ags not in {town.ags for town in offered}
    made = invite(cast, cast.other_town, third)
    to_stranger, _ = letters("peer_review_invited")
    assert to_stranger.subject == "Ellernrode bittet um Ihren Blick von außen"
    for body in bodies(to_stranger):
        assert QUESTION in body and "Lauenfurt führt durch den Tag" in body
    page = peer_reviews.page(made, cast.town.id)
    assert [(guest.town.name, guest.role) for guest in page.guests] == [
        ("Lauenfurt", "moderates"),
        ("Mühlenqualm", "records"),
    ]


def test_what_cannot_be_invited(cast: Cast, third: Town) -> None:
    more = [TownFactory(taking_part=True) for _ in range(2)]
    absent = TownFactory()
    for towns, reason in (
        ([third], "few"),
        ([third, *more, cast.other_town], "many"),
        ([third, absent], "unknown"),
        ([third, cast.town], "unknown"),
    ):
        with pytest.raises(RefusedError, match=reason):
            invite(cast, *towns)
    for question in ("Wie?", "Wann?", "Wer?"):
        invite(cast, third, cast.other_town, question=question)
    with pytest.raises(RefusedError, match="open_enough"):
        invite(cast, third, cast.other_town)


def test_a_no_is_told_to_the_host_alone_and_another_is_invited_instead(cast: Cast, third: Town) -> None:
    fourth = TownFactory(taking_part=True)
    made = invite(cast, cast.other_town, third)
    answer(made, cast, says_yes=False)
    with pytest.raises(RefusedError, match="unknown"):
        peer_review_invitations.invite_another(
            made, cast.other_town.ags, town_id=cast.town.id, account_id=cast.mayor.id
        )
    (told,) = letters("peer_review_answered")
    assert told.account_id == cast.mayor.id and told.subject == "Lauenfurt kann diesmal nicht kommen"
    with pytest.raises(UnknownPeerReviewError):
        peer_reviews.page(made, cast.other_town.id)
    with pytest.raises(UnknownPeerReviewError):
        answer(made, cast, says_yes=True)
    assert [guest.town.ags for guest in peer_reviews.page(made, third.id).guests] == [third.ags]
    peer_review_invitations.invite_another(made, fourth.ags, town_id=cast.town.id, account_id=cast.mayor.id)
    roles = {guest.town.ags: guest.role for guest in peer_reviews.page(made, cast.town.id).guests}
    assert roles[fourth.ags] == "moderates", "the role that has become free"


def test_host_and_guest_see_each_other_s_contact_once_both_have_agreed_and_nobody_else_does(
    cast: Cast, third: Town
) -> None:
    made = invite(cast, cast.other_town, third)
    assert contacts(made, cast.town) == contacts(made, cast.other_town) == set()
    answer(made, cast, says_yes=True)
    assert contacts(made, cast.town) == {cast.stranger.email}
    assert contacts(made, cast.other_town) == {cast.mayor.email}
    assert contacts(made, third) == set()
    answer(made, cast, says_yes=False)
    assert contacts(made, cast.town) == contacts(made, third) == set()


def contacts(made: int, town: Town) -> set[str]:
    page = peer_reviews.page(made, town.id)
    found = (page.host_contact, *(guest.contact for guest in page.guests))
    return {contact.email for contact in found if contact is not None}


def test_the_host_settles_the_day_and_guests_write_what_was_said(cast: Cast, third: Town) -> None:
    made = invite(cast, cast.other_town, third)
    host: dict[str, Any] = {"town_id": cast.town.id, "account_id": cast.mayor.id}
    guest: dict[str, Any] = {"town_id": cast.other_town.id, "account_id": cast.stranger.id}
    with pytest.raises(UnknownPeerReviewError):
        peer_review_writing.edit(made, EMPTY, 1, **guest)
    answer(made, cast, says_yes=True)
    day = clock.today() + timedelta(days=20)
    settled = Content(day, "Rathaus", "- Rundgang", "", "")
    peer_review_writing.edit(made, settled, 1, **host, roles={cast.other_town.ags: "records", "x": "y"})
    assert {letter.account_id for letter in letters("peer_review_dated")} == {cast.mayor.id, cast.stranger.id}
    with pytest.raises(StaleVersionError) as stale:
        peer_review_writing.edit(made, replace(EMPTY, minutes="Alle da."), 1, **guest)
    assert stale.value.content == settled
    written = Content(None, "anderswo", "", "Alle waren da.", "Wir rufen an.")
    peer_review_writing.edit(made, written, stale.value.version, **guest)
    page = peer_reviews.page(made, cast.town.id)
    assert (page.held_on, page.place, page.minutes, page.result) == (
        day,
        "Rathaus",
        "Alle waren da.",
        "Wir rufen an.",
    )
    assert page.guests[0].role == "records"
    with pytest.raises(UnknownPeerReviewError):
        peer_review_writing.publish(made, "Alles", **guest)
    assert peer_reviews.listing(third.id).published == ()
    peer_review_writing.publish(made, "Anrufen hilft.", **host)
    (public,) = peer_reviews.listing(third.id).published
    assert (public.text, public.host.name) == ("Anrufen hilft.", "Ellernrode")
    peer_review_writing.end(made, **host)
    assert peer_reviews.page(made, cast.other_town.id).state == "closed"
    with pytest.raises(UnknownPeerReviewError):
        peer_review_writing.edit(made, written, 9, **guest)
    peer_review_writing.publish(made, "", **host)
    assert peer_reviews.listing(third.id).published == ()


def test_what_is_sent_twice_is_done_and_told_once(cast: Cast, third: Town) -> None:
    made = invite(cast, cast.other_town, third)
    assert invite(cast, third, cast.other_town) == made and len(letters("peer_review_invited")) == 2
    host: dict[str, Any] = {"town_id": cast.town.id, "account_id": cast.mayor.id}
    day = clock.today() + timedelta(days=20)
    for _ in range(2):
        answer(made, cast, says_yes=True)
        # The second form was opened at the first version too.
        peer_review_writing.edit(
            made, Content(day, "Rathaus", "", "", "Gut."), 1, **host, roles={cast.other_town.ags: "records"}
        )
        peer_review_writing.publish(made, "Anrufen hilft.", **host)
    assert [len(letters(f"peer_review_{kind}")) for kind in ("answered", "dated")] == [1, 2]
    begun = peer_review_writing.begin_example(made, **host)
    assert peer_review_writing.begin_example(made, **host) == begun
    for _ in range(2):
        answer(made, cast, says_yes=False)
    assert len(letters("peer_review_answered")) == 2 and peer_reviews.has_declined(made, cast.other_town.id)
    fourth = MembershipFactory().town
    for _ in range(2):
        peer_review_invitations.invite_another(made, fourth.ags, **host)
    assert len(letters("peer_review_invited")) == 3
    for _ in range(2):
        peer_review_writing.end(made, **host)
    assert peer_reviews.page(made, cast.town.id).state == "closed"


@pytest.mark.parametrize("days", [-1, 367])
def test_a_day_before_the_invitation_or_years_ahead_is_refused_and_nothing_stored(
    cast: Cast, third: Town, days: int
) -> None:
    made = invite(cast, cast.other_town, third)
    wrong = Content(clock.today() + timedelta(days=days), "Rathaus", "", "", "")
    with pytest.raises(peer_review_writing.RefusedError):
        peer_review_writing.edit(made, wrong, 1, town_id=cast.town.id, account_id=cast.mayor.id)
    assert peer_reviews.page(made, cast.town.id).place == ""


def test_without_a_result_the_end_is_a_cancellation_and_whoever_would_have_come_is_told(
    cast: Cast, third: Town
) -> None:
    made = invite(cast, cast.other_town, third)
    answer(made, cast, says_yes=True)
    peer_review_writing.end(made, town_id=cast.town.id, account_id=cast.mayor.id)
    (told,) = letters("peer_review_cancelled")
    assert told.account_id == cast.stranger.id
    assert peer_reviews.page(made, cast.other_town.id).state == "cancelled"


def test_a_dissolved_towns_reviews_go_on_with_its_successor(cast: Cast, third: Town) -> None:
    hosted = PeerReviewFactory(host_id=cast.town.id, guests=[third.id, cast.other_town.id]).id
    guest_of = PeerReviewFactory(host_id=cast.other_town.id, guests=[cast.town.id]).id
    peer_review_inheritance.inherit(cast.town.id, third.id)
    db.session.commit()
    assert db.session.get_one(PeerReview, hosted).host_id == third.id
    rows = db.session.execute(select(PeerReviewTown.peer_review_id, PeerReviewTown.town_id)).all()
    assert {tuple(row) for row in rows} == {(hosted, cast.other_town.id), (guest_of, third.id)}
