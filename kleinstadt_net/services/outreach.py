"""Inviting a town that does not take part yet: words and paper for a member's own post.

The service itself writes to nobody who has not asked for it. A town that objected is left alone by members too.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select

from kleinstadt_net import clock, formats, settings
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.documents import pdf
from kleinstadt_net.mail.statements import insert_once
from kleinstadt_net.matching import reasons
from kleinstadt_net.models import InvitationObjection, Town
from kleinstadt_net.services import audit, installation, snapshot, urls
from kleinstadt_net.territory import LAENDER

JOIN_PATH = "/registrieren?stadt={ags}"
# What fits on one page with room for a signature.
MAX_TEXT = 2_200
MAX_LINES = 36


@dataclass(frozen=True)
class Occasion:
    """A town one might invite. ``text`` is a proposal, empty where there is nothing to propose."""

    ags: str
    name: str
    takes_part: bool
    objects: bool
    text: str


@dataclass(frozen=True)
class Objection:
    """A town that does not want to be written to."""

    objection_id: int
    name: str
    ags: str
    note: str
    since: datetime


def occasion(ags: str, own_town_id: int, sender: str, place: str) -> Occasion | None:
    """What a member may do about a town; None where there is no such town any more."""
    objects = exists().where(InvitationObjection.town_id == Town.id)
    row = db.session.execute(
        select(Town, objects).where(Town.ags == ags, Town.gone_on.is_(None), Town.hidden_on.is_(None))
    ).first()
    if row is None:
        return None
    town, is_objecting = row
    takes_part = town.joined_on is not None
    text = (
        ""
        if takes_part or is_objecting
        else _text(town, db.session.get_one(Town, own_town_id), sender, place)
    )
    return Occasion(town.ags, town.name, takes_part, is_objecting, text)


def paper(occasion: Occasion, own_town: str, text: str) -> bytes:
    """The text on one page as PDF; nothing is stored. Raises PdfUnavailable where the machine cannot make one."""
    return pdf.render(
        "invitation",
        {
            "own_town": own_town,
            "town": occasion.name,
            "paragraphs": [part.split("\n") for part in text.split("\n\n")],
            "today": formats.long_day(clock.today()),
            "demonstration": installation.is_demonstration(),
        },
    )


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
    row = {"town_id": town_id, "note": note, "since": clock.now()}
    db.session.execute(insert_once(InvitationObjection, row, InvitationObjection.town_id))
    audit.record("objection.added", account_id=by_account_id, town_id=town_id)
    db.session.commit()
    return True


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


def _text(town: Town, own: Town, sender: str, place: str) -> str:
    name = settings.current().network_name
    paragraphs = (
        "Sehr geehrte Damen und Herren,",
        f"{own.name} ({LAENDER[own.land].name}) macht beim {name} mit. Dort sagen kleine Städte einander, was sie "
        "können, woran sie arbeiten und wozu sie Rat suchen. Einmal im Monat bekommen wir Städte vorgeschlagen, die "
        "vor denselben Aufgaben stehen oder sie schon gelöst haben.",
        _likeness(town, own),
        f"Wir würden uns freuen, {town.name} dort zu treffen. Mitmachen kann jede Stadt, es dauert wenige Minuten:\n"
        f"{urls.absolute(JOIN_PATH.format(ags=town.ags))}",
        "Mit freundlichen Grüßen",
        f"{sender}\n{place}".strip(),
    )
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _likeness(town: Town, own: Town) -> str:
    """What the two have in common as far as figures tell; of itself the other town has said nothing yet."""
    picture = snapshot.current()
    features, rows = picture.features, picture.rows
    if town.id not in rows or own.id not in rows:
        return ""
    said = {reason.code: reason.data for reason in reasons.for_pair(features, rows[own.id], rows[town.id])}
    if "comparable_size" not in said:
        return ""
    theirs, ours = (
        formats.rounded_population(int(said["comparable_size"][side])) for side in ("peer", "own")
    )
    return f"Ihre Stadt ist mit rund {theirs} Einwohnern ähnlich groß wie unsere mit {ours}."
