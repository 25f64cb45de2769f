"""An address of a person's own that a program of hers reads without signing in: her calendar, her letters as a feed.

Whoever knows it reads it. Only a hash of it is kept; a new one makes the old one worthless.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import delete, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, CalendarFeed, DigestFeed
from kleinstadt_net.security.tokens import new_token, token_hash
from kleinstadt_net.services import audit, urls

Kept = TypeVar("Kept", CalendarFeed, DigestFeed)


@dataclass(frozen=True)
class Status:
    """Since when a person has her present address."""

    created_at: datetime


@dataclass(frozen=True)
class PrivateAddress(Generic[Kept]):
    """A kind of such addresses: where their hashes are kept, the path around ``{secret}``, its name in the trail."""

    model: type[Kept]
    path: str
    name: str

    def status(self, account_id: int) -> Status | None:
        """Whether a person has one."""
        created_at = db.session.scalar(
            select(self.model.created_at).where(self.model.account_id == account_id)
        )
        return Status(created_at) if created_at is not None else None

    def create(self, account_id: int) -> str:
        """A new address, told this once; an earlier one opens nothing any more. Commits."""
        db.session.rollback()
        begin_writing(db.session)
        # Whoever creates two at once waits here, so that the last address shown is the one that works.
        db.session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
        self._forget(account_id)
        secret = new_token()
        db.session.add(
            self.model(account_id=account_id, secret_hash=token_hash(secret), created_at=clock.now())
        )
        audit.record(f"{self.name}.created", account_id=account_id)
        db.session.commit()
        return urls.absolute(self.path.format(secret=secret))

    def revoke(self, account_id: int) -> bool:
        """Let the address open nothing any more; False where there was none. Commits."""
        db.session.rollback()
        begin_writing(db.session)
        if not self._forget(account_id):
            db.session.rollback()
            return False
        audit.record(f"{self.name}.revoked", account_id=account_id)
        db.session.commit()
        return True

    def behind(self, secret: str) -> Kept | None:
        """Whose address this is; None where it opens nothing. Changes nothing."""
        return db.session.scalar(select(self.model).where(self.model.secret_hash == token_hash(secret)))

    def _forget(self, account_id: int) -> bool:
        gone = db.session.execute(
            delete(self.model).where(self.model.account_id == account_id).returning(self.model.id),
            execution_options={"synchronize_session": False},
        )
        return gone.first() is not None
