"""A town that has ended the contact is left in peace, and the other cannot tell it from one that is busy."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.models import AuditEntry, Exchange, Letter, TownBlock
from kleinstadt_net.services import (
    answer_giving,
    answer_letters,
    availability,
    digest_facts,
    digest_people,
    exchange_answers,
    exchange_requests,
    peer_review_invitations,
    round_inputs,
    suggestions,
    town_blocking,
    town_blocks,
)
from kleinstadt_net.services.availability import RequestRefusedError
from kleinstadt_net.services.exchange_answers import NobodyThereError
from kleinstadt_net.services.exchange_limits import Obstacle
from kleinstadt_net.services.exchange_requests import RefusedError
from kleinstadt_net.services.town_blocking import UnknownTownError
from tests.factories import (
    ExchangeFactory,
    MembershipFactory,
    RoundFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownBlockFactory,
    TownFactory,
)
from tests.support.cast import Cast

MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=territory.TIME_ZONE)
WORDS = "innenstadt", "video", "In der Langen Straße stehen Läden leer.", "Ihr Muster für den Mietvertrag."


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def end(cast: Cast) -> bool:
    return town_blocking.end(cast.town.id, cast.mayor.id, cast.other_town.ags)


def obstacle(town_id: int, peer_id: int, account_id: int) -> Obstacle:
    with pytest.raises(RefusedError) as caught:
        exchange_requests.ask(town_id, peer_id, account_id, *WORDS)
    return caught.value.obstacle


def kinds() -> list[str]:
    return list(db.session.scalars(select(Letter.kind).order_by(Letter.id)))


def test_the_other_town_reads_exactly_what_it_reads_of_a_busy_one(cast: Cast) -> None:
    theirs = cast.other_town.id, cast.town.id, cast.stranger.id
    assert end(cast) and not kinds()
    blocked = obstacle(*theirs)
    town_blocking.allow(cast.town.id, cast.mayor.id, cast.other_town.ags)
    availability.set_requests(cast.town.id, cast.mayor.id, 0)
    assert obstacle(*theirs) == blocked


def test_the_town_itself_is_told_that_it_ended_the_contact_and_can_allow_it_again(cast: Cast) -> None:
    ours = cast.town.id, cast.other_town.id, cast.mayor.id
    assert end(cast) and not end(cast)
    assert obstacle(*ours).code == "blocked"
    (listed,) = town_blocks.listing(cast.town.id)
    assert (listed.name, listed.blocked_at) == ("Lauenfurt", MONDAY) and listed.blocked_by
    assert town_blocks.listing(cast.other_town.id) == ()
    assert town_blocking.allow(cast.town.id, cast.mayor.id, cast.other_town.ags)
    assert not town_blocking.allow(cast.town.id, cast.mayor.id, cast.other_town.ags)
    assert exchange_requests.ask(*ours, *WORDS)
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("contact.")))
    assert list(actions) == ["contact.ended", "contact.allowed"]


@pytest.mark.parametrize(
    ("asks", "state", "becomes"),
    [
        ("own", "requested", "withdrawn"),
        ("other", "requested", "declined"),
        ("own", "talking", "closed"),
        ("other", "talking", "closed"),
    ],
)
def test_what_the_two_have_under_way_ends_with_it(cast: Cast, asks: str, state: str, becomes: str) -> None:
    pair = (cast.town, cast.other_town) if asks == "own" else (cast.other_town, cast.town)
    row = ExchangeFactory(town=pair[0], peer=pair[1], state=state)
    end(cast)
    db.session.expire_all()
    assert (db.session.get_one(Exchange, row.id).state, row.open_pair) == (becomes, None)
    assert kinds() == (["exchange_declined"] if becomes == "declined" else [])


def test_a_closed_talk_is_not_taken_up_again_by_either_side(cast: Cast) -> None:
    row = ExchangeFactory(town=cast.town, peer=cast.other_town, state="talking")
    end(cast)
    for town, person in ((cast.town, cast.mayor), (cast.other_town, cast.stranger)):
        with pytest.raises(NobodyThereError):
            exchange_answers.act(row.id, town.id, person.id, "reopen")


def test_no_round_proposes_the_two_to_each_other(cast: Cast) -> None:
    end(cast)
    pair = (cast.town.ags, cast.other_town.ags)
    assert pair in round_inputs.history("2026-12").rested
    town_blocking.allow(cast.town.id, cast.mayor.id, cast.other_town.ags)
    assert pair not in round_inputs.history("2026-12").rested


def test_a_months_suggestion_goes_from_the_own_page_and_letter_and_stays_on_the_others(cast: Cast) -> None:
    month = RoundFactory(month="2026-11")
    SuggestionFactory(round=month, town=cast.town, peer=cast.other_town)
    theirs = SuggestionFactory(round=month, town=cast.other_town, peer=cast.town)
    end(cast)
    assert suggestions.for_town(cast.town.id, "2026-11").items == ()
    (shown,) = suggestions.for_town(cast.other_town.id, "2026-11").items
    assert shown.ask_again == "2026-12"
    with pytest.raises(RequestRefusedError):
        answer_giving.give(theirs.id, cast.other_town.id, cast.stranger.id, "contact", "page")


def test_a_wish_made_before_is_told_no_more(cast: Cast, travel: time_machine.Traveller) -> None:
    month = RoundFactory(month="2026-11")
    SuggestionFactory(round=month, town=cast.town, peer=cast.other_town)
    theirs = SuggestionFactory(round=month, town=cast.other_town, peer=cast.town)
    SuggestionAnswerFactory(suggestion_id=theirs.id, answer="contact")
    travel.shift(timedelta(hours=2))
    assert answer_letters.write_due(datetime.now(territory.TIME_ZONE)).wishes == 1
    end(cast)
    assert "wish_letter" not in kinds()
    travel.shift(timedelta(days=1))
    assert answer_letters.write_due(datetime.now(territory.TIME_ZONE)).written == 0
    travel.shift(timedelta(days=5))
    assert answer_letters.write_due(datetime.now(territory.TIME_ZONE)).written == 0
    assert suggestions.wished(cast.town.id) == ()
    towns = [digest_people.home_town(cast.town)]
    assert not digest_facts.news(towns, month.id, MONDAY.date())[cast.town.id].waiting


def test_neither_is_offered_or_taken_for_a_peer_review(cast: Cast) -> None:
    third = MembershipFactory().town
    end(cast)
    for host, person, guest in (
        (cast.town, cast.mayor, cast.other_town),
        (cast.other_town, cast.stranger, cast.town),
    ):
        with pytest.raises(peer_review_invitations.RefusedError):
            peer_review_invitations.invite(
                "innenstadt",
                "Was tun?",
                [guest.ags, third.ags],
                town_id=host.id,
                account_id=person.id,
            )


def test_only_a_lead_ends_the_contact_and_only_with_another_town(cast: Cast) -> None:
    for town_id, account_id, ags in (
        (cast.town.id, cast.colleague.id, cast.other_town.ags),
        (cast.town.id, cast.stranger.id, cast.other_town.ags),
        (cast.town.id, cast.mayor.id, cast.town.ags),
        (cast.town.id, cast.mayor.id, "99999999"),
    ):
        with pytest.raises(UnknownTownError):
            town_blocking.end(town_id, account_id, ags)
    assert db.session.scalar(select(TownBlock.id)) is None


def test_a_merged_town_goes_on_keeping_its_distance(cast: Cast) -> None:
    other, successor = TownFactory(), TownFactory()
    for town_id, peer_id in (
        (cast.town.id, other.id),
        (cast.town.id, cast.other_town.id),
        (cast.town.id, successor.id),
        (successor.id, cast.other_town.id),
        (other.id, cast.town.id),
    ):
        TownBlockFactory(town_id=town_id, peer_id=peer_id)
    town_blocks.inherit(cast.town.id, successor.id)
    db.session.commit()
    rows = db.session.execute(select(TownBlock.town_id, TownBlock.peer_id)).all()
    assert sorted(map(tuple, rows)) == sorted(
        [(successor.id, other.id), (successor.id, cast.other_town.id), (other.id, successor.id)]
    )
