"""What became of a letter must be written down, though the database be away for a while or the disk full."""

from collections.abc import Callable
from threading import Event
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from kleinstadt_net import clock
from kleinstadt_net.database import db

T = TypeVar("T")
# Seconds; each wait is twice the one before.
FIRST_WAIT, LONGEST_WAIT = 0.1, 5.0


def insist(step: Callable[[], T], deadline: float) -> T:
    """Do ``step``, a transaction that may be done twice, and again until the database takes it.

    Gives up, with the database's error, when the next wait would pass ``deadline`` on the monotonic clock.
    """
    wait = FIRST_WAIT
    while True:
        try:
            return step()
        except (DBAPIError, NoConnection) as error:
            # A broken connection goes with it; the next try makes a new one.
            db.session.rollback()
            if clock.monotonic() + wait > deadline:
                raise
            structlog.get_logger("mail").warning(
                "database does not take the mark of a letter", reason=type(error).__name__, seconds=wait
            )
        Event().wait(wait)
        wait = min(2 * wait, LONGEST_WAIT)
