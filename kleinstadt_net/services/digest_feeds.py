"""A person's letters as a private feed: one address that her feed reader opens, without e-mail and in a few kilobytes.

Whoever knows the address reads it. Only a hash of it is kept; a new one makes the old one worthless.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, select

from kleinstadt_net import clock, settings
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.documents import atom
from kleinstadt_net.documents.atom import TYPE
from kleinstadt_net.models import Account, DigestFeed, DigestIssue, Letter
from kleinstadt_net.security.tokens import new_token, token_hash
from kleinstadt_net.services import audit, digest_archive, urls

__all__ = ["TYPE", "Status", "create", "read", "revoke", "status"]

PATH = "/feed/{secret}.atom"
LETTER_PATH = "/monatsbrief/{month}"
ARCHIVE_PATH = "/monatsbrief/archiv"
# A feed reader keeps what it has read; a year is for whoever begins.
LETTERS = 12


@dataclass(frozen=True)
class Status:
    """Since when a person's feed has its present address."""

    created_at: datetime


def status(account_id: int) -> Status | None:
    """Whether a person has a private feed."""
    created_at = db.session.scalar(select(DigestFeed.created_at).where(DigestFeed.account_id == account_id))
    return Status(created_at) if created_at is not None else None


def create(account_id: int) -> str:
    """The address of a new private feed, told this once; an earlier address opens nothing any more. Commits."""
    db.session.rollback()
    begin_writing(db.session)
    # Whoever creates two at once waits here, so that the last address shown is the one that works.
    db.session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    _forget(account_id)
    secret = new_token()
    db.session.add(DigestFeed(account_id=account_id, secret_hash=token_hash(secret), created_at=clock.now()))
    audit.record("digest_feed.created", account_id=account_id)
    db.session.commit()
    return urls.absolute(PATH.format(secret=secret))


def revoke(account_id: int) -> bool:
    """Let the address open nothing any more; False where there was none. Commits."""
    db.session.rollback()
    begin_writing(db.session)
    if not _forget(account_id):
        db.session.rollback()
        return False
    audit.record("digest_feed.revoked", account_id=account_id)
    db.session.commit()
    return True


def read(secret: str) -> bytes | None:
    """The feed behind an address; None where it opens nothing. A constant number of queries, nothing is changed."""
    found = db.session.scalar(select(DigestFeed).where(DigestFeed.secret_hash == token_hash(secret)))
    if found is None:
        return None
    rows = db.session.execute(
        select(DigestIssue.period, Letter.subject, Letter.created_at, Letter.content)
        .join(Letter, Letter.id == DigestIssue.letter_id)
        .where(DigestIssue.account_id == found.account_id)
        .order_by(DigestIssue.period.desc())
        .limit(LETTERS)
    )
    name = settings.current().network_name
    entries = [_entry(*row, account_id=found.account_id) for row in rows]
    return atom.file(
        atom.Feed(
            key=_key(f"feed-{found.id}"),
            title=f"Monatsbrief: {name}",
            author=name,
            address=urls.absolute(ARCHIVE_PATH),
            at=entries[0].at if entries else found.created_at,
            entries=entries,
        )
    )


def _entry(month: str, subject: str, at: datetime, content: bytes, *, account_id: int) -> atom.Entry:
    return atom.Entry(
        key=_key(f"monatsbrief-{account_id}-{month}"),
        title=subject,
        at=at,
        address=urls.absolute(LETTER_PATH.format(month=month)),
        text=digest_archive.rendered(subject, content).text,
    )


def _key(name: str) -> str:
    """A name for ever (RFC 4151), which a new host name of the pages does not change in the reader's eyes."""
    host = urlsplit(settings.current().public_url).hostname or "localhost"
    return f"tag:{host},2026:{name}"


def _forget(account_id: int) -> bool:
    gone = db.session.execute(
        delete(DigestFeed).where(DigestFeed.account_id == account_id).returning(DigestFeed.id),
        execution_options={"synchronize_session": False},
    )
    return gone.first() is not None
