"""Two wishes to talk open an exchange at once; a wish taken back within its days closes it again.

Part of the transaction in which a suggestion is answered.
"""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Exchange, Suggestion, SuggestionAnswer
from kleinstadt_net.services import audit, exchange_answers, exchange_letters
from kleinstadt_net.services.exchange_answers import LETTER
from kleinstadt_net.services.exchange_letters import AGREED_KIND
from kleinstadt_net.services.exchange_limits import pair
from kleinstadt_net.services.exchange_rules import CLOSED, REQUESTED, TALKING

WISHES = "wishes"


def open_for(first: Suggestion, wish: SuggestionAnswer, answer: SuggestionAnswer) -> None:
    """The town of ``first`` wished it before, by ``wish``; the other has just said so too, by ``answer``.

    A request that either of both had sent is agreed to; where they talk already, nothing is left to do.
    """
    town_id, peer_id = first.town_id, first.peer_id
    row = _locked(town_id, peer_id) or _new(first, wish.account_id)
    if row.state == TALKING:
        return
    is_asker = row.town_id == town_id
    # Only a consent by the asked town's link can be taken back by hers.
    revocable = answer.via == LETTER and is_asker
    row.state, row.version, row.changed_at = TALKING, row.version + 1, clock.now()
    row.accepted_at, row.accepted_via = clock.now(), LETTER if revocable else WISHES
    row.answered_by_id = answer.account_id if is_asker else wish.account_id
    audit.record(
        "exchange.opened",
        account_id=answer.account_id,
        town_id=peer_id,
        exchange=row.id,
        via=answer.via,
    )
    db.session.flush()
    exchange_letters.take_back(row, exchange_letters.REQUESTED_KIND, exchange_letters.HANDED_ON_KIND)
    exchange_letters.agreed(row, by_letter=revocable)


def agree_to(wish: Suggestion, answer: SuggestionAnswer) -> bool:
    """The town of ``wish`` would like to talk: where the other has asked it for a talk, that is its yes.

    Whether it came to that; where it has asked the other itself, that one's answer is waited for.
    """
    row = _locked(wish.town_id, wish.peer_id)
    if row is None or row.state != REQUESTED or row.peer_id != wish.town_id or answer.account_id is None:
        return False
    exchange_answers.do(row, wish.town_id, answer.account_id, "accept", via=answer.via)
    return True


def close_for(taken_back: Suggestion) -> None:
    """The town of ``taken_back`` no longer wishes to talk: what two wishes had opened is closed again.

    Whoever of the other town knows already whom to speak to is told, or she would still call.
    """
    row = _locked(taken_back.town_id, taken_back.peer_id)
    if row is None or row.state != TALKING or row.origin != WISHES:
        return
    row.version += 1
    row.changed_at = clock.now()
    exchange_answers.end(row, CLOSED, clock.now())
    exchange_letters.wish_ended(row, taken_back.peer_id)
    exchange_letters.take_back(row, AGREED_KIND)
    audit.record("exchange.closed", town_id=taken_back.town_id, exchange=row.id)


def _locked(town_id: int, peer_id: int) -> Exchange | None:
    return db.session.scalar(
        select(Exchange)
        .where(Exchange.open_pair == pair(town_id, peer_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _new(first: Suggestion, opened_by_id: int | None) -> Exchange:
    subject = next((one["subject"] for one in first.reasons if "subject" in one), None)
    row = Exchange(
        town_id=first.town_id,
        peer_id=first.peer_id,
        origin=WISHES,
        subject=subject,
        form="telephone",
        concern="",
        need="",
        query="",
        query_reply="",
        state=REQUESTED,
        open_pair=pair(first.town_id, first.peer_id),
        opened_by_id=opened_by_id,
        requested_at=clock.now(),
        changed_at=clock.now(),
        version=1,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        # One of the two towns has just sent a request.
        found = _locked(first.town_id, first.peer_id)
        if found is None:
            raise
        return found
    return row
