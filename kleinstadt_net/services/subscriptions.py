"""Who receives the Monatsbrief: consent with day and wording, preferences, leaving with one click.

The token of a subscription stands in every letter. It opens these preferences and nothing else, so whoever
holds a forwarded letter can at most stop, pause or move the next one; ordering it again is for ``digest_consent``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select, update

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest.due import FREQUENCIES, MONTHLY, OFF, QUARTERLY
from kleinstadt_net.mail import suppressions
from kleinstadt_net.models import Account, Letter, Membership, Subscription, Town
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import audit, consents, urls
from kleinstadt_net.vocabulary import SUBJECTS, WISH_TITLES

__all__ = ["MONTHLY", "OFF", "QUARTERLY", "Choices", "Preferences"]

# Held against the URL map by a test.
PREFERENCES_PATH = "/brief/{token}"
UNSUBSCRIBE_PATH = "/brief/{token}/abmelden"

MAX_WORDING = 500
PAGE_PROOF = "account_page"


@dataclass(frozen=True)
class Choices:
    """What a person may choose about her Monatsbrief.

    ``wishes`` says how she hears that a town would like to talk: "letter" or "digest". ``weekday`` and ``hour``: None
    as everybody. ``topics``: None for all. Not ``by_mail``: she reads it on the web.
    """

    frequency: str
    paused_until: date | None = None
    wishes: str = "letter"
    weekday: int | None = None
    hour: int | None = None
    topics: Sequence[str] | None = None
    by_mail: bool = True

    def __post_init__(self) -> None:
        if self.frequency not in FREQUENCIES:
            raise ValueError("a Monatsbrief comes monthly, quarterly or not at all")
        if self.wishes not in WISH_TITLES:
            raise ValueError("a wish is told by letter or in the Monatsbrief")
        if not set(self.topics or ()) <= SUBJECTS.keys():
            raise ValueError("a topic is one of the network's theses and topics")


@dataclass(frozen=True)
class Preferences:
    """A subscription as its page shows it; a pause that is over is none."""

    token: str
    account_id: int
    name: str
    town: str
    frequency: str
    paused_until: date | None
    consents: bool
    wishes: str
    weekday: int | None
    hour: int | None
    topics: Sequence[str] | None
    by_mail: bool


def preferences_url(token: str) -> str:
    """The page of the preferences, for letters."""
    return urls.absolute(PREFERENCES_PATH.format(token=token))


def unsubscribe_url(token: str) -> str:
    """The address that mail programs post to and people open (RFC 8058)."""
    return urls.absolute(UNSUBSCRIBE_PATH.format(token=token))


def subscribe(account_id: int, wording: str) -> None:
    """Record the consent of a person to the Monatsbrief, with now and the wording she saw.

    Whoever receives it already keeps the consent given first; an account that is gone changes nothing.
    """
    begin_writing(db.session)
    # Locked, so that two clicks at once do not both find no subscription and both make one.
    # Not against rows that point to the account: who saves her preferences at this moment is about to write some.
    exists = db.session.scalar(
        select(Account.id).where(Account.id == account_id).with_for_update(key_share=True)
    )
    row = of(account_id)
    if row is None and exists is not None:
        row = Subscription(
            account_id=account_id,
            frequency=OFF,
            token=new_token(),
            changed_at=clock.now(),
        )
        db.session.add(row)
    if row is not None:
        frequency = row.frequency if receives(row) else MONTHLY
        change(row, frequency, row.paused_until, wording, PAGE_PROOF)
    db.session.commit()


def unsubscribe(token: str) -> bool:
    """Stop the Monatsbrief at once and for good; again and unknown tokens are welcome too.

    Answers whether the token belongs to anybody, which no page may show.
    """
    row = locked(token)
    if row is not None:
        change(row, OFF, None, "", PAGE_PROOF)
    db.session.commit()
    return row is not None


def set_preferences(account_id: int, choices: Choices, wording: str) -> bool:
    """Store what a person chose, signed in, on the page of her preferences; False where she never subscribed. Commits.

    Ordering it again is a new consent, to ``wording``. A pause of a letter that is off means nothing and is forgotten.
    """
    begin_writing(db.session)
    row = of(account_id)
    if row is not None:
        apply(row, choices, wording, PAGE_PROOF)
    db.session.commit()
    return row is not None


def find(token: str) -> Preferences | None:
    """The preferences behind the token of a letter."""
    return _preferences(Subscription.token == token)


def of_account(account_id: int) -> Preferences | None:
    """The preferences of a person, None when she never subscribed."""
    return _preferences(Subscription.account_id == account_id)


def of(account_id: int) -> Subscription | None:
    """The row of a person, locked for the running transaction."""
    return _locked(Subscription.account_id == account_id)


def locked(token: str) -> Subscription | None:
    """The row behind the token of a letter, in a transaction that writes.

    Leaving and saving other preferences at the same moment wait for each other: leaving must not be overwritten.
    """
    begin_writing(db.session)
    return _locked(Subscription.token == token)


def receives(row: Subscription) -> bool:
    """Whether she has ordered the letter and not left it."""
    return row.frequency != OFF and row.consent_at is not None


def apply(
    row: Subscription, choices: Choices, wording: str, proof: str, *, frequency: str | None = None
) -> None:
    """Store the choices in the running transaction; ``frequency`` replaces the chosen one."""
    frequency = frequency or choices.frequency
    change(row, frequency, choices.paused_until if frequency != OFF else None, wording, proof)
    row.wishes, row.by_mail = choices.wishes, choices.by_mail
    row.weekday, row.hour = choices.weekday, choices.hour
    row.topics = None if choices.topics is None else list(choices.topics)


def change(row: Subscription, frequency: str, paused_until: date | None, wording: str, proof: str) -> None:
    """Set rhythm and pause in the running transaction; ordering it records a consent, leaving withdraws it."""
    now = clock.now()
    renews = frequency != OFF and not receives(row)
    if renews:
        row.consent_at, row.consent_wording = now, wording[:MAX_WORDING]
        consents.give(row.account_id, consents.DIGEST, consents.DIGEST_VERSION, wording[:MAX_WORDING], proof)
        _forget_complaint(row.account_id)
    if frequency == OFF and row.frequency != OFF:
        consents.withdraw(row.account_id, consents.DIGEST)
        _hold_back(row.account_id)
    if (row.frequency, row.paused_until) != (frequency, paused_until) or renews:
        row.frequency, row.paused_until, row.changed_at = frequency, paused_until, now
        audit.record("subscription.changed", account_id=row.account_id, frequency=frequency)


def _forget_complaint(account_id: int) -> None:
    """Who orders the letter is written to again though she once complained; an address that failed stays blocked."""
    address = db.session.scalars(select(Account.email).where(Account.id == account_id)).one()
    suppressions.lift(address, only_unasked=True)


def _hold_back(account_id: int) -> None:
    """Let no Monatsbrief leave that still waits in the outbox; it is read on the web like those before it."""
    db.session.execute(
        update(Letter)
        .where(
            Letter.account_id == account_id,
            Letter.kind == "digest",
            Letter.state.in_(("pending", "unknown")),
        )
        .values(state="kept", error=None),
        execution_options={"synchronize_session": False},
    )


def _locked(condition: ColumnElement[bool]) -> Subscription | None:
    return db.session.scalar(
        select(Subscription)
        .where(condition)
        .with_for_update()
        # The page may have read it before it was locked.
        .execution_options(populate_existing=True)
    )


def _preferences(condition: ColumnElement[bool]) -> Preferences | None:
    found = db.session.execute(
        select(Subscription, Account, Town.name)
        .join(Account, Account.id == Subscription.account_id)
        .outerjoin(
            Membership,
            (Membership.account_id == Account.id) & (Membership.state == "confirmed"),
        )
        .outerjoin(Town, Town.id == Membership.town_id)
        .where(condition)
        .order_by(Membership.is_home.desc(), Membership.id)
        .limit(1)
    ).first()
    if found is None:
        return None
    row, account, town = found
    return Preferences(
        token=row.token,
        account_id=account.id,
        name=f"{account.first_name} {account.last_name}".strip(),
        town=town or "",
        frequency=row.frequency,
        paused_until=row.paused_until if row.paused_until and row.paused_until >= clock.today() else None,
        consents=row.consent_at is not None,
        wishes=row.wishes,
        weekday=row.weekday,
        hour=row.hour,
        topics=row.topics,
        by_mail=row.by_mail,
    )
