"""Gesprächsvermerke: what a town notes of a talk for its own files, and the same as a paper for the E-Akte."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kleinstadt_net import clock, formats
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.documents import office, pdf
from kleinstadt_net.documents.papers import INVENTED, Items, Paper, Paragraph, Section, text_blocks
from kleinstadt_net.models import TalkRecord
from kleinstadt_net.services import answer_people, audit, exchanges, installation, local_times
from kleinstadt_net.services.exchanges import Party, UnknownExchangeError
from kleinstadt_net.territory import LAENDER

TITLE = "Gesprächsvermerk"
PRESENT_LENGTH, TEXT_LENGTH = 1000, 4000
ODT, PDF = "odt", "pdf"
TYPES = {ODT: office.ODT_TYPE, PDF: "application/pdf"}


class UnknownRecordError(LookupError):
    """No such record, or another town's."""


class RefusedError(ValueError):
    """The day cannot be right; ``problem`` says so in German."""

    def __init__(self, problem: str) -> None:
        super().__init__("not a day of this talk")
        self.problem = problem


@dataclass(frozen=True)
class Content:
    """A record as it is written; ``present`` has one person to a line, in the words of whoever writes."""

    held_on: date
    present: str
    result: str
    next_step: str


@dataclass(frozen=True)
class Stored:
    """A record of this town's, at its version."""

    record_id: int
    content: Content
    version: int


class StaleVersionError(Exception):
    """A colleague has written about this day meanwhile; nothing was stored. ``stored`` is what she wrote."""

    def __init__(self, stored: Stored) -> None:
        super().__init__(stored.version)
        self.stored = stored


def may_write(party: Party) -> bool:
    """Whether there has been a talk to write about; the record of one that is closed may still follow."""
    return party.accepted_at is not None


def of_exchange(party: Party) -> tuple[Stored, ...]:
    """What this town has noted of a talk, the latest day first: one query."""
    rows = db.session.scalars(
        select(TalkRecord)
        .where(TalkRecord.exchange_id == party.exchange_id, TalkRecord.town_id == party.town_id)
        .order_by(TalkRecord.held_on.desc())
    )
    return tuple(_stored(row) for row in rows)


def find(record_id: int, party: Party) -> Stored:
    """One of them. Raises UnknownRecordError for every other town's."""
    row = db.session.get(TalkRecord, record_id)
    if row is None or (row.exchange_id, row.town_id) != (party.exchange_id, party.town_id):
        raise UnknownRecordError(record_id)
    return _stored(row)


def save(
    exchange_id: int,
    town_id: int,
    account_id: int,
    content: Content,
    *,
    record_id: int | None = None,
    version: int = 0,
) -> int:
    """Store a record, a new one where ``record_id`` is None, and answer its id; commits. Sent twice it is stored once.

    Raises UnknownExchangeError, UnknownRecordError, RefusedError for a day that cannot be, StaleVersionError (which is
    raised too where the day already has a record), ValueError for texts that do not fit.
    """
    if not (0 < len(content.result) <= TEXT_LENGTH and len(content.next_step) <= TEXT_LENGTH):
        raise ValueError("a record wants a result that fits")
    if len(content.present) > PRESENT_LENGTH:
        raise ValueError("too many people for a record")
    db.session.rollback()
    begin_writing(db.session)
    try:
        party = exchanges.party(exchange_id, town_id)
        if answer_people.role(account_id, town_id) is None or not may_write(party):
            raise UnknownExchangeError(exchange_id)
        _must_be_a_day(content.held_on, party)
        row = _locked(record_id, party) if record_id is not None else _of_day(content.held_on, party)
        if row is None:
            row = TalkRecord(exchange_id=exchange_id, town_id=town_id, created_at=clock.now(), version=0)
            db.session.add(row)
        elif _stored(row).content == content:
            stored_id = row.id
            db.session.rollback()
            return stored_id
        elif row.version != version:
            raise StaleVersionError(_stored(row))
        if record_id is not None and row.held_on != content.held_on and _of_day(content.held_on, party):
            raise RefusedError("Für diesen Tag gibt es schon einen Vermerk. Bitte prüfen Sie das Datum.")
        _fill(row, content, account_id)
        stored_id = _flushed(row, content, party)
    except Exception:
        db.session.rollback()
        raise
    audit.record("talk_record.saved", account_id=account_id, town_id=town_id, exchange=exchange_id)
    db.session.commit()
    return stored_id


def paper(party: Party, stored: Stored) -> Paper:
    """The record as a paper."""
    content = stored.content
    present = tuple(line.strip() for line in content.present.splitlines() if line.strip())
    facts = [("Datum", formats.day(content.held_on)), ("Städte", f"{_named(party)}")]
    if installation.is_demonstration():
        facts.append(INVENTED)
    return Paper(
        title=TITLE,
        subtitle=f"Gespräch mit {party.peer.name} am {formats.long_day(content.held_on)}",
        facts=tuple(facts),
        sections=(
            Section("Teilgenommen haben", (Items(present) if present else Paragraph("Keine Angabe."),)),
            Section("Ergebnis", tuple(text_blocks(content.result))),
            Section(
                "Nächster Schritt",
                tuple(text_blocks(content.next_step)) or (Paragraph("Keiner vereinbart."),),
            ),
        ),
        author=party.town.name,
        made_on=clock.today(),
    )


def file(party: Party, stored: Stored, kind: str) -> bytes:
    """The paper as a file of one of ``TYPES``. Raises PdfUnavailable where no PDF can be drawn, KeyError."""
    made = paper(party, stored)
    if kind == PDF:
        return pdf.render("paper", {"paper": made})
    return {ODT: office.odt}[kind](made)


def can_make_pdf() -> bool:
    """Whether this machine can draw PDF."""
    return pdf.is_available()


def _named(party: Party) -> str:
    """Both towns with their Länder."""
    sides = (party.town, party.peer)
    return " und ".join(
        f"{side.name} ({LAENDER[side.land].name})" if side.land in LAENDER else side.name for side in sides
    )


def _must_be_a_day(day: date, party: Party) -> None:
    if day > clock.today():
        raise RefusedError("Dieser Tag liegt in der Zukunft.")
    assert party.accepted_at is not None
    if day.year < local_times.day_of(party.accepted_at).year - 1:
        raise RefusedError("Da kannten sich die beiden Städte noch nicht. Bitte prüfen Sie das Jahr.")


def _locked(record_id: int, party: Party) -> TalkRecord:
    row = db.session.scalar(select(TalkRecord).where(TalkRecord.id == record_id).with_for_update())
    if row is None or (row.exchange_id, row.town_id) != (party.exchange_id, party.town_id):
        raise UnknownRecordError(record_id)
    return row


def _of_day(day: date, party: Party) -> TalkRecord | None:
    return db.session.scalar(
        select(TalkRecord)
        .where(
            TalkRecord.exchange_id == party.exchange_id,
            TalkRecord.town_id == party.town_id,
            TalkRecord.held_on == day,
        )
        .with_for_update()
    )


def _fill(row: TalkRecord, content: Content, account_id: int) -> None:
    row.held_on, row.present = content.held_on, content.present
    row.result, row.next_step = content.result, content.next_step
    row.account_id, row.changed_at, row.version = account_id, clock.now(), row.version + 1


def _flushed(row: TalkRecord, content: Content, party: Party) -> int:
    """The id; where another record has this day already, StaleVersionError, or its id when it says the same."""
    try:
        db.session.flush()
    except IntegrityError as clash:
        db.session.rollback()
        other = _of_day(content.held_on, party)
        if other is None:
            raise
        if _stored(other).content != content:
            raise StaleVersionError(_stored(other)) from clash
        return other.id
    return row.id


def _stored(row: TalkRecord) -> Stored:
    return Stored(row.id, Content(row.held_on, row.present, row.result, row.next_step), row.version)
