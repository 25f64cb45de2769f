"""From the letter's link to what stays: two wishes, a talk, a date, an outcome, an example, a town that repeats it."""

import re
from datetime import datetime
from typing import Any

import time_machine
import vobject
from flask.testing import FlaskClient
from sqlalchemy import select

from kleinstadt_net import territory
from kleinstadt_net.database import db
from kleinstadt_net.mail.delivery import deliver_due
from kleinstadt_net.models import Adoption, AppointmentSlot, Exchange, Letter, Practice
from kleinstadt_net.services import answer_letters, digest_letter, digests, links
from tests.factories import RoundFactory, SubscriptionFactory, SuggestionFactory
from tests.support.cast import Cast
from tests.support.letters import bodies
from tests.support.smtp import PostOffice

MONDAY = datetime(2026, 11, 9, 10, tzinfo=territory.TIME_ZONE)
FILLED: dict[str, Any] = {
    "title": "Läden auf Zeit vermieten",
    "theses": [],
    "topics": ["innenstadt"],
    "problem": "Sechs Läden standen leer.",
    "steps": "Eigentümer angerufen.\nVertrag geschlossen.",
    "cost_band": "to_50",
    "duration": "to_12",
    "instrument": "contract",
    "is_funded": "no",
    "staff": "eine halbe Stelle",
    "contact_office": "Wirtschaftsförderung",
    "freigeben": "ja",
}


def send(client: FlaskClient, address: str, seen: str = "", **data: Any) -> Any:
    page = client.get(seen or address).text
    inputs = re.findall(r'<input[^>]*type="hidden"[^>]*>', page)
    pairs = ((re.search(rf'{name}="([^"]*)"', one) for name in ("name", "value")) for one in inputs)
    hidden = {name.group(1): value.group(1) for name, value in pairs if name and value}
    return client.post(address, data={**hidden, **data})


def letters(kind: str) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def test_from_a_link_to_something_that_stays(
    client: FlaskClient, cast: Cast, sign_in: Any, smtp: PostOffice
) -> None:
    with time_machine.travel(MONDAY, tick=False) as travel:
        month = RoundFactory(month="2026-11")
        pair = [
            SuggestionFactory(round=month, town=one, peer=other)
            for one, other in ((cast.town, cast.other_town), (cast.other_town, cast.town))
        ]
        # Both answer from their letters, without signing in.
        for row, person in zip(pair, (cast.mayor, cast.stranger), strict=True):
            token = links.create(digest_letter.ANSWER_PURPOSE, person.id, days=9, target_id=row.id)
            db.session.commit()
            assert send(client, f"/antwort/{token}", answer="contact").status_code == 200
        talk = db.session.scalars(select(Exchange)).one()
        assert (talk.state, talk.origin) == ("talking", "wishes")
        address = f"/gespraeche/{talk.id}"

        sign_in(client, cast.mayor)
        proposed = send(
            client,
            f"{address}/termin",
            day_1="2026-11-18", begins_1="14:00", ends_1="14:45",
            day_2="2026-11-19", begins_2="09:00", ends_2="09:45",
            form="telephone", place="03322 4711",
        )  # fmt: skip
        assert proposed.location.startswith(address)
        second = db.session.scalars(
            select(AppointmentSlot).order_by(AppointmentSlot.starts_at.desc())
        ).first()
        assert second is not None
        sign_in(client, cast.stranger)
        send(client, f"{address}/termin/{second.appointment_id}", address, slot=second.id)
        deliver_due()
        for person in (cast.mayor, cast.stranger):
            invited = [m for m in smtp.to(person.email) if any(p.get_filename() for p in m.walk())]
            (part,) = [p for p in invited[-1].walk() if p.get_content_type() == "text/calendar"]
            calendar = vobject.readOne(str(part.get_content()))
            assert calendar.method.value == "REQUEST" and calendar.vtimezone.tzid.value == "Europe/Berlin"
            starts = calendar.vevent.dtstart.value
            assert starts == datetime(2026, 11, 19, 9, tzinfo=territory.TIME_ZONE)

        # Two weeks after the date, and not after the consent, each is asked.
        travel.move_to(datetime(2026, 12, 2, 10, tzinfo=territory.TIME_ZONE))
        assert answer_letters.write_due(datetime.now(territory.TIME_ZONE)).outcomes == 0
        travel.move_to(datetime(2026, 12, 3, 10, tzinfo=territory.TIME_ZONE))
        assert answer_letters.write_due(datetime.now(territory.TIME_ZONE)).outcomes == 2
        (asked,) = [one for one in letters("outcome_asked") if one.account_id == cast.mayor.id]
        assert "am 19. November 2026 haben Ellernrode und Lauenfurt miteinander gesprochen" in " ".join(
            bodies(asked)[0].split()
        )
        (token,) = set(re.findall(r"(?<=/gespraech/)[\w-]+", bodies(asked)[0]))
        assert "Wir sagen Lauenfurt" in send(client, f"/gespraech/{token}", antwort="yes").text
        assert [one.account_id for one in letters("outcome_helped")] == [cast.stranger.id]

        # From the talk to an example.
        sign_in(client, cast.mayor)
        edit = send(client, f"{address}/beispiel", address).location
        assert "Austausch mit Lauenfurt" in client.get(edit).text
        assert send(client, edit, **FILLED).status_code == 302
        practice = db.session.scalars(select(Practice)).one()
        assert practice.state == "released" and practice.exchange_id == talk.id

        # Another town repeats it, and the next letter says so.
        sign_in(client, cast.stranger)
        send(
            client, f"/beispiel/{practice.id}/umsetzen", state="running", changed="Wir nehmen Miete.", why=""
        )
        assert db.session.scalars(select(Adoption.town_id)).all() == [cast.other_town.id]
        SubscriptionFactory(account_id=cast.mayor.id)
        travel.move_to(datetime(2027, 1, 5, 9, tzinfo=territory.TIME_ZONE))
        RoundFactory(month="2027-01")
        assert digests.enqueue_due(datetime.now(territory.TIME_ZONE)).enqueued == 1
        (digest,) = letters("digest")
        assert digest.subject == "Lauenfurt greift Ihr Beispiel auf"
        for body in bodies(digest):
            assert "setzt Ihr Beispiel „Läden auf Zeit vermieten“ bei sich um" in body
