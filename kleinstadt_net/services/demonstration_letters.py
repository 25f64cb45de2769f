"""Letters of the demonstration that do not arrive: what the operator finds on her page when something is wrong."""

from collections.abc import Sequence

from sqlalchemy import insert, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Letter, Membership, Subscription
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import demonstration_start

# What the other server says, and after how many tries: a mailbox that stays full, and one that is gone.
REASONS = (
    ("given up after 8 tries: 452 4.2.2 the mailbox is full", 8),
    ("550 5.1.1 no mailbox here by that name", 1),
)


def subscribe(ids: Sequence[int], wording: str) -> None:
    """Let the newcomer and somebody of the last towns, one for each reason, read from now on; commits."""
    begin_writing(db.session)
    now = clock.now()
    rows = [
        {
            "account_id": account_id,
            "frequency": "monthly",
            "token": new_token(),
            "consent_at": now,
            "consent_wording": wording,
            "changed_at": now,
        }
        for account_id in _people([ids[demonstration_start.NEWCOMER], *_last(ids)])
    ]
    db.session.execute(insert(Subscription), rows)
    db.session.commit()


def give_up(ids: Sequence[int]) -> None:
    """Their letters, once written, have been refused; commits."""
    begin_writing(db.session)
    for account_id, (error, attempts) in zip(_people(_last(ids)), REASONS, strict=True):
        db.session.execute(
            update(Letter)
            .where(Letter.account_id == account_id, Letter.kind == "digest")
            .values(state="failed", attempts=attempts, error=error),
            execution_options={"synchronize_session": False},
        )
    db.session.commit()


def _last(ids: Sequence[int]) -> Sequence[int]:
    return ids[-len(REASONS) :]


def _people(town_ids: Sequence[int]) -> Sequence[int]:
    return db.session.scalars(
        select(Membership.account_id).where(Membership.town_id.in_(town_ids)).order_by(Membership.town_id)
    ).all()
