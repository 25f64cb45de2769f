"""What every process keeps of the database, read before the first person asks for it.

Read at the first request instead, a library of 50,000 examples would keep that one person waiting for seconds.
"""

import structlog
from sqlalchemy.exc import NoResultFound, OperationalError, ProgrammingError

from kleinstadt_net.database import db
from kleinstadt_net.services import practice_index, snapshot

log = structlog.get_logger("web")


def read() -> None:
    """Read them now; a database that is down or empty is no reason not to start, it is asked again later."""
    try:
        snapshot.current()
        practice_index.current()
    except (OperationalError, ProgrammingError, NoResultFound) as error:
        log.warning("database could not be read ahead", reason=type(error).__name__)
    finally:
        db.session.remove()
        # A server that loads the application before it forks must not share a connection.
        db.engine.dispose()
