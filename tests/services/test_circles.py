"""Circles from proposal to end: yes and no, the fourth yes, too late, joining, dates, what others learn."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Circle, CircleMeeting, CircleTown, Letter, Membership, Town
from kleinstadt_net.services import (
    circle_answers,
    circle_meetings,
    circle_proposals,
    circles,
    installation,
    round_inputs,
)
from kleinstadt_net.services.circle_answers import TooLateError
from kleinstadt_net.services.circle_meetings import Content, StaleVersionError
from kleinstadt_net.services.circle_proposals import RefusedError
from kleinstadt_net.services.circles import UnknownCircleError
from tests.factories import (
    AccountFactory,
    CircleFactory,
    CircleTownFactory,
    MembershipFactory,
    StanceFactory,
    TownFactory,
    TownFigureFactory,
)
from tests.support.letters import html_of, text_of
from tests.support.statements import counted_queries


def towns_with(count: int, subject: str = "klima") -> list[Town]:
    """Towns with a lead each that work on one subject."""
    made: list[Town] = []
    for n in range(count):
        town = TownFactory(taking_part=True, land=f"{n % 3 + 1:02d}")
        TownFigureFactory(town=town)
        MembershipFactory(account=AccountFactory(), town=town, role="lead")
        StanceFactory(town_id=town.id, subject=subject, state="in_progress")
        made.append(town)
    installation.touch_towns([town.id for town in made])
    db.session.commit()
    return made


def lead_of(town: Town) -> int:
    return db.session.scalars(select(Membership.account_id).where(Membership.town_id == town.id)).one()


def asked(towns: list[Town], **given: object) -> int:
    circle = CircleFactory(subject="klima", **given)
    for position, town in enumerate(towns, start=1):
        CircleTownFactory(circle_id=circle.id, town_id=town.id, position=position)
    db.session.commit()
    return int(circle.id)


def say(circle_id: int, town: Town, yes: bool = True) -> None:
    circle_answers.answer(circle_id, town.id, lead_of(town), yes)


def kinds() -> list[str]:
    return sorted(db.session.scalars(select(Letter.kind)))


def test_a_quarter_s_circles_are_proposed_once_from_its_second_week_on(app: Flask) -> None:
    towns_with(12)
    assert circle_proposals.propose_quarter(datetime(2026, 10, 7, 8, tzinfo=UTC)) == 0
    assert circle_proposals.propose_quarter(datetime(2026, 10, 8, 8, tzinfo=UTC)) == 1
    assert circle_proposals.propose_quarter(datetime(2026, 11, 20, 8, tzinfo=UTC)) == 0
    circle = db.session.scalars(select(Circle)).one()
    assert (circle.subject, circle.period, circle.state) == ("klima", "2026-Q4", "proposed")
    assert len(db.session.scalars(select(CircleTown)).all()) == 6
    assert kinds() == ["circle_proposed"] * 6


def test_the_fourth_yes_begins_it_with_three_dates_and_hosts_in_turn(app: Flask) -> None:
    towns = towns_with(6)
    circle_id = asked(towns)
    for town in towns[:3]:
        say(circle_id, town)
    say(circle_id, towns[5], yes=False)
    assert circles.page(circle_id, towns[0].id).state == "proposed" and kinds() == []
    say(circle_id, towns[3])
    page = circles.page(circle_id, towns[0].id)
    assert page.state == "running" and [town.town_id for town in page.towns] == [t.id for t in towns[:4]]
    assert [m.host.town_id for m in page.meetings if m.host] == [t.id for t in towns[:3]]
    assert kinds() == ["circle_started"] * 4
    assert page.answered_by and page.free == 2


def test_the_letters_say_who_is_asked_and_keep_the_need_out_of_the_subject(app: Flask) -> None:
    towns = towns_with(5)
    circle_proposals.propose(
        "klima", [town.ags for town in towns[1:]], town_id=towns[0].id, account_id=lead_of(towns[0])
    )
    letter = db.session.scalars(select(Letter).order_by(Letter.id)).first()
    assert letter and letter.subject == "Ein Lernkreis mit 4 anderen Städten"
    for body in (text_of(letter), html_of(letter)):
        assert f"{towns[0].name} lädt {towns[1].name} zu einem Lernkreis" in body
        assert towns[4].name in body and "/lernkreis-antwort/" in body
    circle_id = db.session.scalars(select(Circle.id)).one()
    for town in towns[1:4]:
        say(circle_id, town)
    started = db.session.scalars(select(Letter).where(Letter.kind == "circle_started")).all()
    assert "Zum ersten Treffen lädt Ihre Stadt ein." in text_of(started[0])
    assert f"lädt {towns[0].name} ein" in html_of(started[1])


def test_nobody_can_tell_who_said_no(app: Flask) -> None:
    towns = towns_with(6)
    circle_id = asked(towns)
    before = circles.page(circle_id, towns[0].id)
    say(circle_id, towns[4], yes=False)
    assert circles.page(circle_id, towns[0].id) == before
    for town in towns[:4]:
        say(circle_id, town)
    after = circles.page(circle_id, towns[0].id)
    assert towns[4].id not in {t.town_id for t in after.towns} and towns[5].id not in {
        t.town_id for t in after.towns
    }


def test_without_four_yeses_it_lapses_and_only_who_agreed_is_told(app: Flask) -> None:
    towns = towns_with(5)
    circle_id = asked(towns, answer_by=clock.today() - timedelta(days=1))
    db.session.execute(
        update(CircleTown).where(CircleTown.town_id.in_([towns[0].id, towns[1].id])).values(answer="yes")
    )
    db.session.commit()
    with pytest.raises(TooLateError):
        say(circle_id, towns[2])
    assert circle_answers.lapse_due(clock.now()) == 1 and circle_answers.lapse_due(clock.now()) == 0
    assert kinds() == ["circle_lapsed"] * 2


def test_others_join_while_places_are_free_and_the_seventh_comes_too_late(app: Flask) -> None:
    towns = towns_with(8)
    circle_id = asked(towns[:4])
    with pytest.raises(UnknownCircleError):
        say(circle_id, towns[5])
    for town in (*towns[:4], towns[4], towns[5]):
        say(circle_id, town)
    with pytest.raises(TooLateError):
        say(circle_id, towns[6])
    assert circles.page(circle_id, towns[6].id).free == 0


def test_members_of_a_circle_are_known_to_each_other_in_every_later_round(app: Flask) -> None:
    towns = towns_with(5)
    circle_id = asked(towns)
    for town in towns[:4]:
        say(circle_id, town)
    pairs = round_inputs.history("2027-01").rested
    assert (towns[0].ags, towns[1].ags) in pairs or (towns[1].ags, towns[0].ags) in pairs
    assert not any(towns[4].ags in pair for pair in pairs)


def test_a_circle_that_everybody_leaves_is_over(app: Flask) -> None:
    towns = towns_with(4)
    circle_id = asked(towns)
    for town in towns:
        say(circle_id, town)
    for town in towns[:3]:
        say(circle_id, town, yes=False)
    assert circles.page(circle_id, towns[3].id).state == "ended"
    with pytest.raises(TooLateError):
        say(circle_id, towns[0])


def test_two_people_change_a_date_and_neither_loses_a_word(app: Flask) -> None:
    towns = towns_with(4)
    circle_id = asked(towns)
    for town in towns:
        say(circle_id, town)
    day = clock.today() + timedelta(days=30)
    first, second = Content(day, "Rathaus", "", ""), Content(day, "Feuerwehrhaus", "", "")
    who = {"town_id": towns[0].id, "account_id": lead_of(towns[0])}
    circle_meetings.edit(circle_id, 1, first, 1, **who)
    with pytest.raises(StaleVersionError) as stale:
        circle_meetings.edit(circle_id, 1, second, 1, **who)
    assert stale.value.content == first and stale.value.version == 2
    assert kinds().count("circle_date") == 4
    with pytest.raises(UnknownCircleError):
        circle_meetings.edit(circle_id, 1, second, 2, town_id=TownFactory().id, account_id=who["account_id"])


def test_after_the_last_result_it_goes_on_or_ends(app: Flask) -> None:
    towns = towns_with(4)
    circle_id = asked(towns)
    for town in towns:
        say(circle_id, town)
    who = {"town_id": towns[0].id, "account_id": lead_of(towns[0])}
    for number in (1, 2, 3):
        circle_meetings.edit(circle_id, number, Content(None, "", "", "Viel gelernt."), 1, **who)
    assert circles.page(circle_id, towns[0].id).is_through
    circle_meetings.go_on(circle_id, **who)
    assert not circles.page(circle_id, towns[0].id).is_through
    assert len(db.session.scalars(select(CircleMeeting)).all()) == 4
    circle_meetings.end(circle_id, **who)
    assert circles.page(circle_id, None).state == "ended"


@pytest.mark.parametrize(
    ("subject", "chosen", "reason"),
    [("klima", 2, "few"), ("klima", 6, "many"), ("fremd", 3, "subject")],
)
def test_a_proposal_of_too_few_too_many_or_nothing_known_is_refused(
    app: Flask, subject: str, chosen: int, reason: str
) -> None:
    towns = towns_with(7)
    own, others = towns[0], [town.ags for town in towns[1 : chosen + 1]]
    with pytest.raises(RefusedError) as refused:
        circle_proposals.propose(subject, others, town_id=own.id, account_id=lead_of(own))
    assert refused.value.reason == reason and not db.session.scalars(select(Circle)).all()


def test_a_town_s_own_proposal_counts_as_its_yes(app: Flask) -> None:
    towns = towns_with(5)
    own = towns[0]
    offered = circle_proposals.offer("klima", own.id)
    assert {town.town_id for town in offered.towns} == {town.id for town in towns[1:]}
    circle_id = circle_proposals.propose(
        "klima", [town.ags for town in offered.towns], town_id=own.id, account_id=lead_of(own)
    )
    page = circles.page(circle_id, own.id)
    assert (page.yes, page.answer, page.proposed_by) == (1, "yes", own.name)
    assert kinds() == ["circle_proposed"] * 4


def test_news_are_for_towns_asked_and_for_those_with_the_challenge(app: Flask) -> None:
    towns = towns_with(7)
    (stranger,) = towns_with(1, "sport")
    running, waiting = asked(towns[:4]), asked([towns[4], *towns[:3]])
    for town in towns[:4]:
        say(running, town)
    ids = [town.id for town in (*towns, stranger)]
    with counted_queries() as queries:
        told = circles.news(ids)
    few = len(queries)
    assert {(one.circle_id, one.is_asked) for one in told[towns[4].id]} == {(running, False), (waiting, True)}
    assert [(one.circle_id, one.free) for one in told[towns[6].id]] == [(running, 2)]
    assert stranger.id not in told
    with counted_queries() as queries:
        circles.news(ids[6:7])
    assert len(queries) == few


def test_a_dissolved_town_s_place_goes_to_its_successor(app: Flask) -> None:
    towns = towns_with(5)
    circle_id = asked(towns[:4])
    for town in towns[:4]:
        say(circle_id, town)
    circle_answers.inherit(towns[0].id, towns[4].id)
    db.session.commit()
    page = circles.page(circle_id, towns[4].id)
    assert page.is_member and page.meetings[0].host and page.meetings[0].host.town_id == towns[4].id
