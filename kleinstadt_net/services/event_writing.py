"""Inviting to an event, changing and cancelling it. Whoever has registered learns of a new time or place at once."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import Event
from kleinstadt_net.services import audit, event_letters, event_rights
from kleinstadt_net.services.event_rights import CIRCLE, NETWORK, TOWN, Actor, Organiser
from kleinstadt_net.services.events import ANNOUNCED, CANCELLED, UnknownEventError
from kleinstadt_net.territory import TIME_ZONE
from kleinstadt_net.vocabulary import SUBJECTS

TITLE_LENGTH, TEXT_LENGTH, PLACE_LENGTH, LINK_LENGTH = 120, 4000, 200, 300


@dataclass(frozen=True)
class Content:
    """An event as it is written; times are those of a wall clock in Germany, on one day."""

    title: str
    day: date
    begins: time
    ends: time
    text: str = ""
    subject: str | None = None
    place: str = ""
    online_link: str | None = None
    register_by: date | None = None


@dataclass(frozen=True)
class Stored:
    """An event to be changed, and the version it is at."""

    event_id: int
    content: Content
    version: int


class Refused(ValueError):
    """Something typed cannot be taken; ``problems`` has a German sentence by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(f"not taken: {', '.join(problems)}")
        self.problems = problems


@dataclass
class StaleVersionError(Exception):
    """Somebody else has changed the event meanwhile; nothing was stored. ``version`` is the present one."""

    content: Content
    version: int
    args: tuple[object, ...] = field(default=(), init=False)


def announce(actor: Actor, organiser_key: str, content: Content) -> int:
    """Invite for one of the organisers this person may speak for; commits and answers the event's id.

    Raises UnknownEventError where she may not, Refused.
    """
    db.session.rollback()
    begin_writing(db.session)
    found = next((one for one in event_rights.organisers(actor) if one.key == organiser_key), None)
    if found is None:
        db.session.rollback()
        raise UnknownEventError(organiser_key)
    event = Event(
        organiser=found.kind,
        town_id=_target(found, TOWN),
        network_id=_target(found, NETWORK),
        circle_id=_target(found, CIRCLE),
        account_id=actor.account_id,
        state=ANNOUNCED,
        created_at=clock.now(),
        version=0,
    )
    _fill(event, content)
    db.session.add(event)
    db.session.flush()
    audit.record("event.announced", account_id=actor.account_id, town_id=actor.town_id, event=event.id)
    event_letters.announced(event, found.title)
    made = event.id
    db.session.commit()
    return made


def for_editing(event_id: int, actor: Actor) -> Stored:
    """What the form begins with. Raises UnknownEventError where this person may not change it, or it is over."""
    event = db.session.get(Event, event_id)
    if event is None or not _may_change(event, actor):
        raise UnknownEventError(event_id)
    return Stored(event.id, _content(event), event.version)


def change(event_id: int, actor: Actor, content: Content, version: int) -> None:
    """Store what was changed; commits. Raises UnknownEventError, StaleVersionError, Refused."""
    event = _locked(event_id, actor)
    before = _content(event)
    if event.version != version:
        present = event.version
        db.session.rollback()
        raise StaleVersionError(before, present)
    _fill(event, content, before)
    audit.record("event.changed", account_id=actor.account_id, town_id=actor.town_id, event=event.id)
    if _where_and_when(before) != _where_and_when(content):
        event.reminded_at = None
        event_letters.changed(event)
    db.session.commit()


def cancel(event_id: int, actor: Actor) -> None:
    """The event does not take place; commits. Raises UnknownEventError."""
    event = _locked(event_id, actor)
    event.state, event.changed_at, event.version = CANCELLED, clock.now(), event.version + 1
    audit.record("event.cancelled", account_id=actor.account_id, town_id=actor.town_id, event=event.id)
    event_letters.changed(event)
    db.session.commit()


def _locked(event_id: int, actor: Actor) -> Event:
    db.session.rollback()
    begin_writing(db.session)
    event = db.session.scalar(select(Event).where(Event.id == event_id).with_for_update())
    if event is None or not _may_change(event, actor):
        db.session.rollback()
        raise UnknownEventError(event_id)
    return event


def _may_change(event: Event, actor: Actor) -> bool:
    return event.state == ANNOUNCED and event.ends_at > clock.now() and event_rights.may_edit(event, actor)


def _target(organiser: Organiser, kind: str) -> int | None:
    return organiser.target_id if organiser.kind == kind else None


def _fill(event: Event, content: Content, before: Content | None = None) -> None:
    problems = _problems(content, before)
    if problems:
        db.session.rollback()
        raise Refused(problems)
    event.title, event.text, event.subject = content.title, content.text, content.subject
    event.place, event.online_link = content.place, content.online_link
    event.starts_at = _moment(content.day, content.begins)
    event.ends_at = _moment(content.day, content.ends)
    event.register_by = content.register_by
    event.changed_at, event.version = clock.now(), event.version + 1


def _problems(content: Content, before: Content | None) -> dict[str, str]:
    problems = {}
    lengths = (
        ("title", TITLE_LENGTH),
        ("text", TEXT_LENGTH),
        ("place", PLACE_LENGTH),
        ("online_link", LINK_LENGTH),
    )
    for name, most in lengths:
        if len(getattr(content, name) or "") > most:
            problems[name] = f"Bitte höchstens {most} Zeichen."
    if content.subject is not None and content.subject not in SUBJECTS:
        problems["subject"] = "Diese Auswahl gibt es nicht."
    if not content.title:
        problems["title"] = "Bitte geben Sie dem Termin einen Titel."
    if not (content.place or content.online_link):
        problems["place"] = "Bitte nennen Sie einen Ort oder einen Link zur Teilnahme."
    if content.online_link and not _is_web_address(content.online_link):
        problems["online_link"] = "Bitte geben Sie eine Adresse an, die mit https:// beginnt."
    return {**problems, **_wrong_times(content, before)}


def _wrong_times(content: Content, before: Content | None) -> dict[str, str]:
    """What was so ``before`` may stay, even where it is past: a place can change on the very day."""
    for name, at in (("begins", content.begins), ("ends", content.ends)):
        if not _exists(content.day, at):
            return {name: "Diese Uhrzeit gibt es an dem Tag nicht: Die Uhren werden auf Sommerzeit gestellt."}
    begins_as_before = before is not None and (before.day, before.begins) == (content.day, content.begins)
    if not begins_as_before and _moment(content.day, content.begins) <= clock.now():
        return {"day": "Dieser Termin liegt in der Vergangenheit."}
    if content.ends <= content.begins:
        return {"ends": "Das Ende liegt vor dem Beginn."}
    known = before.register_by if before is not None else None
    first = min(known or clock.today(), clock.today())
    if content.register_by and not first <= content.register_by <= content.day:
        return {"register_by": "Bitte wählen Sie einen Tag zwischen heute und dem Termin."}
    return {}


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=TIME_ZONE).astimezone(UTC)


def _exists(day: date, at: time) -> bool:
    """Not so in the hour that is left out in March."""
    back = _moment(day, at).astimezone(TIME_ZONE)
    return (back.hour, back.minute) == (at.hour, at.minute)


def _is_web_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme == "https" and bool(parts.hostname) and " " not in text


def _content(event: Event) -> Content:
    begins, ends = event.starts_at.astimezone(TIME_ZONE), event.ends_at.astimezone(TIME_ZONE)
    return Content(
        title=event.title,
        day=begins.date(),
        begins=begins.time(),
        ends=ends.time(),
        text=event.text,
        subject=event.subject,
        place=event.place,
        online_link=event.online_link,
        register_by=event.register_by,
    )


def _where_and_when(content: Content) -> tuple[object, ...]:
    return content.day, content.begins, content.ends, content.place, content.online_link
