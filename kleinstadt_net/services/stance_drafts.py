"""Drafts of a town's editors: kept until a lead releases them, seen by the town's own people only.

A town may do without; then what an editor writes is public at once. Reading and keeping happen here, releasing in
``releases``; inherited drafts of a dissolved town are no business of this file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, delete, exists, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Account, Membership, Stance, StanceDraft, Town
from kleinstadt_net.services import audit, correspondence, urls

RELEASES_PATH = "/unsere-stadt/freigaben"
# The state of a draft that asks for the statement to be taken back.
TAKE_BACK = "none"

BY_EDITORS = StanceDraft.origin.is_(None)
_IN_SILENCE = {"synchronize_session": False}


@dataclass(frozen=True)
class Draft:
    """What an editor would like to say; ``author`` is empty once her account is gone."""

    draft_id: int
    subject: str
    state: str | None
    sentence: str | None
    since: date | None
    author_id: int | None
    author: str
    created_at: datetime


def must_wait(town_id: int, account_id: int) -> bool:
    """Whether what this person writes for the town waits for a lead."""
    is_lead = exists().where(
        Membership.town_id == Town.id,
        Membership.account_id == account_id,
        Membership.role == "lead",
        Membership.state == "confirmed",
    )
    found = select(Town.id).where(Town.id == town_id, Town.needs_release, ~is_lead)
    return db.session.scalar(found) is not None


def waiting(town_id: int) -> dict[str, tuple[Draft, ...]]:
    """The editors' drafts of a town by subject, oldest first."""
    return by_subject(db.session.execute(drafts().where(StanceDraft.town_id == town_id, BY_EDITORS)).all())


def by_subject(rows: Iterable[tuple[StanceDraft, Account | None]]) -> dict[str, tuple[Draft, ...]]:
    """Drafts as they are shown, by subject, in the order given."""
    found: dict[str, tuple[Draft, ...]] = {}
    for draft, account in rows:
        found[draft.subject] = (*found.get(draft.subject, ()), _row(draft, account))
    return found


def own(town_id: int, account_id: int, subject: str) -> Draft | None:
    """The draft this person has waiting on a subject."""
    row = db.session.execute(
        drafts().where(
            BY_EDITORS,
            StanceDraft.town_id == town_id,
            StanceDraft.author_id == account_id,
            StanceDraft.subject == subject,
        )
    ).first()
    return None if row is None else _row(row[0], row[1])


def put(
    town_id: int, account_id: int, subject: str, state: str | None, sentence: str | None, since: date | None
) -> None:
    """Keep a draft in the running transaction in place of the one this person had, and tell the leads.

    Taking back what was never said leaves no draft.
    """
    # One writer per town and moment, so that nobody ends up with two drafts on one subject.
    db.session.execute(select(Town.id).where(Town.id == town_id).with_for_update())
    db.session.execute(
        delete(StanceDraft).where(
            StanceDraft.town_id == town_id,
            StanceDraft.author_id == account_id,
            StanceDraft.subject == subject,
            StanceDraft.origin.is_(None),
        ),
        execution_options=_IN_SILENCE,
    )
    if state is None and not _is_stated(town_id, subject):
        return
    audit.record("draft.saved", account_id=account_id, town_id=town_id, subject=subject, state=state)
    db.session.add(
        StanceDraft(
            town_id=town_id,
            subject=subject,
            state=state or TAKE_BACK,
            sentence=sentence or None,
            since=since,
            confirmed_on=clock.today(),
            author_id=account_id,
            created_at=clock.now(),
        )
    )
    tell_leads(town_id)


def withdraw(town_id: int, account_id: int, draft_id: int) -> bool:
    """Take one's own draft back; False when there is no such draft of one's own."""
    begin_writing(db.session)
    draft = locked(town_id, draft_id)
    if draft is None or draft.author_id != account_id:
        db.session.rollback()
        return False
    audit.record("draft.withdrawn", account_id=account_id, town_id=town_id, subject=draft.subject)
    db.session.delete(draft)
    db.session.commit()
    return True


def locked(town_id: int, draft_id: int) -> StanceDraft | None:
    """An editor's draft of this town, locked for the running transaction."""
    return db.session.scalar(
        select(StanceDraft)
        .where(StanceDraft.id == draft_id, StanceDraft.town_id == town_id, StanceDraft.origin.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def tell_leads(town_id: int) -> None:
    """A letter to each lead, one a day at most: a second draft is found beside the first."""
    leads = db.session.execute(
        select(Account, Town.name)
        .join(Account.memberships)
        .join(Membership.town)
        .where(Membership.town_id == town_id, Membership.role == "lead", Membership.state == "confirmed")
        .order_by(Account.id)
    )
    for lead, town_name in leads.all():
        correspondence.write(
            "drafts_waiting",
            lead,
            key=f"{lead.id}:{clock.today()}",
            context={"town": town_name, "releases_url": urls.absolute(RELEASES_PATH)},
        )


def _is_stated(town_id: int, subject: str) -> bool:
    found = select(Stance.id).where(Stance.town_id == town_id, Stance.subject == subject)
    return db.session.scalar(found) is not None


def drafts() -> Select[StanceDraft, Account]:
    """Drafts with their authors, oldest first, inherited ones among them."""
    return (
        select(StanceDraft, Account)
        .outerjoin(Account, Account.id == StanceDraft.author_id)
        .order_by(StanceDraft.created_at, StanceDraft.id)
    )


def _row(draft: StanceDraft, author: Account | None) -> Draft:
    return Draft(
        draft_id=draft.id,
        subject=draft.subject,
        state=None if draft.state == TAKE_BACK else draft.state,
        sentence=draft.sentence,
        since=draft.since,
        author_id=draft.author_id,
        author=f"{author.first_name} {author.last_name}".strip() or author.email if author else "",
        created_at=draft.created_at,
    )
