"""A person's letter of this month, before it is written and as it was sent; looking at it changes nothing."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.digest import due
from kleinstadt_net.mail.letters import Rendered
from kleinstadt_net.models import Letter
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import digest_archive, digest_facts, digest_letter, digest_people, digests

# Stands in the preview where the letter has random characters; as long as these, so that lines break alike.
PREVIEW = "vorschau".ljust(len(new_token()), "-")


@dataclass(frozen=True)
class Preview:
    """A person's letter of a month: as it went (``posted_at``) or as it would go; None: nothing to tell.

    ``opens_on`` is the day from which it goes out, None once that day has come.
    """

    month: str
    opens_on: date | None
    posted_at: datetime | None
    letter: Rendered | None


def preview(account_id: int) -> Preview | None:
    """This month's letter of one person, made by the same function that writes it; changes nothing.

    None for somebody without a subscription or a confirmed town. Only the random characters of the
    answer links differ from the letter sent: they are made when it is.
    """
    now = clock.now()
    month = clock.current_month()
    readers = digest_people.readers([account_id])
    if not readers:
        return None
    (reader,) = readers
    opens_on = _coming(due.issue_day(month, digests.holidays(reader.town.land, month), reader.timetable))
    stored = _stored(account_id, month)
    if stored is not None:
        return Preview(
            month, opens_on, stored.created_at, digest_archive.rendered(stored.subject, stored.content)
        )
    issue = digests.issues_of(readers, digest_facts.round_id(month), now)[account_id]
    if issue is None:
        return Preview(month, opens_on, None, None)
    _, draft = digest_letter.fitted(reader, issue, month, lambda link: PREVIEW, PREVIEW)
    return Preview(month, opens_on, None, digest_archive.rendered(draft.subject, draft.content))


def _coming(day: date) -> date | None:
    return day if day > clock.today() else None


def _stored(account_id: int, month: str) -> Letter | None:
    return db.session.scalar(
        select(Letter).where(
            Letter.account_id == account_id, Letter.kind == digest_letter.KIND, Letter.period == month
        )
    )
