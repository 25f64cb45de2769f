"""Letters about networks, laid into the outbox in the running transaction; none names a person."""

from collections.abc import Iterable

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Membership, Network, NetworkMember, Town
from kleinstadt_net.services import correspondence, urls
from kleinstadt_net.services.directory_networks import TAKING_PART

PATH = "/netzwerk/{slug}"
# Asks to sign in first: whoever is not sees no request.
DESK_PATH = PATH + "/bearbeiten"
LIST_PATH = "/netzwerke"
LEADS = (Membership.role == "lead", Membership.state == "confirmed")


def asked(network: Network, town_id: int) -> None:
    """To the leads of the contact town: this town would like to belong."""
    asking = db.session.get_one(Town, town_id)
    assert network.contact_town_id is not None
    _write(
        "network_request",
        network,
        _leads(network.contact_town_id),
        town=asking.name,
        land=asking.land,
        town_url=urls.absolute(urls.town_path(asking.slug, asking.ags)),
        contact=db.session.get_one(Town, network.contact_town_id).name,
        desk_url=urls.absolute(DESK_PATH.format(slug=network.slug)),
    )


def answered(network: Network, member: NetworkMember, *, is_confirmed: bool) -> None:
    """To the lead who asked, else to all leads of her town: it belongs now, or it was not wanted."""
    leads = _leads(member.town_id)
    asker = [lead for lead in leads if lead.id == member.asked_by_id]
    # Where the contact cannot act an operator has answered, and it is not named.
    contact = db.session.scalar(select(Town).where(Town.id == network.contact_town_id, *TAKING_PART))
    _write(
        "network_confirmed" if is_confirmed else "network_declined",
        network,
        asker or leads,
        town=db.session.get_one(Town, member.town_id).name,
        contact=contact.name if contact else "",
        contact_url=urls.absolute(urls.town_path(contact.slug, contact.ags)) if contact else "",
    )


def handed_over(network: Network, town_id: int) -> None:
    """To the leads of the new contact town: this is yours to look after now."""
    town = db.session.get_one(Town, town_id)
    _write("network_handed_over", network, _leads(town_id), town=town.name)


def ended(network: Network, town_id: int, *, is_deleted: bool) -> None:
    """To a town's leads: it belongs no longer, or the network is no more."""
    town = db.session.get_one(Town, town_id)
    _write(
        "network_ended",
        network,
        _leads(town_id),
        town=town.name,
        is_deleted=is_deleted,
        list_url=urls.absolute(LIST_PATH),
    )


def _leads(town_id: int) -> list[Account]:
    query = select(Account).join(Account.memberships).where(Membership.town_id == town_id, *LEADS)
    return list(db.session.scalars(query.order_by(Account.id)).unique())


def _write(name: str, network: Network, people: Iterable[Account], **given: object) -> None:
    for person in people:
        correspondence.write(
            name,
            person,
            # The moment makes a second request after a refusal an event of its own.
            key=f"{network.id}:{person.id}:{clock.now():%Y%m%dT%H%M%S%f}",
            context={
                "network": network.name,
                "page_url": urls.absolute(PATH.format(slug=network.slug)),
                **given,
            },
        )
