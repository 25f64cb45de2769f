"""Tells the people of a town what happened: a line in everybody's list, and a letter to whoever wishes one at once.

All in the running transaction; what the list says is the letter's subject.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import delete

from kleinstadt_net.database import db
from kleinstadt_net.mail.letters import CalendarPart, Enclosure
from kleinstadt_net.models import Account, Letter, Notification, Town
from kleinstadt_net.services import correspondence, notifications, urls


def tell(
    kind: str,
    people: Iterable[Account],
    *,
    town_id: int,
    key: str,
    path: str,
    facts: Mapping[str, Any],
    letter: Callable[[Account], Mapping[str, Any]] | None = None,
    calendar: Callable[[Account], CalendarPart] | None = None,
    enclosure: Enclosure | None = None,
) -> None:
    """The letter ``kind`` to each; ``key`` names the event, ``letter`` adds what only her own letter says.

    The subject is made of ``facts`` alone, which may stand in a list: names and titles, never the texts of a request.
    ``calendar`` is the invitation made out to her; an ``enclosure`` is the same for all.
    """
    town = db.session.get_one(Town, town_id)
    context = {**facts, "town": town.name, "url": urls.absolute(path)}
    title, about = correspondence.subject(kind, context), str(facts.get("title", ""))
    at_once = notifications.notify(
        kind,
        people,
        town_id=town_id,
        key=key,
        title=title,
        path=path,
        detail="" if about in title else about,
    )
    for person in at_once:
        own = letter(person) if letter is not None else {}
        correspondence.write(
            kind,
            person,
            key=f"{key}:{person.id}",
            context={**context, **own},
            calendar=calendar(person) if calendar is not None else None,
            enclosure=enclosure,
        )


def forget(kinds: Iterable[str], key: str) -> None:
    """Forget lines and letters not yet sent about the event ``key``, or those whose key begins with it.

    In the running transaction.
    """
    for kind in kinds:
        start = f"{kind}:{key}:"
        waiting = (
            Letter.kind == kind,
            Letter.key.startswith(start, autoescape=True),
            Letter.state == "pending",
        )
        for rows in (
            delete(Letter).where(*waiting),
            delete(Notification).where(Notification.key.startswith(start, autoescape=True)),
        ):
            db.session.execute(rows, execution_options={"synchronize_session": False})
