"""The small cast that tells the permission story."""

from dataclasses import dataclass

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Town
from tests.factories import AccountFactory, MembershipFactory, TownFactory, TownFigureFactory


@dataclass(frozen=True)
class Cast:
    """The mayor leads ``town``, her colleague edits it; the stranger leads ``other_town``.

    The unverified person waits for ``town`` to be confirmed; the suspended one leads a town
    that the operator has suspended.
    """

    town: Town
    other_town: Town
    suspended_town: Town
    mayor: Account
    colleague: Account
    stranger: Account
    operator: Account
    unverified: Account
    suspended: Account


def make_cast() -> Cast:
    """Everybody at once: one transaction instead of one for each row."""
    town, other_town = (_town(name) for name in ("Ellernrode", "Lauenfurt"))
    suspended_town = _town("Hohenwispel", suspended_at=clock.now())
    cast = Cast(
        town=town,
        other_town=other_town,
        suspended_town=suspended_town,
        mayor=_member("mayor", town, role="lead"),
        colleague=_member("colleague", town, role="editor"),
        stranger=_member("stranger", other_town, role="lead"),
        operator=AccountFactory.build(email="operator@netz.example", is_operator=True),
        unverified=_member("unverified", town, role="editor", state="pending"),
        suspended=_member("suspended", suspended_town, role="lead"),
    )
    db.session.add_all(vars(cast).values())
    db.session.commit()
    return cast


def _town(name: str, **given: object) -> Town:
    town: Town = TownFactory.build(name=name, taking_part=True, **given)
    town.figures.append(TownFigureFactory.build(town=None))
    return town


def _member(who: str, town: Town, **given: object) -> Account:
    account: Account = AccountFactory.build(email=f"{who}@{town.slug}.example")
    account.memberships.append(MembershipFactory.build(account=None, town=town, **given))
    return account
