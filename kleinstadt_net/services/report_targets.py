"""Who may report which object: what somebody may not read looks to her as if it did not exist."""

from kleinstadt_net.database import db
from kleinstadt_net.models import CircleTown
from kleinstadt_net.services import event_rights, exchange_messages, exchanges, reported_objects
from kleinstadt_net.services.directory_filters import Reader
from kleinstadt_net.services.exchanges import UnknownExchangeError
from kleinstadt_net.services.report_rules import EVENT, MESSAGE, PRACTICE, Target
from kleinstadt_net.services.reported_objects import Reported


def readable(target: Target, reader: Reader) -> Reported | None:
    """The object if this reader may read it, else None, whether or not it exists."""
    found = reported_objects.find(target)
    return found if found is not None and _may_read(found, reader) else None


def on_page(target: Target, reader: Reader) -> Reported | None:
    """The object whose page somebody names by its address.

    She need not be able to read it: a question may name somebody without access. What is for a few towns only, their
    people alone can report.
    """
    found = reported_objects.find(target)
    return found if found is not None and (not found.is_closed or _may_read(found, reader)) else None


def _may_read(found: Reported, reader: Reader) -> bool:
    own = reader.town_id if reader.verified else None
    if found.kind == MESSAGE:
        return own is not None and _talks(found.group_id or 0, own)
    if found.is_closed:
        return own is not None and _is_in_circle(found.group_id or 0, own)
    return found.is_shown and (own is not None or found.kind in (PRACTICE, EVENT))


def _talks(exchange_id: int, town_id: int) -> bool:
    try:
        return exchanges.party(exchange_id, town_id).state in exchange_messages.READABLE
    except UnknownExchangeError:
        return False


def _is_in_circle(circle_id: int, town_id: int) -> bool:
    circles = event_rights.circles_of(town_id).where(CircleTown.circle_id == circle_id)
    return db.session.scalar(circles) is not None
