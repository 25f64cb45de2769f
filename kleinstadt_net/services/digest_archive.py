"""Past letters of the Monatsbrief: a person's own, and the one whose address she was sent; as long as they are kept."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy

from sqlalchemy import ColumnElement, select

from kleinstadt_net.database import db
from kleinstadt_net.mail.letters import Rendered
from kleinstadt_net.models import DigestIssue, Letter
from kleinstadt_net.security.tokens import token_hash

FAILED = "failed"


@dataclass(frozen=True)
class Past:
    """A letter in the list; ``is_failed`` where it never reached her mailbox."""

    month: str
    subject: str
    written_at: datetime
    is_failed: bool


def list_of(account_id: int) -> list[Past]:
    """All letters kept for a person, the latest first."""
    rows = db.session.execute(
        select(DigestIssue.period, Letter.subject, Letter.created_at, Letter.state)
        .join(Letter, Letter.id == DigestIssue.letter_id)
        .where(DigestIssue.account_id == account_id)
        .order_by(DigestIssue.period.desc())
    )
    return [Past(row.period, row.subject, row.created_at, row.state == FAILED) for row in rows]


def of_month(account_id: int, month: str) -> Rendered | None:
    """A person's own letter of a month; None where there was none, or it is kept no longer."""
    return _letter(DigestIssue.account_id == account_id, DigestIssue.period == month)


def behind(token: str) -> Rendered | None:
    """The letter whose own address ends with this token; whoever has it is let in."""
    return _letter(DigestIssue.view_token_hash == token_hash(token))


def rendered(subject: str, content: bytes) -> Rendered:
    """A letter as its reader sees it, taken from the bytes that travel."""
    message = message_from_bytes(content, policy=policy.default)
    bodies = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    texts = {kind: body.get_content() if body is not None else "" for kind, body in bodies.items()}
    return Rendered(subject, texts["plain"], texts["html"])


def _letter(*conditions: ColumnElement[bool]) -> Rendered | None:
    row = db.session.execute(
        select(Letter.subject, Letter.content)
        .join(DigestIssue, DigestIssue.letter_id == Letter.id)
        .where(*conditions)
    ).first()
    return rendered(row.subject, row.content) if row is not None else None
