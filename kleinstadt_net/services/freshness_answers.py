"""Confirming from the Monatsbrief, without signing in, that a statement of one's own town still holds.

Whoever holds the link sees the statement the letter asked about and to whom it was sent, and nothing more.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, OneTimeLink, Stance, Town
from kleinstadt_net.services import digest_people, freshness, inactivity, links, stances
from kleinstadt_net.services.digest_letter import STILL_TRUE_DAYS, STILL_TRUE_PURPOSE

# A link that was used up goes on saying how things stand, when the letter is read again.
TELLS_FOR = timedelta(days=STILL_TRUE_DAYS)


@dataclass(frozen=True)
class OpenLink:
    """What a link asks: whom the letter went to, her town, and its statement as it stands now.

    ``is_answered``: the link was used, or a colleague has confirmed or changed the statement since.
    """

    recipient: str
    town_id: int
    town: str
    subject: str
    state: str
    sentence: str
    confirmed_on: date
    version: int
    is_answered: bool


def find(token: str) -> OpenLink | None:
    """What the link asks; None when it is unknown or expired, the statement taken back, or she has left the town."""
    link = links.find(token, STILL_TRUE_PURPOSE) or links.find_used(
        token, STILL_TRUE_PURPOSE, within=TELLS_FOR
    )
    return _open(link) if link is not None else None


def confirm(token: str, version: int) -> tuple[OpenLink, bool] | None:
    """Say that the statement still holds, and use the link up; commits.

    Answers what the link had asked, and whether that is public now: in some towns a lead has to release it. None
    when the link leads nowhere or was used. Raises ``stances.StaleVersion`` where the statement is another by now: the
    link then still holds.
    """
    begin_writing(db.session)
    link = links.find(token, STILL_TRUE_PURPOSE)
    found = _open(link) if link is not None else None
    if link is None or found is None or not links.consume(link):
        db.session.rollback()
        return None
    account_id = link.account_id
    inactivity.note_sign_of_life(account_id)
    # Commits, and the consumed link with it.
    return found, stances.confirm(found.town_id, account_id, found.subject, version)


def _open(link: OneTimeLink) -> OpenLink | None:
    row = db.session.get(Stance, link.target_id) if link.target_id is not None else None
    person = db.session.get(Account, link.account_id)
    if row is None or person is None or not digest_people.acts_for(person.id, row.town_id):
        return None
    return OpenLink(
        recipient=f"{person.first_name} {person.last_name}".strip(),
        town_id=row.town_id,
        town=db.session.get_one(Town, row.town_id).name,
        subject=row.subject,
        state=row.state,
        sentence=row.sentence or "",
        confirmed_on=row.confirmed_on,
        version=row.version,
        is_answered=link.used_at is not None or not freshness.is_stale(row.confirmed_on),
    )
