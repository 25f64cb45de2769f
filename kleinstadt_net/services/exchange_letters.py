"""What the towns of an exchange are told, in the running transaction; each letter of a request has its own link.

The texts of a request stand in its letter alone: the list of news keeps names and codes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, case, delete, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Exchange, Letter, Membership, Message
from kleinstadt_net.services import exchange_news, exchanges, links, notifications, town_people, urls

PATH = exchanges.PATH
ANSWER_PATH, REVOKE_PATH = "/gespraechs-anfrage/{token}", "/gespraech-doch-nicht/{token}"
TOWNS_PATH = "/staedte?sortierung=passend"
ANSWER_PURPOSE, REVOKE_PURPOSE = "exchange", "exchange_revoke"
# Longer than a request waits: a link then says how things stand instead of leading nowhere.
LINK_DAYS, REVOKE_DAYS = 30, 1
REQUESTED_KIND, AGREED_KIND, HANDED_ON_KIND, REVOKED_KIND = (
    "exchange_requested",
    "exchange_agreed",
    "exchange_handed_on",
    "exchange_revoked",
)
WISH_ENDED_KIND = "exchange_wish_ended"
WRITTEN_KIND = "message_written"


@dataclass(frozen=True)
class Contact:
    """Whom of a town to speak to; given to the other town once both have agreed, and never on a page by link."""

    account_id: int
    name: str
    email: str
    office: str


def requested(row: Exchange, *, reminder: bool = False) -> None:
    """To those who act for the asked town: the request, and a link to answer it from the letter."""
    exchange_news.tell(
        REQUESTED_KIND,
        exchanges.people(row.peer_id, row.id),
        town_id=row.peer_id,
        key=f"{row.id}:{'reminder' if reminder else 'request'}",
        path=PATH.format(exchange_id=row.id),
        facts={"peer": row.town.name, "reminder": reminder},
        letter=lambda person: {**_texts(row), "answer_url": answer_url(row, person)},
    )


def queried(row: Exchange) -> None:
    """To the asking town: the other would like to know something first."""
    exchange_news.tell(
        "exchange_query",
        exchanges.people(row.town_id, row.id),
        town_id=row.town_id,
        key=f"{row.id}:{row.version}",
        path=PATH.format(exchange_id=row.id),
        facts={"peer": row.peer.name},
        letter=lambda person: {"query": row.query},
    )


def replied(row: Exchange) -> None:
    """To the asked town: what the other says to its question, with a link to answer."""
    exchange_news.tell(
        "exchange_reply",
        exchanges.people(row.peer_id, row.id),
        town_id=row.peer_id,
        key=f"{row.id}:{row.version}",
        path=PATH.format(exchange_id=row.id),
        facts={"peer": row.town.name},
        letter=lambda person: {
            "query": row.query,
            "reply": row.query_reply,
            "answer_url": answer_url(row, person),
        },
    )


def handed_on(row: Exchange, giver: Account, colleague: Account) -> None:
    """To a colleague of the asked town: the request is hers to answer. The key begins with the giver, who is named."""
    exchange_news.tell(
        HANDED_ON_KIND,
        [colleague],
        town_id=row.peer_id,
        key=f"{giver.id}:{row.id}:{colleague.id}:{clock.today()}",
        path=PATH.format(exchange_id=row.id),
        facts={"peer": row.town.name},
        letter=lambda person: {
            **_texts(row),
            "giver": town_people.name_of(giver),
            "answer_url": answer_url(row, person),
        },
    )


def agreed(row: Exchange, *, by_letter: bool) -> None:
    """To both towns at once: you are in touch, and whom to speak to there.

    ``by_letter``: the asked town agreed by a link, which whoever got the letter from her could have done; her letter
    then holds a link to take that back.
    """
    for town, peer in ((row.town, row.peer), (row.peer, row.town)):
        contact = contact_of(row, peer.id)
        revocable = by_letter and town.id == row.peer_id
        exchange_news.tell(
            AGREED_KIND,
            exchanges.people(town.id, row.id),
            town_id=town.id,
            # Whoever is named comes first, so that the letter goes with her account.
            key=f"{contact.account_id if contact else 0}:{row.id}:{row.version}",
            path=PATH.format(exchange_id=row.id),
            facts={"peer": peer.name},
            letter=partial(_agreement, row, contact, revocable),
        )


def _agreement(row: Exchange, contact: Contact | None, revocable: bool, person: Account) -> dict[str, Any]:
    revoke_url = ""
    if revocable:
        token = links.create(REVOKE_PURPOSE, person.id, days=REVOKE_DAYS, target_id=row.id)
        revoke_url = urls.absolute(REVOKE_PATH.format(token=token))
    return {
        "contact": contact,
        "wishes": row.origin == "wishes",
        "about": row.subject,
        "form": row.form,
        "revoke_url": revoke_url,
    }


def written(row: Exchange, message: Message, *, muted: Collection[int], files: Sequence[str] = ()) -> None:
    """To the other town, but for those who wish to hear no more of this talk. The key begins with whoever is named.

    ``files``: names of what is attached; to be had on the page alone.
    """
    towns = (row.town, row.peer) if message.town_id == row.town_id else (row.peer, row.town)
    writer, reader = towns
    author = db.session.get(Account, message.account_id) if message.account_id is not None else None
    exchange_news.tell(
        WRITTEN_KIND,
        [one for one in exchanges.people(reader.id, row.id) if one.id not in muted],
        town_id=reader.id,
        key=f"{message.account_id or 0}:{message.id}",
        path=PATH.format(exchange_id=row.id),
        facts={"peer": writer.name},
        letter=lambda person: {
            "author": town_people.name_of(author) if author is not None else "",
            "message": message.text,
            "files": files,
        },
    )


def revoked(row: Exchange) -> None:
    """To both towns, where they were told whom to speak to: the asked town has taken its consent back.

    Hers has a new link each, as the one she had may be the one that was used by mistake.
    """
    if not _keys(row, AGREED_KIND, Letter.state != "pending"):
        return
    for town, peer in ((row.town, row.peer), (row.peer, row.town)):
        is_asked = town.id == row.peer_id
        exchange_news.tell(
            REVOKED_KIND,
            exchanges.people(town.id, row.id),
            town_id=town.id,
            key=f"{row.id}:{row.version}:{town.id}",
            path=PATH.format(exchange_id=row.id),
            facts={"peer": peer.name, "is_asked": is_asked},
            letter=partial(_answerable, row) if is_asked else None,
        )


def wish_ended(row: Exchange, town_id: int) -> None:
    """To those of one of the towns whose letter of consent has left: the other's wish is taken back."""
    keys = _keys(row, AGREED_KIND, Letter.state != "pending")
    told = {key.rpartition(":")[2] for key in keys}
    exchange_news.tell(
        WISH_ENDED_KIND,
        [person for person in exchanges.people(town_id, row.id) if str(person.id) in told],
        town_id=town_id,
        key=f"{row.id}:{row.version}",
        path=PATH.format(exchange_id=row.id),
        facts={"peer": row.peer.name if town_id == row.town_id else row.town.name},
        letter=lambda person: {"towns_url": urls.absolute(TOWNS_PATH)},
    )


def declined(row: Exchange) -> None:
    """To the asking town: not this time."""
    _plainly("exchange_declined", row, (row.town_id, row.peer.name))


def lapsed(row: Exchange) -> None:
    """To both towns: it did not come to a talk, and nobody need do anything."""
    _plainly("exchange_lapsed", row, (row.town_id, row.peer.name), (row.peer_id, row.town.name))


def take_back(row: Exchange, *kinds: str) -> None:
    """Forget letters about this exchange that have not left yet."""
    for kind in kinds:
        keys = _keys(row, kind, Letter.state == "pending")
        waiting = Letter.kind == kind, Letter.state == "pending", Letter.key.in_(keys)
        db.session.execute(delete(Letter).where(*waiting), execution_options={"synchronize_session": False})
        notifications.take_back(keys)


def contact_of(row: Exchange, town_id: int) -> Contact | None:
    """Whom of one of the two towns to speak to: whoever took the request in hand, else somebody who leads the town."""
    in_charge = (row.opened_by_id,) if town_id == row.town_id else (row.answered_by_id, row.handed_to_id)
    return contact_in(town_id, *in_charge)


def contact_in(town_id: int, *in_charge: int | None) -> Contact | None:
    """The first of these who still acts for the town, else somebody who leads it."""
    rank: ColumnElement[int] = case(
        {account_id: place for place, account_id in enumerate(in_charge) if account_id is not None},
        value=Account.id,
        else_=len(in_charge),
    ) if any(in_charge) else case((Membership.role == "lead", 0), else_=1)  # fmt: skip
    found = db.session.execute(
        select(Account, Membership.office)
        .join(Membership, Membership.account_id == Account.id)
        .where(
            Membership.town_id == town_id,
            Membership.state == "confirmed",
            Account.confirmed_at.is_not(None),
        )
        .order_by(rank, Membership.role.desc(), Account.id)
        .limit(1)
    ).first()
    if found is None:
        return None
    person, office = found
    return Contact(person.id, town_people.name_of(person), person.email, office)


def answer_url(row: Exchange, person: Account) -> str:
    """A link of her own with which she answers for the asked town."""
    token = links.create(ANSWER_PURPOSE, person.id, days=LINK_DAYS, target_id=row.id)
    return urls.absolute(ANSWER_PATH.format(token=token))


def _texts(row: Exchange) -> dict[str, Any]:
    return {"about": row.subject, "form": row.form, "concern": row.concern, "need": row.need}


def _plainly(kind: str, row: Exchange, *told: tuple[int, str]) -> None:
    for town_id, peer in told:
        exchange_news.tell(
            kind,
            exchanges.people(town_id, row.id),
            town_id=town_id,
            key=f"{row.id}:{row.version}:{town_id}",
            path=PATH.format(exchange_id=row.id),
            facts={"peer": peer},
            letter=lambda person: {"towns_url": urls.absolute(TOWNS_PATH)},
        )


def _answerable(row: Exchange, person: Account) -> dict[str, Any]:
    return {"answer_url": answer_url(row, person)}


def _keys(row: Exchange, kind: str, *conditions: ColumnElement[bool]) -> list[str]:
    """Keys of the letters of a kind that speak of this exchange; its id is the second or the first part."""
    place = 2 if kind in (AGREED_KIND, HANDED_ON_KIND) else 1
    keys = db.session.scalars(
        select(Letter.key).where(Letter.kind == kind, Letter.key.contains(f":{row.id}:"), *conditions)
    )
    return [key for key in keys if key.split(":")[place] == str(row.id)]
