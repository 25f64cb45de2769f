"""Who is signed in: the account behind the session cookie with its towns, loaded in one query."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Flask, session
from flask_login import AnonymousUserMixin, UserMixin, login_user
from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select
from sqlalchemy.orm import aliased, contains_eager

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.extensions import login_manager
from kleinstadt_net.models import Account, AccountSession, Membership, Notification, Town
from kleinstadt_net.security.tokens import token_hash

# A browser left alone signs itself out after this many days; a sign-in lasts no longer than that.
IDLE_DAYS = 14
ABSOLUTE_DAYS = 60
OPERATOR_IDLE = timedelta(hours=12)
# The cookie says when the browser was last here, so reading a page writes nothing into the database.
SEEN = "seen"
SEEN_STEP = timedelta(minutes=10)


@dataclass(frozen=True)
class TownAccess:
    """One town the account may act for: what pages and the policy need to know of it."""

    town_id: int
    ags: str
    name: str
    slug: str
    land: str
    kreis: str
    role: str
    confirmed: bool
    suspended: bool
    is_home: bool
    # Whether the town takes part: before its first lead is confirmed an editor may already look around.
    taking_part: bool

    @property
    def counts(self) -> bool:
        """Whether this membership verifies the person: confirmed, in a town not suspended."""
        return self.confirmed and not self.suspended

    @property
    def awaits_confirmation(self) -> bool:
        """Whether the person has asked to act for the town and nobody has decided yet."""
        return not self.confirmed or not self.taking_part


@dataclass(frozen=True)
class Identity(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """A signed-in person for the length of one request."""

    account_id: int
    email: str
    first_name: str
    last_name: str
    salutation: str
    is_operator: bool
    has_second_factor: bool
    session_id: int
    session_key: str
    reauthenticated_at: datetime
    seen_on: date
    towns: tuple[TownAccess, ...]
    acting: TownAccess | None
    # How many lines of her list she has not read.
    unread: int

    def get_id(self) -> str:
        """Flask-Login keeps the session key, not the account: ending the session ends the cookie."""
        return self.session_key

    @property
    def is_verified(self) -> bool:
        return any(town.counts for town in self.towns)

    @property
    def awaits_confirmation(self) -> bool:
        return any(town.awaits_confirmation for town in self.towns)

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def town(self, ags: str) -> TownAccess | None:
        """The membership in the town with this AGS that counts, if any."""
        return next((town for town in self.towns if town.ags == ags and town.counts), None)


class Visitor(AnonymousUserMixin):  # type: ignore[misc]  # Flask-Login ships no types
    """Somebody not signed in."""

    is_operator = False
    is_verified = False
    towns: tuple[TownAccess, ...] = ()
    acting: TownAccess | None = None

    def town(self, ags: str) -> TownAccess | None:
        return None


def init_app(app: Flask) -> None:
    login_manager.session_protection = "basic"
    login_manager.anonymous_user = Visitor
    login_manager.user_loader(_load_unless_idle)
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=IDLE_DAYS)
    # Renewed by ourselves and only where somebody is signed in: files and public pages set no cookie.
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False


def enter(person: Identity) -> None:
    """Make this browser the person's; whatever its cookie held before signing in is thrown away."""
    session.clear()
    login_user(person)
    session.permanent = True
    session[SEEN] = int(clock.now().timestamp())


def _load_unless_idle(session_key: str) -> Identity | None:
    """The identity of this browser, or None when it was left alone for too long."""
    person = load(session_key)
    if person is None:
        return None
    now = clock.now().timestamp()
    idle = timedelta(seconds=now - session.get(SEEN, 0))
    if idle > (OPERATOR_IDLE if person.is_operator else timedelta(days=IDLE_DAYS)):
        return None
    if idle > SEEN_STEP:
        session[SEEN] = int(now)
    return person


def load(session_key: str) -> Identity | None:
    """The identity behind a session key, or None when it was ended or has grown too old."""
    row = (
        db.session.execute(
            select(AccountSession, _unread())
            .join(AccountSession.account)
            .outerjoin(Account.memberships)
            .outerjoin(Membership.town)
            .options(
                contains_eager(AccountSession.account)
                .contains_eager(Account.memberships)
                .contains_eager(Membership.town)
            )
            .where(AccountSession.key_hash == token_hash(session_key))
        )
        .unique()
        .one_or_none()
    )
    if row is None or clock.now() - row[0].created_at > timedelta(days=ABSOLUTE_DAYS):
        return None
    return _identity(*row, session_key)


def still_acts() -> ColumnElement[bool]:
    """For a query of notifications: that the reader still acts for the town she was told it for."""
    membership, town = aliased(Membership), aliased(Town)
    return exists().where(
        membership.account_id == Notification.account_id,
        membership.town_id == Notification.town_id,
        membership.state == "confirmed",
        town.id == membership.town_id,
        town.suspended_at.is_(None),
    )


def _unread() -> ScalarSelect[int]:
    return (
        select(func.count(Notification.id))
        .where(
            Notification.account_id == AccountSession.account_id, Notification.read_at.is_(None), still_acts()
        )
        .correlate(AccountSession)
        .scalar_subquery()
    )


def _identity(row: AccountSession, unread: int, session_key: str) -> Identity:
    account = row.account
    towns = tuple(_town_access(m) for m in account.memberships if m.state != "ended")
    return Identity(
        account_id=account.id,
        email=account.email,
        first_name=account.first_name,
        last_name=account.last_name,
        salutation=account.salutation,
        is_operator=account.is_operator,
        has_second_factor=account.totp_confirmed_at is not None,
        session_id=row.id,
        session_key=session_key,
        reauthenticated_at=row.reauthenticated_at,
        seen_on=row.seen_on,
        towns=towns,
        acting=_acting(towns, row.acting_town_id),
        unread=unread,
    )


def _town_access(membership: Membership) -> TownAccess:
    town = membership.town
    return TownAccess(
        town_id=town.id,
        ags=town.ags,
        name=town.name,
        slug=town.slug,
        land=town.land,
        kreis=town.kreis,
        role=membership.role,
        confirmed=membership.state == "confirmed",
        suspended=town.suspended_at is not None,
        is_home=membership.is_home,
        taking_part=town.joined_on is not None,
    )


def _acting(towns: tuple[TownAccess, ...], chosen_id: int | None) -> TownAccess | None:
    """The town chosen in this browser, else the home town, else the first that counts."""
    usable = [town for town in towns if town.counts]
    for wanted in (lambda t: t.town_id == chosen_id, lambda t: t.is_home, lambda t: True):
        for town in usable:
            if wanted(town):
                return town
    return None
