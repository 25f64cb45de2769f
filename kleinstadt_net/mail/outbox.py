"""The outbox: a letter is safe once its row is committed, and there is only ever one row per key."""

import structlog

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.mail.database_clock import database_now
from kleinstadt_net.mail.letters import LetterDraft
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.mail.suppressions import suppression_reason
from kleinstadt_net.models import Letter

# Kinds nobody asked for at this very moment. A letter with a link somebody just requested is sent even
# to an address that once refused: she is waiting for it, and mailboxes come back.
UNASKED_KINDS = frozenset({"digest", "town_hall_told", "welcome"})


def post(draft: LetterDraft) -> bool:
    """Lay the letter into the outbox within the running transaction; the caller commits.

    True when this call wrote it, False when there is a letter with this key already. To a suppressed
    address a letter nobody asked for is written as failed: nobody composes it again, the operator
    sees why it was not sent, and can still send it once the address is good again.
    """
    refusal = suppression_reason(draft.recipient) if draft.kind in UNASKED_KINDS else None
    row = {
        "key": draft.key,
        "account_id": draft.account_id,
        "kind": draft.kind,
        "period": draft.period,
        "recipient": draft.recipient,
        "sender": draft.sender,
        "subject": draft.subject,
        "message_id": draft.message_id,
        "content": draft.content,
        "state": "failed" if refusal else "pending",
        "error": f"address suppressed: {refusal}"[:500] if refusal else None,
        "attempts": 0,
        "next_try_at": database_now(),
        "created_at": clock.now(),
    }
    is_new = db.session.scalar(insert_once(Letter, row, Letter.key)) is not None
    if refusal and is_new:
        structlog.get_logger("mail").info("letter not sent, address suppressed", kind=draft.kind)
    return is_new
