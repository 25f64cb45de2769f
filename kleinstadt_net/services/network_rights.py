"""Who may do what with a network: leads of its contact town; operators; and who speaks for a town.

Every writer locks the network's row first, so of two who change it at once the second sees what the first has done.
"""

from dataclasses import dataclass
from typing import NoReturn

from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Membership, Network, Town
from kleinstadt_net.services.directory_networks import TAKING_PART


@dataclass(frozen=True)
class Actor:
    """Who does something: a person for her town, or, without a town, an operator."""

    account_id: int
    town_id: int | None = None


class NoSuchNetwork(LookupError):
    """There is none of that name, or it is not this person's to change; nothing was done."""


def locked(name: str) -> Network | None:
    """The network of this slug, for one writer at a time, in the running transaction."""
    query = select(Network).where(Network.slug == name).with_for_update()
    return db.session.scalar(query.execution_options(populate_existing=True))


def may_edit(network: Network, actor: Actor) -> bool:
    """Leads of the contact town, and operators."""
    if actor.town_id is None:
        return _is_operator(actor.account_id)
    return network.contact_town_id == actor.town_id and acts_for(actor.town_id, actor.account_id)


def may_decide(network: Network, actor: Actor) -> bool:
    """Who decides who belongs to it: leads of the contact town; operators only where none can act."""
    return may_edit(network, actor) and (actor.town_id is not None or not has_contact(network))


def has_contact(network: Network) -> bool:
    """Whether a town that takes part looks after it."""
    found = select(Town.id).where(Town.id == network.contact_town_id, *TAKING_PART)
    return db.session.scalar(found) is not None


def acts_for(town_id: int, account_id: int) -> bool:
    """Whether this person leads the town and the town takes part."""
    found = (
        select(Membership.id)
        .join(Membership.town)
        .where(
            Membership.town_id == town_id,
            Membership.account_id == account_id,
            Membership.role == "lead",
            Membership.state == "confirmed",
            *TAKING_PART,
        )
    )
    return db.session.scalar(found) is not None


def _is_operator(account_id: int) -> bool:
    return bool(db.session.scalar(select(Account.is_operator).where(Account.id == account_id)))


def give_up() -> NoReturn:
    """End the running transaction: there is nothing here for this person."""
    db.session.rollback()
    raise NoSuchNetwork
