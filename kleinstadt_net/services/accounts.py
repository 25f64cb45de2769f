"""Accounts: making one for a person, setting the password, signing out, choosing a town."""

from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import delete, select, update

from kleinstadt_net import clock, settings
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, AccountSession, Membership, OneTimeLink, Town
from kleinstadt_net.security import passwords
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import audit, correspondence, installation, links, sessions, urls

PASSWORD_PURPOSE = "password"
PASSWORD_LINK_DAYS = 7
PASSWORD_PATH = "/passwort/{token}"


class AccountError(Exception):
    """A request that cannot be fulfilled, with the reason in English for the command line."""


@dataclass(frozen=True)
class NewAccount:
    """What an operator needs to know after making an account."""

    account_id: int
    email: str
    token: str
    town: str | None

    @property
    def password_url(self) -> str:
        """The one-time link to set the password."""
        return urls.absolute(PASSWORD_PATH.format(token=self.token))


def create(
    email: str,
    *,
    town_ags: str | None = None,
    role: str = "lead",
    is_operator: bool = False,
    first_name: str = "",
    last_name: str = "",
    salutation: str = "",
    office: str = "",
) -> NewAccount:
    """Make an account, or add a town to an existing one, and a one-time link to set the password.

    The operator vouches for the person, so the membership is confirmed at once and a town's first
    confirmed membership makes it take part. Raises AccountError for a bad address or unknown town.
    """
    address = normalised_address(email)
    begin_writing(db.session)
    town = _town(town_ags) if town_ags else None
    account = db.session.scalar(select(Account).where(Account.email == address))
    if account is None:
        now = clock.now()
        account = Account(email=address, created_at=now, confirmed_at=now, seen_on=clock.today())
        db.session.add(account)
    if account.confirmed_at is None:
        # Somebody entered this address and a password without ever showing that it is hers.
        account.confirmed_at = clock.now()
        account.password_hash = None
    account.first_name = first_name or account.first_name or ""
    account.last_name = last_name or account.last_name or ""
    account.salutation = salutation or account.salutation or ""
    account.is_operator = bool(account.is_operator) or is_operator
    db.session.flush()
    if town is not None:
        _confirm_membership(account, town, role, office)
    token = new_password_link(account.id, days=PASSWORD_LINK_DAYS)
    audit.record("account.created", account_id=account.id, town_id=town.id if town else None, role=role)
    made = NewAccount(account.id, address, token, town.name if town else None)
    db.session.commit()
    return made


def _confirm_membership(account: Account, town: Town, role: str, office: str) -> None:
    membership = db.session.scalar(
        select(Membership).where(Membership.account_id == account.id, Membership.town_id == town.id)
    )
    if membership is None:
        has_home = (
            db.session.scalar(select(Membership.id).where(Membership.account_id == account.id)) is not None
        )
        membership = Membership(account_id=account.id, town_id=town.id, is_home=not has_home)
        db.session.add(membership)
    membership.role = role
    membership.state = "confirmed"
    membership.office = office or membership.office or ""
    membership.confirmed_at = clock.now()
    membership.ended_at = None
    if town.joined_on is None:
        town.joined_on = clock.today()
    db.session.flush()
    installation.touch_town(town.id)


def account_for_link(token: str) -> str | None:
    """The address whose password a link may set, or None when the link does not hold; reads only."""
    link = links.find(token, PASSWORD_PURPOSE)
    return (
        None
        if link is None
        else db.session.scalar(select(Account.email).where(Account.id == link.account_id))
    )


def set_password(token: str, password: str) -> bool:
    """Set the password by a one-time link and end all sessions; False when the link does not hold.

    A second factor stays: the link replaces the password, not the code.
    """
    hashed = passwords.hash_password(password)
    begin_writing(db.session)
    link = links.find(token, PASSWORD_PURPOSE)
    if link is None or not links.consume(link):
        db.session.rollback()
        return False
    account = db.session.get_one(Account, link.account_id)
    _replace_password(account, hashed)
    sessions.end_all_but(account.id, None)
    db.session.commit()
    return True


def change_password(account_id: int, session_id: int, password: str) -> None:
    """Choose another password while signed in: all other browsers are signed out."""
    hashed = passwords.hash_password(password)
    begin_writing(db.session)
    _replace_password(db.session.get_one(Account, account_id), hashed)
    sessions.end_all_but(account_id, session_id)
    db.session.commit()


def _replace_password(account: Account, hashed: str) -> None:
    is_first = account.password_hash is None
    account.password_hash = hashed
    end_password_links(account.id)
    audit.record("account.password_set", account_id=account.id)
    if not is_first:
        context = {"at": clock.now(), "phone": settings.current().operator_phone}
        correspondence.write("password_changed", account, key=new_token(), context=context)


def new_password_link(account_id: int, *, days: int) -> str:
    """A token to set the password with, in the running transaction; links made before it end."""
    end_password_links(account_id)
    return links.create(PASSWORD_PURPOSE, account_id, days=days)


def end_password_links(account_id: int) -> None:
    """End the links that could set the password, in the running transaction."""
    db.session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.account_id == account_id,
            OneTimeLink.purpose == PASSWORD_PURPOSE,
            OneTimeLink.used_at.is_(None),
        )
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def sign_out(session_id: int) -> None:
    """End one session; the cookie that still holds its key is worth nothing afterwards."""
    begin_writing(db.session)
    db.session.execute(delete(AccountSession).where(AccountSession.id == session_id))
    db.session.commit()


def act_for(session_id: int, account_id: int, ags: str) -> bool:
    """Choose the town to act for in one browser; False when the account does not speak for it."""
    begin_writing(db.session)
    town_id = db.session.scalar(
        select(Membership.town_id)
        .join(Membership.town)
        .where(Membership.account_id == account_id, Membership.state == "confirmed", Town.ags == ags)
    )
    if town_id is None:
        db.session.rollback()
        return False
    db.session.execute(
        update(AccountSession).where(AccountSession.id == session_id).values(acting_town_id=town_id)
    )
    db.session.commit()
    return True


def update_person(account_id: int, *, first_name: str, last_name: str, salutation: str) -> None:
    """Change how the person is addressed."""
    begin_writing(db.session)
    db.session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(first_name=first_name, last_name=last_name, salutation=salutation)
    )
    audit.record("account.person_changed", account_id=account_id)
    db.session.commit()


def id_of(email: str) -> int | None:
    """The account with this address, None where there is none."""
    return db.session.scalar(select(Account.id).where(Account.email == email.strip().lower()))


def normalised_address(email: str) -> str:
    """The address in lower case as it is stored; raises AccountError when it is none."""
    try:
        return validate_email(email, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise AccountError(f"{email!r} is not an e-mail address: {error}") from error


def _town(ags: str) -> Town:
    town = db.session.scalar(select(Town).where(Town.ags == ags, Town.gone_on.is_(None)))
    if town is None:
        raise AccountError(f"there is no town with the key {ags!r}; see 'flask towns find NAME'")
    return town
