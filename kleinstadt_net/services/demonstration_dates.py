"""Times proposed to the mayor's town, to pick from, and what it has noted of an earlier talk."""

from datetime import date, time, timedelta

from sqlalchemy import or_, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Exchange
from kleinstadt_net.services import appointment_proposals, local_times, talk_records
from kleinstadt_net.services.appointment_proposals import Content, Slot
from kleinstadt_net.services.exchange_rules import CLOSED, TALKING

NOTE = "Am liebsten mit der Kollegin aus der Wirtschaftsförderung."
RESULT = """Das Ärztehaus gehört einer Genossenschaft, an der die Stadt beteiligt ist.
- Zwei der vier Praxen haben angestellte Ärztinnen.
- Die ersten beiden Jahre hat die Stadt die Miete gestützt."""
NEXT_STEP = "Wir bekommen die Satzung der Genossenschaft und sprechen im Frühjahr noch einmal."


def insert_dates(own: int, lead: int | None, peer_lead: int | None) -> None:
    """What the town she talks to proposes, and her record of a talk that is over. Commits."""
    rows = {
        row.state: row
        for row in db.session.scalars(
            select(Exchange).where(or_(Exchange.town_id == own, Exchange.peer_id == own))
        )
    }
    if TALKING in rows and peer_lead is not None:
        row = rows[TALKING]
        peer_id = row.peer_id if row.town_id == own else row.town_id
        appointment_proposals.propose(row.id, peer_id, peer_lead, _proposal(), "")
    if CLOSED in rows and lead is not None:
        _note(rows[CLOSED], own, lead)


def _proposal() -> Content:
    first, second = _working_day(8), _working_day(13)
    slots = Slot(1, first, time(10), time(11)), Slot(2, second, time(14, 30), time(15, 30))
    return Content(slots, "video", link="https://treffen.example/kleinstadt", note=NOTE)


def _note(row: Exchange, own: int, lead: int) -> None:
    assert row.accepted_at is not None
    held_on = local_times.day_of(row.accepted_at) + timedelta(days=10)
    content = talk_records.Content(held_on, "Bürgermeisteramt und Bauamt beider Städte", RESULT, NEXT_STEP)
    talk_records.save(row.id, own, lead, content)


def _working_day(days: int) -> date:
    """The first day from Monday to Friday so many days ahead or later."""
    day = clock.today() + timedelta(days=days)
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day
