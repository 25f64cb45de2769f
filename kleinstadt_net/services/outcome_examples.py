"""From what came of a talk to an example: a draft that begins with what the exchange knows already."""

from sqlalchemy import select

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Exchange, Practice
from kleinstadt_net.services import answer_people, exchanges, practices
from kleinstadt_net.services.exchanges import Party, UnknownExchangeError
from kleinstadt_net.services.practice_content import LENGTHS
from kleinstadt_net.vocabulary import SUBJECTS


def begin(exchange_id: int, town_id: int, account_id: int) -> int:
    """Begin the town's example from this exchange and answer its id; commits.

    A second click leads to the example begun by the first. The problem is filled in for the town that asked, which has
    written it; the other town's text is not copied, as its draft would carry somebody else's words. Raises
    UnknownExchangeError for another town's exchange, and for one that was never agreed to.
    """
    begin_writing(db.session)
    if answer_people.role(account_id, town_id) is None:
        db.session.rollback()
        raise UnknownExchangeError(exchange_id)
    # Held until the commit, so that two clicks begin one example.
    db.session.get(Exchange, exchange_id, with_for_update=True)
    party = exchanges.party(exchange_id, town_id)
    if party.accepted_at is None:
        db.session.rollback()
        raise UnknownExchangeError(exchange_id)
    begun = db.session.scalar(
        select(Practice.id)
        .where(Practice.exchange_id == exchange_id, Practice.town_id == town_id)
        .order_by(Practice.id)
        .limit(1)
    )
    practice_id = begun or practices.start_draft(
        town_id,
        account_id,
        title=_title(party),
        exchange_id=exchange_id,
        subjects=(party.subject,) if party.subject in SUBJECTS else (),
        problem=party.concern if party.is_asker else "",
        partners_outside=f"Austausch mit {party.peer.name}",
    )
    db.session.commit()
    return practice_id


def _title(party: Party) -> str:
    if party.subject in SUBJECTS:
        return f"{SUBJECTS[party.subject].title}: was uns geholfen hat"[: LENGTHS["title"]]
    return f"Nach dem Gespräch mit {party.peer.name}"[: LENGTHS["title"]]
