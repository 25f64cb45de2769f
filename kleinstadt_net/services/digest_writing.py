"""Closing the month of many people at once: letters, what they told, their links, and the rows that say it is done.

A group is one transaction. Where another process was faster with one of its letters, that one is left out; where the
database refuses the group, each is tried alone, so that one that cannot be written does not keep the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest import due
from kleinstadt_net.mail import outbox
from kleinstadt_net.mail.letters import LetterDraft
from kleinstadt_net.models import DigestIssue, DigestItem, Letter, Subscription
from kleinstadt_net.security.tokens import token_hash
from kleinstadt_net.services import digest_people, links
from kleinstadt_net.services.digest_people import Reader
from kleinstadt_net.services.links import Minted

Outcome = Literal["enqueued", "asked", "nothing_new", "waiting_for_round", "overtaken", "failed"]
OUTCOMES: dict[str, Outcome] = {
    digest_people.WRITTEN: "enqueued",
    digest_people.NOTHING_NEW: "nothing_new",
    digest_people.PAUSE_ASKED: "asked",
}

log = structlog.get_logger("digests")


@dataclass(frozen=True)
class Closing:
    """What becomes of a reader's month; without a draft there is nothing to tell.

    ``keys`` are what the letter tells, ``minted`` its links, ``view_token`` opens it on the web.
    """

    reader: Reader
    month: str
    outcome: str
    draft: LetterDraft | None = None
    keys: Sequence[str] = ()
    minted: Sequence[Minted] = ()
    view_token: str | None = None


def close(group: Sequence[Closing]) -> list[Outcome]:
    """Store the group and answer what became of each; commits."""
    if not group:
        return []
    try:
        outcomes = _store(group)
        db.session.commit()
        return outcomes
    except IntegrityError:
        db.session.rollback()
        return ["overtaken"] if len(group) == 1 else _one_by_one(group)
    except Exception as error:
        db.session.rollback()
        # A database that is away or a full disk would not be mended by trying again.
        if len(group) > 1 and not isinstance(error, OperationalError):
            return _one_by_one(group)
        ids = [closing.reader.account_id for closing in group]
        log.exception("digest not written", account_ids=ids, month=group[0].month)
        return ["failed"] * len(group)


def _one_by_one(group: Sequence[Closing]) -> list[Outcome]:
    """Each alone: one letter that cannot be written must not keep the others from going out."""
    return [outcome for closing in group for outcome in close([closing])]


def _store(group: Sequence[Closing]) -> list[Outcome]:
    begin_writing(db.session)
    # In the order of accounts, as every process has it: two that wait for each other would wait for ever.
    wanted = _still_wanted(group)
    letters = outbox.post_all([closing.draft for closing in wanted if closing.draft is not None])
    posted = [closing for closing in wanted if closing.draft is None or closing.draft.key in letters]
    links.store(row for closing in posted for row in closing.minted)
    _forget_failed(posted)
    _insert(DigestItem, [row for closing in posted for row in _items(closing, letters)])
    _insert(DigestIssue, [_issue(closing, letters) for closing in posted])
    _keep([letters[c.draft.key] for c in posted if c.draft is not None and not c.reader.by_mail])
    done = {closing.reader.account_id for closing in posted}
    return [OUTCOMES[c.outcome] if c.reader.account_id in done else "overtaken" for c in group]


def _still_wanted(group: Sequence[Closing]) -> list[Closing]:
    """Those whose readers have not left while their letters were made, which takes long for many of them.

    Nothing is locked: whoever deletes her account holds that, and would wait for us as we for her.
    """
    stay = set(
        db.session.scalars(
            select(Subscription.account_id).where(
                Subscription.account_id.in_([closing.reader.account_id for closing in group]),
                Subscription.frequency != due.OFF,
            )
        )
    )
    return [closing for closing in group if closing.reader.account_id in stay]


def _forget_failed(posted: Sequence[Closing]) -> None:
    """What a letter that never came was to tell is told by these instead, and noted with them alone."""
    keys = {key for closing in posted for key in closing.keys}
    if not keys:
        return
    account_ids = [closing.reader.account_id for closing in posted]
    failed = select(Letter.id).where(Letter.account_id.in_(account_ids), Letter.state == "failed")
    db.session.execute(
        delete(DigestItem).where(
            DigestItem.account_id.in_(account_ids),
            DigestItem.item_key.in_(keys),
            DigestItem.letter_id.in_(failed),
        ),
        execution_options={"synchronize_session": False},
    )


def _items(closing: Closing, letters: dict[str, int]) -> list[dict[str, Any]]:
    account_id, letter_id = closing.reader.account_id, _letter_id(closing, letters)
    return [{"account_id": account_id, "item_key": key, "letter_id": letter_id} for key in closing.keys]


def _issue(closing: Closing, letters: dict[str, int]) -> dict[str, Any]:
    return {
        "account_id": closing.reader.account_id,
        "period": closing.month,
        "outcome": closing.outcome,
        "town_id": closing.reader.town.town_id,
        "letter_id": _letter_id(closing, letters),
        "view_token_hash": token_hash(closing.view_token) if closing.view_token else None,
        "at": clock.now(),
    }


def _letter_id(closing: Closing, letters: dict[str, int]) -> int | None:
    return letters[closing.draft.key] if closing.draft is not None else None


def _insert(model: type[DigestItem] | type[DigestIssue], rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(model), rows)


def _keep(letter_ids: list[int]) -> None:
    """Hold back what is read on the web alone; whether its address could be written to does not matter."""
    if letter_ids:
        db.session.execute(
            update(Letter).where(Letter.id.in_(letter_ids)).values(state="kept", error=None),
            execution_options={"synchronize_session": False},
        )
