"""The small cast that tells the permission story."""

from dataclasses import dataclass

from kleinstadt_net import clock
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
    town, other_town = (_town(name) for name in ("Ellernrode", "Lauenfurt"))
    suspended_town = _town("Hohenwispel", suspended_at=clock.now())
    return Cast(
        town=town,
        other_town=other_town,
        suspended_town=suspended_town,
        mayor=_member("mayor", town, role="lead"),
        colleague=_member("colleague", town, role="editor"),
        stranger=_member("stranger", other_town, role="lead"),
        operator=AccountFactory(email="operator@netz.example", is_operator=True),
        unverified=_member("unverified", town, role="editor", state="pending"),
        suspended=_member("suspended", suspended_town, role="lead"),
    )


def _town(name: str, **given: object) -> Town:
    town: Town = TownFactory(name=name, taking_part=True, **given)
    TownFigureFactory(town=town)
    return town


def _member(who: str, town: Town, **given: object) -> Account:
    account: Account = AccountFactory(email=f"{who}@{town.slug}.example")
    MembershipFactory(account=account, town=town, **given)
    return account
