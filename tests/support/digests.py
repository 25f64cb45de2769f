"""Readers of the Monatsbrief, what they are to be told, and the letters written to them."""

from datetime import datetime
from email import message_from_bytes, policy
from typing import Any

from sqlalchemy import func, select, update

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.mail.letters import Rendered
from kleinstadt_net.models import (
    Account,
    DigestIssue,
    Letter,
    Membership,
    Round,
    Subscription,
    Suggestion,
    Town,
)
from kleinstadt_net.services import digests
from kleinstadt_net.services.digests import EnqueueReport
from tests.factories import (
    AccountFactory,
    MembershipFactory,
    RoundFactory,
    SubscriptionFactory,
    SuggestionAnswerFactory,
    SuggestionFactory,
    TownFactory,
    TownFigureFactory,
)

MONTH = "2026-12"
TUESDAY = datetime(2026, 12, 1, 9, 0, tzinfo=territory.TIME_ZONE)


def make_reader(**account: Any) -> Account:
    """A person with a town of her own who wants the letter."""
    made: Account = AccountFactory(**account)
    MembershipFactory(account=made, town=TownFactory(name="Ellernrode", taking_part=True))
    SubscriptionFactory(account_id=made.id)
    return made


def home_of(account: Account) -> Town:
    return db.session.scalars(
        select(Town)
        .join(Membership, Membership.town_id == Town.id)
        .where(Membership.account_id == account.id)
    ).one()


def december() -> Round:
    found: Round | None = db.session.scalar(select(Round).where(Round.month == MONTH))
    return found or RoundFactory(month=MONTH)


def suggest(account: Account, name: str = "Lauenfurt", **given: Any) -> Suggestion:
    peer = TownFactory(name=name, taking_part=True)
    TownFigureFactory(town=peer, population=12_345)
    made: Suggestion = SuggestionFactory(
        round=given.pop("round", None) or december(), town=home_of(account), peer=peer, **given
    )
    return made


def ask_for(account: Account, name: str = "Lauenfurt") -> Suggestion:
    """Another town would like to talk to the person's."""
    other = TownFactory(name=name, taking_part=True)
    made: Suggestion = SuggestionFactory(round=december(), town=other, peer=home_of(account))
    SuggestionAnswerFactory(suggestion_id=made.id)
    return made


def choose(**values: Any) -> None:
    db.session.execute(update(Subscription).values(**values))
    db.session.commit()


def read(letter: Letter) -> Rendered:
    message = message_from_bytes(letter.content, policy=policy.default)
    texts = [message.get_body((kind,)) for kind in ("plain", "html")]
    plain, html = (part.get_content() for part in texts if part is not None)
    return Rendered(letter.subject, plain, html)


def only_letter() -> Letter:
    return db.session.scalars(select(Letter)).one()


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def issues() -> list[tuple[int, str, str, int | None, int | None]]:
    rows = db.session.scalars(select(DigestIssue).order_by(DigestIssue.account_id))
    return [(row.account_id, row.period, row.outcome, row.town_id, row.letter_id) for row in rows]


def enqueue(now: datetime = TUESDAY, **given: Any) -> EnqueueReport:
    return digests.enqueue_due(now, **given)
