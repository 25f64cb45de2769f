"""Answering a request from its letter, without signing in: one link, one exchange, one answer.

A letter can be forwarded: whoever holds the link learns whom it was sent to and which two towns it is about. What
was written, who is to be spoken to and what is said stays in the letters and behind the sign-in.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Exchange, OneTimeLink
from kleinstadt_net.services import answer_people, exchange_answers, inactivity, links
from kleinstadt_net.services.exchange_answers import BY_LETTER, LETTER, NotNowError
from kleinstadt_net.services.exchange_letters import ANSWER_PURPOSE, LINK_DAYS, REVOKE_PURPOSE
from kleinstadt_net.services.exchange_rules import REQUESTED

# A link that was used up goes on saying how things stand, after a second click and when the letter is read again.
TELLS_FOR = timedelta(days=LINK_DAYS)


@dataclass(frozen=True)
class OpenLink:
    """What a link shows: whom the letter went to, the two towns, and where their exchange stands.

    ``has_query``: the town has asked back once, ``has_reply``: and was replied to. ``may_revoke``: its consent can
    still be taken back. ``accepted_at`` is None until both agreed. ``is_used``: the link tells, and acts no more.
    """

    exchange_id: int
    recipient: str
    town: str
    peer: str
    state: str
    has_query: bool
    has_reply: bool
    is_used: bool
    may_revoke: bool
    accepted_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether the request still waits for an answer, and this link can give it."""
        return self.state == REQUESTED and not self.is_used


def find(token: str) -> OpenLink | None:
    """What the link of a request leads to; None when it is unknown or expired, or she has left the town."""
    return _find(token, ANSWER_PURPOSE)


def find_agreed(token: str) -> OpenLink | None:
    """The same for the link with which a consent is taken back."""
    return _find(token, REVOKE_PURPOSE)


def answer(token: str, action: str, text: str = "") -> OpenLink | None:
    """Do one of ``BY_LETTER`` for the asked town, use the link up, and say how things then stand; commits.

    None when the link leads nowhere. Where a colleague has answered meanwhile her answer stands, and a link used up
    changes nothing more. Raises ValueError for another action or a question that does not fit,
    ``exchange_answers.NobodyThereError``: the link then still holds.
    """
    if action not in BY_LETTER:
        raise ValueError(f"nothing a letter offers: {action!r}")
    return _use(token, ANSWER_PURPOSE, action, text)


def revoke(token: str) -> OpenLink | None:
    """Take back a consent that was given by a link, within its day; commits. None when the link leads nowhere."""
    return _use(token, REVOKE_PURPOSE, "revoke", "")


def _use(token: str, purpose: str, action: str, text: str) -> OpenLink | None:
    db.session.rollback()
    begin_writing(db.session)
    link = links.find(token, purpose)
    found = _open(link) if link is not None else None
    if link is None or found is None or not links.consume(link):
        db.session.rollback()
        return _find(token, purpose)
    account_id = link.account_id
    try:
        row = exchange_answers.locked(found.exchange_id)
        exchange_answers.do(row, row.peer_id, account_id, action, via=LETTER, text=text)
    except NotNowError:
        # Answered by a colleague or taken back by the other town in the meantime: the page says how it stands.
        pass
    except Exception:
        db.session.rollback()
        raise
    inactivity.note_sign_of_life(account_id)
    after = _open(link)
    db.session.commit()
    return after


def _find(token: str, purpose: str) -> OpenLink | None:
    link = links.find(token, purpose) or links.find_used(token, purpose, within=TELLS_FOR)
    return _open(link) if link is not None else None


def _open(link: OneTimeLink) -> OpenLink | None:
    row = db.session.get(Exchange, link.target_id)
    person = db.session.get(Account, link.account_id)
    if row is None or person is None or answer_people.role(person.id, row.peer_id) is None:
        return None
    return OpenLink(
        exchange_id=row.id,
        recipient=f"{person.first_name} {person.last_name}".strip(),
        town=row.peer.name,
        peer=row.town.name,
        state=row.state,
        has_query=bool(row.query),
        has_reply=bool(row.query_reply),
        is_used=link.used_at is not None,
        may_revoke=link.used_at is None and exchange_answers.may_revoke(row.accepted_via, row.accepted_at),
        accepted_at=row.accepted_at,
    )
