"""Inviting a town that does not take part yet: words and paper for a member's own post.

The service itself writes to nobody who has not asked for it. A town that objected is left alone by members too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy import delete, exists, select

from kleinstadt_net import clock, formats
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.documents import pdf
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.matching.portraits import Portraits
from kleinstadt_net.models import InvitationObjection, Stance, Town
from kleinstadt_net.services import audit, installation, reasons, snapshot, town_addresses, urls
from kleinstadt_net.vocabulary import TOPICS, State

JOIN_PATH = "/registrieren?stadt={ags}"
MAX_TEXT = 2_400
# What the letter's type and margins (documents/invitation.html) leave: rather a line too few than a second page.
LETTERS_A_LINE = 82
LINES_A_PAGE = 30
# The space between two paragraphs, in lines.
GAP = 0.6
NAMED_STRENGTHS = 3


@dataclass(frozen=True)
class Occasion:
    """A town one might invite, and what there is to tell it of one's own.

    ``reasons`` are the figures both have in common, told to the invited town; ``strengths`` topics the own town
    names in public; ``address_lines`` empty where the town hall's address is not known.
    """

    ags: str
    slug: str
    name: str
    takes_part: bool
    objects: bool
    own_name: str
    own_land: str
    reasons: tuple[Mapping[str, Any], ...]
    strengths: tuple[str, ...]
    address_lines: tuple[str, ...]
    join_at: str

    @property
    def is_open(self) -> bool:
        """Whether there is anything to invite to."""
        return not (self.takes_part or self.objects)


@dataclass(frozen=True)
class Objection:
    """A town that does not want to be written to."""

    objection_id: int
    name: str
    ags: str
    note: str
    since: datetime


def occasion(ags: str, own_town_id: int) -> Occasion | None:
    """What a member may do about a town; None where there is no such town any more."""
    objects = exists().where(InvitationObjection.town_id == Town.id)
    row = db.session.execute(
        select(Town, objects).where(Town.ags == ags, Town.gone_on.is_(None), Town.hidden_on.is_(None))
    ).first()
    if row is None:
        return None
    town, is_objecting = row
    own = db.session.get_one(Town, own_town_id)
    address = town_addresses.of_town(town.id)
    return Occasion(
        ags=town.ags,
        slug=town.slug,
        name=town.name,
        takes_part=town.joined_on is not None,
        objects=is_objecting,
        own_name=own.name,
        own_land=own.land,
        reasons=_told(town.id, own.id),
        strengths=_strengths(own.id),
        address_lines=address.lines if address else (),
        join_at=urls.absolute(JOIN_PATH.format(ags=town.ags)),
    )


def lines_too_many(text: str) -> int:
    """By how many lines a letter is longer than one page; 0 where it fits."""
    paragraphs = text.split("\n\n")
    lines = sum(max(1, -(-len(line) // LETTERS_A_LINE)) for part in paragraphs for line in part.split("\n"))
    return max(0, ceil(lines + GAP * (len(paragraphs) - 1) - LINES_A_PAGE))


def sheet(occasion: Occasion, text: str) -> dict[str, Any]:
    """What the letter on paper shows, as PDF or as a page to print; nothing is stored."""
    return {
        "own_town": occasion.own_name,
        "town": occasion.name,
        "address_lines": occasion.address_lines,
        "paragraphs": [part.split("\n") for part in text.split("\n\n")],
        "date": formats.long_day(clock.today()),
        "demonstration": installation.is_demonstration(),
    }


def paper(occasion: Occasion, text: str) -> bytes:
    """The text on one page as PDF. Raises PdfUnavailable where the machine cannot make one."""
    return pdf.render("invitation", sheet(occasion, text))


def can_make_paper() -> bool:
    """Whether this machine can make the PDF."""
    return pdf.is_available()


def objections() -> list[Objection]:
    """Every town that objected, in the order of their names."""
    rows = db.session.execute(
        select(InvitationObjection, Town)
        .join(Town, Town.id == InvitationObjection.town_id)
        .order_by(Town.sort_key)
    ).all()
    return [Objection(row.id, town.name, town.ags, row.note, row.since) for row, town in rows]


def object_for(ags: str, note: str, by_account_id: int) -> bool:
    """Note that a town does not want to be written to; False for an unknown key. Commits."""
    begin_writing(db.session)
    town_id = db.session.scalar(select(Town.id).where(Town.ags == ags))
    if town_id is None:
        db.session.rollback()
        return False
    note_objection(town_id, note, by_account_id)
    db.session.commit()
    return True


def note_objection(town_id: int, note: str, by_account_id: int | None) -> None:
    """The same in the running transaction; nobody is named where the town said so itself."""
    row = {"town_id": town_id, "note": note, "since": clock.now()}
    added = db.session.execute(insert_once(InvitationObjection, row, InvitationObjection.town_id)).first()
    if added is not None:
        audit.record("objection.added", account_id=by_account_id, town_id=town_id)


def withdraw_objection(objection_id: int, by_account_id: int) -> bool:
    """Take a town off the list; False where it is not on it. Commits."""
    begin_writing(db.session)
    town_id = db.session.scalar(
        delete(InvitationObjection)
        .where(InvitationObjection.id == objection_id)
        .returning(InvitationObjection.town_id)
    )
    if town_id is not None:
        audit.record("objection.removed", account_id=by_account_id, town_id=town_id)
    db.session.commit()
    return town_id is not None


def _told(town_id: int, own_town_id: int) -> tuple[Mapping[str, Any], ...]:
    """What figures say of the two to the invited town; of itself it has said nothing yet."""
    picture = snapshot.current()
    there, here = picture.rows[town_id], picture.rows[own_town_id]
    return tuple(reasons.told(Portraits(picture.features), there, here, picture.day))


def _strengths(own_town_id: int) -> tuple[str, ...]:
    found = (
        select(Stance.subject)
        .where(Stance.town_id == own_town_id, Stance.state == State.STRENGTH, Stance.subject.in_(TOPICS))
        .order_by(Stance.confirmed_on.desc(), Stance.subject)
        .limit(NAMED_STRENGTHS)
    )
    return tuple(db.session.scalars(found))
