"""Who receives the Monatsbrief: consent with day and wording, preferences, leaving with one click.

The token of a subscription stands in every letter. It opens these preferences and nothing else, so whoever
holds a forwarded letter can at most stop, pause or resume the next one.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Membership, Subscription, Town
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import audit, urls
from kleinstadt_net.vocabulary import WISH_TITLES

# Held against the URL map by a test.
PREFERENCES_PATH = "/brief/{token}"
UNSUBSCRIBE_PATH = "/brief/{token}/abmelden"

MONTHLY = "monthly"
OFF = "off"
FREQUENCIES = (MONTHLY, OFF)
MAX_WORDING = 500


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
    exists = db.session.scalar(select(Account.id).where(Account.id == account_id).with_for_update())
    row = _of_account(account_id)
    if row is None and exists is not None:
        row = Subscription(
            account_id=account_id,
            frequency=OFF,
            token=new_token(),
            changed_at=clock.now(),
        )
        db.session.add(row)
    if row is not None:
        _change(row, MONTHLY, row.paused_until, wording)
    db.session.commit()


def unsubscribe(token: str) -> bool:
    """Stop the Monatsbrief at once and for good; again and unknown tokens are welcome too.

    Answers whether the token belongs to anybody, which no page may show.
    """
    begin_writing(db.session)
    row = _of_token(token)
    if row is not None:
        _change(row, OFF, None, "")
    db.session.commit()
    return row is not None


def set_preferences(
    token: str, frequency: str, paused_until: date | None, wording: str, *, wishes: str = "letter"
) -> bool:
    """Store what a person chose on the page of her preferences; False for an unknown token.

    Choosing ``monthly`` after ``off`` is a new consent, to ``wording``. A pause of a letter that is
    off means nothing and is forgotten. ``wishes`` says how she hears that a town would like to talk: "letter" or
    "digest". Raises ValueError for an unknown frequency or way.
    """
    if frequency not in FREQUENCIES:
        raise ValueError("a Monatsbrief comes monthly or not at all")
    if wishes not in WISH_TITLES:
        raise ValueError("a wish is told by letter or in the Monatsbrief")
    begin_writing(db.session)
    row = _of_token(token)
    if row is not None:
        _change(row, frequency, paused_until if frequency == MONTHLY else None, wording)
        row.wishes = wishes
    db.session.commit()
    return row is not None


def find(token: str) -> Preferences | None:
    """The preferences behind the token of a letter."""
    return _preferences(Subscription.token == token)


def of_account(account_id: int) -> Preferences | None:
    """The preferences of a person, None when she never subscribed."""
    return _preferences(Subscription.account_id == account_id)


def _of_account(account_id: int) -> Subscription | None:
    return db.session.scalar(select(Subscription).where(Subscription.account_id == account_id))


def _of_token(token: str) -> Subscription | None:
    return db.session.scalar(select(Subscription).where(Subscription.token == token))


def _change(row: Subscription, frequency: str, paused_until: date | None, wording: str) -> None:
    now = clock.now()
    renews = frequency == MONTHLY and (row.frequency != MONTHLY or row.consent_at is None)
    if renews:
        row.consent_at, row.consent_wording = now, wording[:MAX_WORDING]
    if (row.frequency, row.paused_until) != (frequency, paused_until) or renews:
        row.frequency, row.paused_until, row.changed_at = frequency, paused_until, now
        audit.record("subscription.changed", account_id=row.account_id, frequency=frequency)


def _preferences(condition: object) -> Preferences | None:
    found = db.session.execute(
        select(Subscription, Account, Town.name)
        .join(Account, Account.id == Subscription.account_id)
        .outerjoin(
            Membership,
            (Membership.account_id == Account.id) & (Membership.state == "confirmed"),
        )
        .outerjoin(Town, Town.id == Membership.town_id)
        .where(condition)  # type: ignore[arg-type]
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
    )
