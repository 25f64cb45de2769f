"""What the two towns do with an exchange: agree, decline, ask back, hand on, take back, end and take up again.

``exchange_rules`` decides what may follow; here it is done, in one transaction with the letters that tell of it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Exchange, Suggestion, SuggestionAnswer, Town
from kleinstadt_net.services import (
    answer_people,
    appointment_endings,
    audit,
    exchange_letters,
    exchange_rules,
    exchanges,
    notifications,
    town_blocks,
    town_people,
)
from kleinstadt_net.services.exchange_letters import AGREED_KIND, HANDED_ON_KIND, REQUESTED_KIND
from kleinstadt_net.services.exchange_limits import pair
from kleinstadt_net.services.exchange_requests import TEXT_LENGTH
from kleinstadt_net.services.exchanges import UnknownExchangeError

# How long a consent given by a link may be taken back.
REVOCABLE = timedelta(hours=24)
PAGE, LETTER = "page", "letter"
# What a person of one of the towns may do by its page; handing on names a colleague and is a function of its own.
BY_PAGE = ("accept", "decline", "ask_back", "reply", "withdraw", "revoke", "close", "reopen")
BY_LETTER = ("accept", "decline", "ask_back")


class NotNowError(Exception):
    """The exchange is not where this could be done, any longer or yet; ``state`` says where it is."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class NobodyThereError(Exception):
    """The other town does not take part at present, so there is nobody to talk to; nothing was done."""


class OpenAlreadyError(Exception):
    """The two towns have another exchange under way, ``exchange_id``; this one stays closed."""

    def __init__(self, exchange_id: int) -> None:
        super().__init__(exchange_id)
        self.exchange_id = exchange_id


def act(exchange_id: int, town_id: int, account_id: int, action: str, text: str = "") -> None:
    """Do one of ``BY_PAGE`` for a town; commits. ``text`` is the question or the reply of those two.

    Done twice it changes nothing more. Raises UnknownExchangeError where the exchange is not this town's or the person
    does not act for it, NotNowError, NobodyThereError, OpenAlreadyError, ValueError for any other action or a text
    that does not fit.
    """
    if action not in BY_PAGE:
        raise ValueError(f"nothing to be done by a page: {action!r}")
    db.session.rollback()
    begin_writing(db.session)
    try:
        row = locked(exchange_id)
        if not _is_done(row, action, _role(row, town_id, account_id), text):
            do(row, town_id, account_id, action, via=PAGE, text=text)
    except Exception:
        db.session.rollback()
        raise
    db.session.commit()


def hand_on(exchange_id: int, town_id: int, account_id: int, colleague_id: int) -> str:
    """Give the request to a colleague of the same town, who is written to; commits and answers her name.

    Raises UnknownExchangeError where one of both does not act for the asked town, NotNowError.
    """
    db.session.rollback()
    begin_writing(db.session)
    try:
        row = locked(exchange_id)
        role = _role(row, town_id, account_id)
        others = answer_people.colleagues(town_id, account_id)
        colleague = next((one for one in others if one.id == colleague_id), None)
        if colleague is None:
            raise UnknownExchangeError(exchange_id)
        row.state = _following(row, "hand_on", role)
    except Exception:
        db.session.rollback()
        raise
    row.handed_to_id = colleague.id
    notifications.settle(account_id, exchanges.PATH.format(exchange_id=row.id))
    _changed(row)
    exchange_letters.handed_on(row, db.session.get_one(Account, account_id), colleague)
    audit.record("exchange.handed_on", account_id=account_id, town_id=town_id, exchange=row.id)
    db.session.commit()
    return town_people.name_of(colleague)


def colleagues(town_id: int, account_id: int) -> dict[int, str]:
    """To whom of the same town a request can be given: names by account id, in their order."""
    return {one.id: town_people.name_of(one) for one in answer_people.colleagues(town_id, account_id)}


def locked(exchange_id: int) -> Exchange:
    """The exchange as it is now, nobody else changing it. Raises UnknownExchangeError."""
    row = db.session.scalar(
        select(Exchange)
        .where(Exchange.id == exchange_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise UnknownExchangeError(exchange_id)
    return row


def do(row: Exchange, town_id: int, account_id: int, action: str, *, via: str = PAGE, text: str = "") -> None:
    """The same as ``act`` with a locked exchange, in the running transaction; the caller rolls back what fails."""
    if action in ("ask_back", "reply") and not 1 <= len(text) <= TEXT_LENGTH:
        raise ValueError("the question and its reply want a text that fits")
    row.state = _following(row, action, _role(row, town_id, account_id))
    notifications.settle(account_id, exchanges.PATH.format(exchange_id=row.id))
    # Written first: letters are keyed by the version they tell of.
    _changed(row)
    _DEEDS[action](row, account_id, via, text)
    code = _CODES[action]
    if action == "accept" and via == LETTER:
        code = "exchange.accepted_by_letter"
    audit.record(code, account_id=account_id, town_id=town_id, exchange=row.id, via=via)


def may_revoke(accepted_via: str | None, accepted_at: datetime | None) -> bool:
    """Whether a consent can still be taken back: only one given by a link, and only for a day."""
    return accepted_via == LETTER and accepted_at is not None and clock.now() < accepted_at + REVOCABLE


def end(row: Exchange, state: str, now: datetime) -> None:
    """In the running transaction: the exchange and its dates are over; letters that ask for an answer stay here."""
    row.state, row.open_pair, row.ended_at = state, None, now
    appointment_endings.end(row)
    exchange_letters.take_back(row, REQUESTED_KIND, HANDED_ON_KIND)


def _role(row: Exchange, town_id: int, account_id: int) -> str:
    role = answer_people.role(account_id, town_id)
    if role is None or town_id not in (row.town_id, row.peer_id):
        raise UnknownExchangeError(row.id)
    return exchange_rules.role_of(role, is_asker=town_id == row.town_id)


def _is_done(row: Exchange, action: str, role: str, text: str) -> bool:
    """Whether it was done already: by a second click, or by a colleague who wished the same."""
    if action in ("ask_back", "reply"):
        said = row.query if action == "ask_back" else row.query_reply
        return said == text != "" and exchange_rules.allowed(row.state, action, role) is not None
    return exchange_rules.stands(row.state, action, role)


def possible(row: Exchange, action: str, role: str) -> bool:
    """Whether this role could do this now, by the rules and by the row's own facts."""
    return _next(row, action, role) is not None


def _next(row: Exchange, action: str, role: str) -> str | None:
    facts = {
        "ask_back": row.query == "",
        "reply": row.query != "" and row.query_reply == "",
        "revoke": may_revoke(row.accepted_via, row.accepted_at),
    }
    return exchange_rules.allowed(row.state, action, role) if facts.get(action, True) else None


def _following(row: Exchange, action: str, role: str) -> str:
    """The state that follows. Raises NotNowError."""
    state = _next(row, action, role)
    if state is None:
        raise NotNowError(row.state)
    return state


def _changed(row: Exchange) -> None:
    row.changed_at, row.version = clock.now(), row.version + 1
    db.session.flush()


def _accept(row: Exchange, account_id: int, via: str, text: str) -> None:
    agree(row, account_id, via)
    exchange_letters.agreed(row, by_letter=via == LETTER)


def agree(row: Exchange, account_id: int, via: str) -> None:
    """In the running transaction: both towns wish it now. Raises NobodyThereError where one cannot talk any more."""
    both_there(row)
    row.accepted_at, row.accepted_via, row.answered_by_id = clock.now(), via, account_id
    db.session.flush()
    exchange_letters.take_back(row, REQUESTED_KIND, HANDED_ON_KIND)


def both_there(row: Exchange) -> None:
    """Raises NobodyThereError where one of the two towns cannot talk any more, or has ended the contact."""
    there = select(Town.id).where(Town.id.in_((row.town_id, row.peer_id)), *answer_people.taking_part(Town))
    if len(db.session.scalars(there).all()) < 2 or town_blocks.either(row.town_id, row.peer_id):
        raise NobodyThereError(row.id)


def _decline(row: Exchange, account_id: int, via: str, text: str) -> None:
    row.answered_by_id = account_id
    end(row, row.state, clock.now())
    exchange_letters.declined(row)


def _ask_back(row: Exchange, account_id: int, via: str, text: str) -> None:
    row.query, row.handed_to_id = text, row.handed_to_id or account_id
    exchange_letters.queried(row)


def _reply(row: Exchange, account_id: int, via: str, text: str) -> None:
    row.query_reply = text
    exchange_letters.replied(row)


def _withdraw(row: Exchange, account_id: int, via: str, text: str) -> None:
    end(row, row.state, clock.now())


def _revoke(row: Exchange, account_id: int, via: str, text: str) -> None:
    row.accepted_at = row.accepted_via = row.answered_by_id = None
    exchange_letters.take_back(row, AGREED_KIND)
    appointment_endings.end(row)
    _postpone_wish(row)
    exchange_letters.revoked(row)


def _postpone_wish(row: Exchange) -> None:
    """A wish that opened the exchange or agreed to it becomes a "later": the suggestion is open to this town again."""
    proposed = select(Suggestion.id).where(
        Suggestion.town_id == row.peer_id, Suggestion.peer_id == row.town_id
    )
    db.session.execute(
        update(SuggestionAnswer)
        .where(SuggestionAnswer.suggestion_id.in_(proposed), SuggestionAnswer.answer == "contact")
        .values(answer="later", changed_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _close(row: Exchange, account_id: int, via: str, text: str) -> None:
    end(row, row.state, clock.now())


def _reopen(row: Exchange, account_id: int, via: str, text: str) -> None:
    other = db.session.scalar(
        select(Exchange.id).where(Exchange.open_pair == pair(row.town_id, row.peer_id), Exchange.id != row.id)
    )
    if other is not None:
        raise OpenAlreadyError(other)
    both_there(row)
    row.open_pair, row.ended_at = pair(row.town_id, row.peer_id), None
    db.session.flush()


_DEEDS: Mapping[str, Callable[[Exchange, int, str, str], Any]] = {
    "accept": _accept,
    "decline": _decline,
    "ask_back": _ask_back,
    "reply": _reply,
    "withdraw": _withdraw,
    "revoke": _revoke,
    "close": _close,
    "reopen": _reopen,
}
_CODES: Mapping[str, str] = {
    "accept": "exchange.accepted",
    "decline": "exchange.declined",
    "ask_back": "exchange.queried",
    "reply": "exchange.replied",
    "withdraw": "exchange.withdrawn",
    "revoke": "exchange.revoked",
    "close": "exchange.closed",
    "reopen": "exchange.reopened",
}
