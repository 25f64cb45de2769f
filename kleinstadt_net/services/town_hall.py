"""Telling a town hall who acts for its town: nobody speaks in a town's name without its knowing."""

from sqlalchemy import select

from kleinstadt_net import formats, settings
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Membership, Town, TownAddress
from kleinstadt_net.services import correspondence, urls


def tell(town_id: int) -> bool:
    """Write to the town hall about each lead it was not told of yet, in the running transaction.

    False when no e-mail address of the town hall is known; it is then told once one is entered.
    """
    email = db.session.scalar(select(TownAddress.email).where(TownAddress.town_id == town_id))
    if not email:
        return False
    leads = db.session.execute(
        select(Membership, Account, Town)
        .join(Membership.account)
        .join(Membership.town)
        .where(Membership.town_id == town_id, Membership.role == "lead", Membership.state == "confirmed")
        .order_by(Membership.id)
    )
    for membership, account, town in leads.all():
        _write(email, membership, account, town)
    return True


def _write(email: str, membership: Membership, account: Account, town: Town) -> None:
    since = membership.confirmed_at
    correspondence.write_to_address(
        "town_hall_told",
        email,
        key=f"{membership.id}:{since.date() if since else ''}",
        context={
            "person": f"{account.first_name} {account.last_name}".strip() or "Eine Person",
            "office": membership.office,
            "town": town.name,
            "town_url": urls.absolute(urls.town_path(town.slug, town.ags)),
            "since": formats.long_day(since) if since else "",
            "phone": settings.current().operator_phone,
            "contact_email": settings.current().operator_email,
        },
    )
