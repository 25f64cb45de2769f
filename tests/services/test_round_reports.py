"""What the operator reads of a round: who was short, and why."""

from flask import Flask

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Round, Welcome
from kleinstadt_net.services import round_reports
from kleinstadt_net.services.round_reports import Remark
from tests.factories import RoundFactory, SuggestionFactory, TownFactory
from tests.support.statements import counted_queries


def test_notes_that_say_the_same_are_told_together_with_their_cause() -> None:
    notes = [
        "one_more 99000009 wanted=5 received=6",
        "fewer 99000001 wanted=5 received=4 allowed=3",
        "fewer 99000002 wanted=5 received=4 allowed=40",
        "fewer 99000003 wanted=5 received=4 allowed=41",
        "repeated 99000004 peer=99000005",
        "no_peer 99000006 wanted=5 allowed=0",
    ]
    assert round_reports.remarks(notes) == (
        Remark("no_peer", 1, wanted=5, resting=True),
        Remark("fewer", 2, wanted=5, received=4, resting=False),
        Remark("fewer", 1, wanted=5, received=4, resting=True),
        Remark("repeated", 1),
        Remark("one_more", 1, wanted=5, received=6),
    )


def test_a_note_of_an_older_round_says_no_more_than_it_knew() -> None:
    assert round_reports.remarks(["fewer 99000001 wanted=5 received=4"]) == (
        Remark("fewer", 1, wanted=5, received=4),
    )


def test_rounds_are_counted_without_what_came_after_them_in_three_queries(app: Flask) -> None:
    first, second, third, newcomer = (TownFactory(taking_part=True) for _ in range(4))
    notes = [f"no_peer {third.ags} wanted=5 allowed=0"]
    rounds: list[Round] = [RoundFactory(month=month, notes=notes) for month in ("2026-10", "2026-11")]
    for stored in rounds:
        SuggestionFactory(round=stored, town=first, peer=second, position=1)
        SuggestionFactory(round=stored, town=second, peer=first, position=1)
        SuggestionFactory(round=stored, town=third, peer=first, position=0)
    SuggestionFactory(round=rounds[1], town=newcomer, peer=first, position=1)
    db.session.add(Welcome(town_id=newcomer.id, round_id=rounds[1].id, inputs={}, welcomed_at=clock.now()))
    db.session.commit()
    with counted_queries() as queries:
        newest, before = round_reports.latest()
    assert len(queries) == 3
    assert (newest.month, before.month) == ("2026-11", "2026-10")
    assert (newest.active, newest.served, newest.named, newest.suggestions) == (3, 2, 2, 2)
    assert newest.most_lists == 1 and newest.remarks[0].code == "no_peer"
