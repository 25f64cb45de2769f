"""Signing up: a person says who she is and which town she speaks for, and proves that the address is hers.

Until she has, there is an account that can do nothing and a membership nobody was asked for. Whoever signs up
learns nothing about addresses: for a new, a waiting and a known one the same statements are sent, one password
is hashed and one letter written.

The letter's link alone confirms nothing, the password has to come with it. Otherwise somebody could sign up with
another's address and a password of his own, and wait for her to confirm it.
"""

from dataclasses import dataclass
from datetime import timedelta

from email_validator import validate_email
from sqlalchemy import ColumnElement, and_, delete, exists, insert, literal, select, update

from kleinstadt_net import clock, settings
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail.letters import mailable
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.models import Account, Membership, OneTimeLink, RegisterImport, Town
from kleinstadt_net.security import common_passwords, passwords
from kleinstadt_net.security.common_passwords import Objection
from kleinstadt_net.security.tokens import token_hash
from kleinstadt_net.services import (
    accounts,
    audit,
    consents,
    correspondence,
    installation,
    links,
    operator_tasks,
    sessions,
    throttle,
    urls,
    verification,
    verification_letters,
)

PURPOSE = "sign_up"
LINK_DAYS = 7
CONFIRM_PATH = "/registrieren/bestaetigen/{token}"
SIGN_IN_PATH = "/anmelden"
# Where a person sees what her claim waits for.
STATUS_PATH = verification_letters.STATUS_PATH
PROOF = "sign_up"
# Nothing of these rows is in the session that would have to be told.
IN_SILENCE = {"synchronize_session": False}

# A person who mistypes starts again a few times; behind one address a whole course of mayors may sit.
PER_ADDRESS = throttle.Limit("sign_up_address", 30, timedelta(hours=1))
PER_MAILBOX = throttle.Limit("sign_up_mailbox", 5, timedelta(days=1))
PER_LINK = throttle.Limit("sign_up_confirm", 10, timedelta(minutes=15))
PER_ADDRESS_MISSING = throttle.Limit("missing_town", 5, timedelta(hours=1))


class Refused(Exception):
    """Nothing was stored; the subclass says why."""


class Closed(Refused):
    """The register is not official yet."""


class TooManyAttempts(Refused):
    """Tried too often lately."""


class UnknownTown(Refused):
    """No such town may be chosen."""


class BadAddress(Refused):
    """No letter can be written to this address."""


class BadPassword(Refused):
    """The password is one that is guessed first."""

    def __init__(self, objection: Objection) -> None:
        super().__init__(objection.value)
        self.objection = objection


class LinkGone(Refused):
    """The link is used, expired, foreign, or was never one."""


class WrongPassword(Refused):
    """The password is not the one chosen when signing up."""


@dataclass(frozen=True)
class Applicant:
    """What a person says of herself; she has accepted the house rules."""

    ags: str
    first_name: str
    last_name: str
    salutation: str
    office: str
    email: str
    password: str
    shows_name: bool = False


@dataclass(frozen=True)
class Waiting:
    """Who would be confirmed by a link, and for which town."""

    full_name: str
    email: str
    office: str
    town_name: str
    kreis_name: str | None


@dataclass(frozen=True)
class Confirmed:
    """What comes next: "admitted" may browse and draft, "lead" and "operator" say whose word is awaited.

    ``session_key`` signs the browser in: its owner has just given her password.
    """

    town_name: str
    next: str
    session_key: str


ADMITTED, FOR_LEAD, FOR_OPERATOR = "admitted", "lead", "operator"


def is_open() -> bool:
    """Whether signing up is possible: in Production only once an official register was imported."""
    if not settings.current().is_production or installation.is_demonstration():
        return True
    official = select(RegisterImport.id).where(~RegisterImport.is_history).limit(1)
    return db.session.scalar(official) is not None


def submit(applicant: Applicant, remote_address: str) -> None:
    """Keep what was said and write to the address: a link to confirm, or that there is an account already.

    Raises the subclasses of Refused except LinkGone and WrongPassword.
    """
    if not is_open():
        raise Closed
    address = _address(applicant.email)
    if throttle.is_exceeded(PER_ADDRESS, remote_address) or throttle.is_exceeded(PER_MAILBOX, address):
        raise TooManyAttempts
    town = _town(applicant.ags)
    _check_password(applicant.password, address, town.name)
    hashed = passwords.hash_password(applicant.password)
    begin_writing(db.session)
    throttle.count(PER_ADDRESS, remote_address)
    throttle.count(PER_MAILBOX, address)
    account = _store(applicant, address, hashed, town)
    _write(account, town)
    db.session.commit()


def find(token: str) -> Waiting | None:
    """Who would be confirmed by this link, or None where it does not hold; reads only."""
    row = _waiting(token)
    if row is None:
        return None
    _, account, membership, town = row
    name = f"{account.first_name} {account.last_name}"
    return Waiting(name, account.email, membership.office, town.name, town.kreis_name)


def confirm(token: str, password: str, device_words: str = "") -> Confirmed:
    """Confirm the address by the link and the password chosen, ask for the town, and open a session.

    Raises LinkGone, WrongPassword or TooManyAttempts; the link is used up only by success.
    """
    row = _waiting(token)
    if row is None:
        raise LinkGone
    subject = str(row[1].id)
    if throttle.is_exceeded(PER_LINK, subject):
        raise TooManyAttempts
    checked = row[1].password_hash
    fits = passwords.verify(checked, password)
    begin_writing(db.session)
    if not fits:
        throttle.count(PER_LINK, subject)
        db.session.commit()
        raise WrongPassword
    confirmed = _confirm(token, checked, device_words)
    db.session.commit()
    return confirmed


def report_missing_town(name: str, land: str, email: str, remote_address: str) -> None:
    """Tell the operator of a town nobody finds; raises TooManyAttempts."""
    if throttle.is_exceeded(PER_ADDRESS_MISSING, remote_address):
        raise TooManyAttempts
    begin_writing(db.session)
    throttle.count(PER_ADDRESS_MISSING, remote_address)
    note = f"{name} ({land})" + (f", Antwort an {email}" if email else "")
    operator_tasks.add(operator_tasks.MISSING_TOWN, note=note)
    db.session.commit()


def _address(email: str) -> str:
    """The address as it is stored, if a letter to it reaches the very domain that was typed."""
    try:
        address = accounts.normalised_address(email)
        known = validate_email(address, check_deliverability=False, test_environment=True)
        # Two encodings of one name that differ would be two domains, one of them somebody else's.
        if known.ascii_email is None or mailable(address) != known.ascii_email:
            raise BadAddress
    except (accounts.AccountError, ValueError) as error:
        raise BadAddress from error
    return address


def _town(ags: str) -> Town:
    town = db.session.scalar(
        select(Town).where(Town.ags == ags, Town.gone_on.is_(None), Town.hidden_on.is_(None))
    )
    if town is None:
        raise UnknownTown
    return town


def _check_password(password: str, address: str, town_name: str) -> None:
    objection = common_passwords.objection(password, email=address, names=(town_name,))
    if objection is not None:
        raise BadPassword(objection)


def _store(applicant: Applicant, address: str, hashed: str, town: Town) -> Account:
    """The account with this address, which takes what was said only as long as nobody confirmed it."""
    now = clock.now()
    said = {
        "first_name": applicant.first_name,
        "last_name": applicant.last_name,
        "salutation": applicant.salutation,
        "password_hash": hashed,
        "shows_name": applicant.shows_name,
        "created_at": now,
    }
    db.session.execute(insert_once(Account, {"email": address, **said}, Account.email))
    account = db.session.scalars(select(Account).where(Account.email == address).with_for_update()).one()
    is_waiting = and_(Account.id == account.id, Account.confirmed_at.is_(None))
    never_asked = (Membership.state == "pending", Membership.requested_at.is_(None))
    db.session.execute(update(Account).where(is_waiting).values(said), execution_options=IN_SILENCE)
    db.session.execute(
        delete(Membership).where(
            Membership.account_id == account.id, *never_asked, exists().where(is_waiting)
        ),
        execution_options=IN_SILENCE,
    )
    _ask_for(town, applicant.office, is_waiting)
    db.session.refresh(account)
    return account


def _ask_for(town: Town, office: str, is_waiting: ColumnElement[bool]) -> None:
    """The row that waits for the address to be confirmed, where the account still does."""
    columns = {
        Membership.account_id: Account.id,
        Membership.town_id: literal(town.id),
        Membership.role: literal("editor"),
        Membership.state: literal("pending"),
        Membership.office: literal(office),
        Membership.is_home: literal(True),
    }
    has_one = exists().where(Membership.account_id == Account.id, Membership.town_id == town.id)
    waiting = select(*columns.values()).where(is_waiting, ~has_one.correlate(Account))
    db.session.execute(insert(Membership).from_select(list(columns), waiting))


def _write(account: Account, town: Town) -> None:
    """One letter with what its recipient needs. It repeats nothing a stranger could have typed."""
    token = links.create(PURPOSE, account.id, days=LINK_DAYS)
    name = "sign_up" if account.confirmed_at is None else "sign_up_known"
    context = {
        "greeting": "Guten Tag" if account.confirmed_at is None else correspondence.greeting(account),
        "town_name": town.name,
        "confirm_url": urls.absolute(CONFIRM_PATH.format(token=token)),
        "sign_in_url": urls.absolute(SIGN_IN_PATH),
        "days": LINK_DAYS,
    }
    correspondence.write(name, account, key=token_hash(token), context=context)


def _waiting(token: str, *, locked: bool = False) -> tuple[OneTimeLink, Account, Membership, Town] | None:
    link = links.find(token, PURPOSE)
    if link is None:
        return None
    found = (
        select(Account, Membership, Town)
        .join(Membership, Membership.account_id == Account.id)
        .join(Town, Town.id == Membership.town_id)
        .where(
            Account.id == link.account_id,
            Account.confirmed_at.is_(None),
            Membership.state == "pending",
            Membership.requested_at.is_(None),
        )
    )
    if locked:
        found = found.with_for_update(of=Account).execution_options(populate_existing=True)
    row = db.session.execute(found).first()
    return None if row is None else (link, row[0], row[1], row[2])


def _confirm(token: str, checked: str | None, device_words: str) -> Confirmed:
    """Confirm in the running transaction, unless somebody was faster or chose another password meanwhile."""
    row = _waiting(token, locked=True)
    if row is None or row[1].password_hash != checked or not links.consume(row[0]):
        db.session.rollback()
        raise LinkGone
    _, account, membership, town = row
    account.confirmed_at = clock.now()
    account.seen_on = clock.today()
    _end_other_links(account)
    version, wording = consents.HOUSE_RULES_VERSION, consents.HOUSE_RULES_WORDING
    consents.give(account.id, consents.HOUSE_RULES, version, wording, PROOF)
    if account.shows_name:
        consents.set_shows_name(account.id, True, PROOF)
    audit.record("account.confirmed", account_id=account.id)
    claimed = verification.claim(account, town, membership.office)
    return Confirmed(town.name, _next(claimed), sessions.open_session(account.id, device_words))


def _end_other_links(account: Account) -> None:
    db.session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.account_id == account.id,
            OneTimeLink.purpose == PURPOSE,
            OneTimeLink.used_at.is_(None),
        )
        .values(used_at=clock.now()),
        execution_options=IN_SILENCE,
    )


def _next(claimed: Membership) -> str:
    if claimed.state == "confirmed":
        return ADMITTED
    return FOR_LEAD if claimed.role == "editor" else FOR_OPERATOR
