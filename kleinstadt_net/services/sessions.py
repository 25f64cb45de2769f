"""The browsers an account is signed in on: opening a session, listing the own ones, ending them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import AccountSession
from kleinstadt_net.security.tokens import new_token, token_hash
from kleinstadt_net.services import audit


@dataclass(frozen=True)
class OwnSession:
    """A browser somebody is signed in on, as she may recognise it."""

    session_id: int
    device: str
    since: datetime
    seen_on: date
    is_this: bool


def open_session(account_id: int, device_words: str) -> str:
    """A new session in the running transaction; its key, which only the browser keeps."""
    key = new_token()
    now = clock.now()
    db.session.add(
        AccountSession(
            account_id=account_id,
            key_hash=token_hash(key),
            created_at=now,
            seen_on=clock.today(),
            reauthenticated_at=now,
            device=device_words[:60],
        )
    )
    return key


def own(account_id: int, session_id: int) -> Sequence[OwnSession]:
    """The sessions of an account, this one first, then the latest."""
    rows = db.session.scalars(
        select(AccountSession)
        .where(AccountSession.account_id == account_id)
        .order_by(AccountSession.id != session_id, AccountSession.created_at.desc())
    )
    return [OwnSession(row.id, row.device, row.created_at, row.seen_on, row.id == session_id) for row in rows]


def touch(session_id: int) -> None:
    """Note that the session was used today; commits this alone, whatever a refused request left behind."""
    db.session.rollback()
    begin_writing(db.session)
    db.session.execute(
        update(AccountSession).where(AccountSession.id == session_id).values(seen_on=clock.today())
    )
    db.session.commit()


def reauthenticated(session_id: int) -> None:
    """Note, in the running transaction, that whoever sits there has just shown again who she is."""
    db.session.execute(
        update(AccountSession)
        .where(AccountSession.id == session_id)
        .values(reauthenticated_at=clock.now(), seen_on=clock.today())
    )


def end(session_id: int, account_id: int) -> bool:
    """End one session of the account; False where it has none of this number."""
    begin_writing(db.session)
    ended = db.session.scalar(
        delete(AccountSession)
        .where(AccountSession.id == session_id, AccountSession.account_id == account_id)
        .returning(AccountSession.id)
    )
    if ended is not None:
        audit.record("account.session_ended", account_id=account_id)
    db.session.commit()
    return ended is not None


def end_all(account_id: int) -> None:
    """End every session of the account: "überall abmelden"."""
    begin_writing(db.session)
    end_all_but(account_id, None)
    audit.record("account.signed_out_everywhere", account_id=account_id)
    db.session.commit()


def end_all_but(account_id: int, session_id: int | None) -> None:
    """End the account's sessions in the running transaction, all but one where one is named."""
    others = AccountSession.id != session_id if session_id is not None else AccountSession.id.is_not(None)
    db.session.execute(delete(AccountSession).where(AccountSession.account_id == account_id, others))
