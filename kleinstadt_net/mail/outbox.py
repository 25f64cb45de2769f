"""The outbox: a letter is safe once its row is committed, and there is only ever one row per key."""

from collections import Counter
from collections.abc import Collection
from typing import Any

import structlog
from sqlalchemy import insert

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.mail.database_clock import database_now
from kleinstadt_net.mail.letters import LetterDraft
from kleinstadt_net.mail.statements import insert_many_once
from kleinstadt_net.mail.suppressions import Refusal, refusals
from kleinstadt_net.models import Letter, LetterContent

# Kinds nobody asked for at this very moment: not written to whoever complained, or asked for no more of them.
UNASKED_KINDS = frozenset({"digest", "town_hall_told", "welcome"})
# Kinds somebody is waiting for who wishes to show that her address is good: sent even where letters came back.
SOUGHT_KINDS = frozenset({"address_again", "sign_up", "email_change"})
# How the reason begins where a letter was never meant to be sent.
SUPPRESSED = "address suppressed"


def post(draft: LetterDraft) -> int | None:
    """Lay the letter into the outbox within the running transaction; the caller commits.

    The letter's id when this call wrote it, None when there is a letter with this key already. To a suppressed
    address it is written as failed: nobody composes it again, the operator sees why it was not sent, and can still
    send it once the address is good again.
    """
    return post_all([draft]).get(draft.key)


def post_all(drafts: Collection[LetterDraft]) -> dict[str, int]:
    """The same for many letters in few statements; the ids of those that are new, by their keys."""
    refused = {
        draft.key: refusal
        for draft, refusal in _with_refusals(drafts)
        if refusal is not None and _is_blocked(draft.kind, refusal)
    }
    new = _insert([_row(draft, refused.get(draft.key)) for draft in drafts])
    contents = [
        {"letter_id": new[draft.key], "content": draft.content} for draft in drafts if draft.key in new
    ]
    if contents:
        db.session.execute(insert(LetterContent), contents)
    kinds = Counter(draft.kind for draft in drafts if draft.key in new and draft.key in refused)
    for kind, number in kinds.items():
        structlog.get_logger("mail").info("letters not sent, address suppressed", kind=kind, letters=number)
    return new


def _insert(rows: list[dict[str, Any]]) -> dict[str, int]:
    if not rows:
        return {}
    statement = insert_many_once(Letter, Letter.key).values(next_try_at=database_now())
    statement = statement.returning(Letter.key, Letter.id)
    return {row.key: row.id for row in db.session.connection().execute(statement, rows)}


def _with_refusals(drafts: Collection[LetterDraft]) -> list[tuple[LetterDraft, Refusal | None]]:
    # Asked for kinds that are never blocked too, or signing up would cost less with an address nobody knows yet.
    found = refusals({draft.recipient for draft in drafts})
    return [(draft, found.get(draft.recipient)) for draft in drafts]


def _is_blocked(kind: str, refusal: Refusal) -> bool:
    return kind not in SOUGHT_KINDS and (refusal.blocks_all or kind in UNASKED_KINDS)


def _row(draft: LetterDraft, refusal: Refusal | None) -> dict[str, Any]:
    return {
        "key": draft.key,
        "account_id": draft.account_id,
        "kind": draft.kind,
        "period": draft.period,
        "recipient": draft.recipient,
        "sender": draft.sender,
        "subject": draft.subject,
        "message_id": draft.message_id,
        "bounce_token": draft.bounce_token,
        "state": "failed" if refusal else "pending",
        "error": f"{SUPPRESSED}: {refusal.reason}"[:500] if refusal else None,
        "attempts": 0,
        "created_at": clock.now(),
    }
