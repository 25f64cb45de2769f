"""What two towns write to one another while they talk: one thread, read by everybody who acts for either of them.

A message belongs to its town as all of an exchange does. It is never changed or taken back: the other town may have
read it. A link from a letter leads to none of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import Account, Exchange, ExchangeMute, Message
from kleinstadt_net.services import (
    answer_people,
    attachments,
    audit,
    exchange_answers,
    exchange_letters,
    exchanges,
    notifications,
    throttle,
    town_people,
    typed,
)
from kleinstadt_net.services.attachments import AttachmentRow, Checked
from kleinstadt_net.services.exchange_answers import NotNowError
from kleinstadt_net.services.exchange_rules import CLOSED, TALKING
from kleinstadt_net.services.exchanges import Party, UnknownExchangeError

TEXT_LENGTH = 4_000
PAGE_SIZE = 20
# What both have written stays readable when the talk is over; before both agreed nothing was.
READABLE = frozenset({TALKING, CLOSED})
# A second click, or a page sent again.
SAME_WITHIN = timedelta(minutes=10)
PER_PERSON = throttle.Limit("message", 60, timedelta(hours=1))


class TooManyError(Exception):
    """So many messages from one person within an hour that the next ones wait; nothing was stored."""


@dataclass(frozen=True)
class MessageRow:
    """A message on the page. ``author`` is empty where that account is no more, ``text`` where it was taken out."""

    message_id: int
    is_own: bool
    town: str
    author: str
    text: str
    written_at: datetime
    is_removed: bool
    attachments: tuple[AttachmentRow, ...]


@dataclass(frozen=True)
class Thread:
    """One page of a talk, oldest first; page 1 holds the newest. ``total`` counts the messages of all pages."""

    rows: tuple[MessageRow, ...]
    number: int
    total: int
    may_write: bool
    is_muted: bool


@dataclass(frozen=True)
class LastMessage:
    """The newest message of a talk, for lists."""

    is_own: bool
    written_at: datetime


def form_name(exchange_id: int) -> str:
    """The name under which a half-written message is kept."""
    return f"message:{exchange_id}"


def thread(party: Party, account_id: int, number: int = 1) -> Thread:
    """The talk as one of its towns reads it: four queries. Empty before both agreed."""
    may_write = exchanges.may_write(party)
    if party.state not in READABLE:
        return Thread((), 1, 0, may_write, is_muted=False)
    of_talk = Message.exchange_id == party.exchange_id
    rows = db.session.execute(
        select(Message, Account)
        .outerjoin(Account, Account.id == Message.account_id)
        .where(of_talk)
        .order_by(Message.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    files = attachments.of_messages([message.id for message, _ in rows])
    return Thread(
        rows=tuple(_row(party, *row, files.get(row[0].id, ())) for row in reversed(rows)),
        number=number,
        total=db.session.scalar(select(func.count(Message.id)).where(of_talk)) or 0,
        may_write=may_write,
        is_muted=_is_muted(party.exchange_id, account_id),
    )


def last(town_id: int, exchange_ids: Sequence[int]) -> dict[int, LastMessage]:
    """The newest message of each of these exchanges, as this town sees it: one query."""
    newest = (
        select(func.max(Message.id))
        .where(Message.exchange_id.in_(exchange_ids))
        .group_by(Message.exchange_id)
    )
    rows = db.session.execute(
        select(Message.exchange_id, Message.town_id, Message.written_at).where(Message.id.in_(newest))
    )
    return {row.exchange_id: LastMessage(row.town_id == town_id, row.written_at) for row in rows}


def find_file(exchange_id: int, town_id: int, token: str) -> tuple[AttachmentRow, bytes] | None:
    """A document of this talk for one of its towns; None where there is none, or none to be read (any more).

    Raises UnknownExchangeError.
    """
    if exchanges.party(exchange_id, town_id).state not in READABLE:
        return None
    row = attachments.of_talk(exchange_id, token)
    data = attachments.read(token) if row is not None else None
    return (row, data) if row is not None and data is not None else None


def write(exchange_id: int, town_id: int, account_id: int, text: str, files: Sequence[Checked] = ()) -> int:
    """Write to the other town, which is told; commits and answers the message's id. Sent twice, it is one message.

    ``files`` have been through ``attachments.check_all``.

    Raises UnknownExchangeError where the exchange is not this town's or the person does not act for it, NotNowError
    while the towns do not talk, NobodyThereError where the other takes part no more, TooManyError, ValueError for a
    text that does not fit.
    """
    if not 1 <= len(text) <= TEXT_LENGTH:
        raise ValueError("a message wants a text that fits")
    db.session.rollback()
    begin_writing(db.session)
    try:
        row = _talking(exchange_id, town_id, account_id)
        known = _sent_just_now(row.id, account_id, text)
        if known is not None:
            db.session.rollback()
            return known
        exchange_answers.both_there(row)
        if throttle.is_exceeded(PER_PERSON, str(account_id)):
            raise TooManyError
    except Exception:
        db.session.rollback()
        raise
    throttle.count(PER_PERSON, str(account_id))
    message_id = _store(row, town_id, account_id, text, files)
    db.session.commit()
    return message_id


def mute(exchange_id: int, town_id: int, account_id: int, *, on: bool) -> None:
    """Whether this person hears of new messages in this talk; commits. Twice is once. Raises UnknownExchangeError."""
    exchanges.party(exchange_id, town_id)
    db.session.rollback()
    begin_writing(db.session)
    if on:
        row = {"account_id": account_id, "exchange_id": exchange_id, "muted_at": clock.now()}
        db.session.execute(insert_once(ExchangeMute, row, ExchangeMute.account_id, ExchangeMute.exchange_id))
    else:
        hers = ExchangeMute.account_id == account_id, ExchangeMute.exchange_id == exchange_id
        db.session.execute(
            delete(ExchangeMute).where(*hers), execution_options={"synchronize_session": False}
        )
    db.session.commit()


def _talking(exchange_id: int, town_id: int, account_id: int) -> Exchange:
    """The exchange, locked. Raises UnknownExchangeError, NotNowError."""
    row = exchange_answers.locked(exchange_id)
    if town_id not in (row.town_id, row.peer_id) or answer_people.role(account_id, town_id) is None:
        raise UnknownExchangeError(exchange_id)
    if row.state != TALKING:
        raise NotNowError(row.state)
    return row


def _sent_just_now(exchange_id: int, account_id: int, text: str) -> int | None:
    """The last message of the talk if it is this very one."""
    newest = db.session.scalar(
        select(Message).where(Message.exchange_id == exchange_id).order_by(Message.id.desc()).limit(1)
    )
    is_same = (
        newest is not None
        and (newest.account_id, newest.text) == (account_id, text)
        and newest.written_at > clock.now() - SAME_WITHIN
    )
    return newest.id if newest is not None and is_same else None


def _store(row: Exchange, town_id: int, account_id: int, text: str, files: Sequence[Checked]) -> int:
    message = Message(
        exchange_id=row.id, town_id=town_id, account_id=account_id, text=text, written_at=clock.now()
    )
    db.session.add(message)
    db.session.flush()
    attachments.store(files, message_id=message.id, account_id=account_id, released=True)
    exchanges.touch(row.id)
    typed.forget(account_id, town_id, form_name(row.id))
    notifications.settle(account_id, exchanges.PATH.format(exchange_id=row.id))
    audit.record("exchange.written", account_id=account_id, town_id=town_id, exchange=row.id)
    exchange_letters.written(row, message, muted=_muted_by(row.id), files=[one.name for one in files])
    return message.id


def _muted_by(exchange_id: int) -> frozenset[int]:
    rows = select(ExchangeMute.account_id).where(ExchangeMute.exchange_id == exchange_id)
    return frozenset(db.session.scalars(rows))


def _is_muted(exchange_id: int, account_id: int) -> bool:
    hers = select(ExchangeMute.id).where(
        ExchangeMute.account_id == account_id, ExchangeMute.exchange_id == exchange_id
    )
    return db.session.scalar(hers) is not None


def _row(
    party: Party, message: Message, author: Account | None, files: tuple[AttachmentRow, ...]
) -> MessageRow:
    is_own = message.town_id == party.town_id
    return MessageRow(
        message_id=message.id,
        is_own=is_own,
        town=(party.town if is_own else party.peer).name,
        author=town_people.name_of(author) if author is not None else "",
        text=message.text,
        written_at=message.written_at,
        is_removed=message.removed_at is not None,
        attachments=files,
    )
