"""What becomes of the news that stood in a Monatsbrief which never reached its reader."""

from datetime import datetime

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.models import DigestItem, Letter, Suggestion
from kleinstadt_net.services import digests
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
