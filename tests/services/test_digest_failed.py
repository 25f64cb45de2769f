"""A Monatsbrief that is not to reach its reader any more, and the news that stood in one which never did."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.models import DigestItem, Letter, Subscription, Suggestion
from kleinstadt_net.services import digest_letter, digests, subscriptions
from kleinstadt_net.services.digests import EnqueueReport
from tests.factories import MembershipFactory, RoundFactory, SubscriptionFactory, SuggestionFactory

DECEMBER = datetime(2026, 12, 1, 9, 0, tzinfo=territory.TIME_ZONE)
JANUARY = datetime(2027, 1, 5, 9, 0, tzinfo=territory.TIME_ZONE)


@pytest.fixture
def waiting(app: Flask) -> Suggestion:
    """A reader's town that a suggestion of January, too, is made to."""
    membership = MembershipFactory(town__taking_part=True)
    SubscriptionFactory(account_id=membership.account_id)
    made: Suggestion = SuggestionFactory(
        round=RoundFactory(month="2026-12"), town=membership.town, peer__taking_part=True
    )
    return made


def test_whoever_leaves_while_her_letter_is_being_made_gets_none(
    waiting: Suggestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, fitted = db.session.scalars(select(Subscription.token)).one(), digest_letter.fitted

    def left_meanwhile(*given: Any) -> Any:
        subscriptions.unsubscribe(token)
        return fitted(*given)

    monkeypatch.setattr(digest_letter, "fitted", left_meanwhile)
    with time_machine.travel(DECEMBER, tick=False):
        assert digests.enqueue_due(DECEMBER) == EnqueueReport(overtaken=1)
        assert digests.enqueue_due(DECEMBER) == EnqueueReport()
    assert db.session.scalars(select(Letter)).all() == []


def test_it_is_told_again_in_the_next_letter(waiting: Suggestion) -> None:
    with time_machine.travel(DECEMBER, tick=False):
        assert digests.enqueue_due(DECEMBER) == EnqueueReport(enqueued=1)
    first = db.session.scalars(select(Letter)).one()
    first.state = "failed"
    waiting.round = RoundFactory(month="2027-01")
    db.session.commit()
    with time_machine.travel(JANUARY, tick=False):
        assert digests.enqueue_due(JANUARY) == EnqueueReport(enqueued=1)
    second = db.session.scalars(select(Letter).where(Letter.period == "2027-01")).one()
    assert set(db.session.scalars(select(DigestItem.letter_id))) == {second.id}
