"""A person's letters as a private feed: one address that her feed reader opens, without e-mail, in few kilobytes."""

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select

from kleinstadt_net import settings
from kleinstadt_net.database import db
from kleinstadt_net.documents import atom
from kleinstadt_net.documents.atom import TYPE
from kleinstadt_net.models import DigestFeed, DigestIssue, Letter
from kleinstadt_net.services import digest_archive, urls
from kleinstadt_net.services.private_addresses import PrivateAddress

__all__ = ["ADDRESS", "TYPE", "read"]

ADDRESS = PrivateAddress(DigestFeed, "/feed/{secret}.atom", "digest_feed")
LETTER_PATH = "/monatsbrief/{month}"
ARCHIVE_PATH = "/monatsbrief/archiv"
# A feed reader keeps what it has read; a year is for whoever begins.
LETTERS = 12


def read(secret: str) -> bytes | None:
    """The feed behind an address; None where it opens nothing. A constant number of queries, nothing is changed."""
    found = ADDRESS.behind(secret)
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
    """A name (RFC 4151) that a feed reader knows an entry by, wherever its page may come to stand on this host."""
    host = urlsplit(settings.current().public_url).hostname or "localhost"
    return f"tag:{host},2026:{name}"
