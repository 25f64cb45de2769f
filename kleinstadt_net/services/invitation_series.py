"""The operator's invitations by post: up to 200 printed letters to towns that do not take part yet.

Nobody is written to who takes part, has objected, or got such a letter within the last twelve months. Each letter
carries a code: by it a town hall can object in the browser, and the operator finds the letter when somebody calls.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, exists, func, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.models import InvitationObjection, InvitationSeries, SeriesLetter, Town, TownAddress
from kleinstadt_net.services import audit, letter_codes, outreach, snapshot

MAX_LETTERS = 200
MAX_TITLE = 120
PAUSE = timedelta(days=365)
OBJECTION_PATH = "/widerspruch/{token}"
BY_LETTER = "mit dem Code aus einem Brief"


class NobodyToWriteTo(Exception):
    """No town passes the filters; nothing was stored."""


@dataclass(frozen=True)
class SeriesFilters:
    """Which towns to write to; None is no filter, sizes are inhabitants and inclusive."""

    land: str | None = None
    size_from: int | None = None
    size_to: int | None = None
    only_with_address: bool = True
    at_most: int = 50


@dataclass(frozen=True)
class Candidate:
    """A town that may be written to."""

    town_id: int
    ags: str
    slug: str
    name: str
    land: str
    kreis_name: str | None
    has_address: bool
    population: int
    is_estimate: bool


@dataclass(frozen=True)
class Selection:
    """The towns a series would get, in the order of their names, out of ``total`` that pass the filters."""

    rows: tuple[Candidate, ...]
    total: int


@dataclass(frozen=True)
class SeriesRow:
    """A series in the list; ``joined`` counts the towns that take part since."""

    series_id: int
    title: str
    created_at: datetime
    letters: int
    joined: int


@dataclass(frozen=True)
class LetterRow:
    """One letter of a series and what became of its town; ``left_out`` says why it is not printed again."""

    town_id: int
    ags: str
    slug: str
    name: str
    code: str
    has_address: bool
    joined_on: date | None
    left_out: str | None


@dataclass(frozen=True)
class SeriesPage:
    """Everything about one series."""

    row: SeriesRow
    letters: tuple[LetterRow, ...]

    @property
    def printable(self) -> int:
        """How many letters are printed: those of towns one may still write to."""
        return sum(letter.left_out is None for letter in self.letters)

    @property
    def undeliverable(self) -> int:
        """How many of these lack the town hall's address."""
        return sum(letter.left_out is None and not letter.has_address for letter in self.letters)


def candidates(filters: SeriesFilters) -> Selection:
    """Whom a series with these filters would write to."""
    picture = snapshot.current()
    with_address = exists().where(TownAddress.town_id == Town.id).label("has_address")
    columns = (Town.id, Town.ags, Town.slug, Town.name, Town.land, Town.kreis_name)
    rows = db.session.execute(
        select(*columns, with_address).where(*_may_be_written_to(filters)).order_by(Town.sort_key, Town.ags)
    )
    # Only towns of a known size are listed, unless they take part.
    wanted = picture.listed & _of_size(picture, filters)
    found = [row for row in rows if row.id in picture.rows and wanted[picture.rows[row.id]]]
    chosen = found[: min(filters.at_most, MAX_LETTERS)]
    return Selection(tuple(_candidate(picture, row) for row in chosen), len(found))


def create(title: str, filters: SeriesFilters, by_account_id: int) -> int:
    """Store a series with a letter and a code for each town; answers its id. Raises NobodyToWriteTo."""
    begin_writing(db.session)
    chosen = candidates(filters).rows
    if not chosen:
        db.session.rollback()
        raise NobodyToWriteTo
    series = InvitationSeries(title=title, created_by_id=by_account_id, created_at=clock.now())
    db.session.add(series)
    db.session.flush()
    db.session.add_all(
        SeriesLetter(series_id=series.id, town_id=one.town_id, code=_new_code()) for one in chosen
    )
    audit.record("series.created", account_id=by_account_id, series=series.id, letters=len(chosen))
    db.session.commit()
    return series.id


def listing(*, limit: int, offset: int = 0) -> list[SeriesRow]:
    """All series, the latest first."""
    query = _series().order_by(InvitationSeries.id.desc()).limit(limit).offset(offset)
    return [_row(*found) for found in db.session.execute(query)]


def count() -> int:
    """How many series there are."""
    return db.session.scalar(select(func.count()).select_from(InvitationSeries)) or 0


def find(series_id: int) -> SeriesPage | None:
    """One series with its letters by the towns' names; None where there is none."""
    found = db.session.execute(_series().where(InvitationSeries.id == series_id)).first()
    if found is None:
        return None
    rows = db.session.execute(
        select(SeriesLetter, Town, TownAddress.id, InvitationObjection.id)
        .join(Town, Town.id == SeriesLetter.town_id)
        .outerjoin(TownAddress, TownAddress.town_id == Town.id)
        .outerjoin(InvitationObjection, InvitationObjection.town_id == Town.id)
        .where(SeriesLetter.series_id == series_id)
        .order_by(Town.sort_key, Town.ags)
    )
    return SeriesPage(_row(*found), tuple(_letter(*row) for row in rows))


def place_of(code: str) -> tuple[int, str] | None:
    """The series a code belongs to and the key (AGS) of its town, however the code is typed."""
    found = db.session.execute(
        select(SeriesLetter.series_id, Town.ags).join(SeriesLetter.town).where(_is(code))
    ).first()
    return (found.series_id, found.ags) if found else None


def town_behind(code: str) -> str | None:
    """The name of the town a letter with this code went to, however the code is typed; changes nothing."""
    found = _town_of(code)
    return found.name if found else None


def object_by_code(code: str) -> bool:
    """Note that the town does not want to be written to; False for an unknown code. Commits."""
    begin_writing(db.session)
    town = _town_of(code)
    if town is None:
        db.session.rollback()
        return False
    outreach.note_objection(town.id, BY_LETTER, None)
    db.session.commit()
    return True


def _may_be_written_to(filters: SeriesFilters) -> list[ColumnElement[bool]]:
    lately = (
        exists()
        .where(SeriesLetter.town_id == Town.id, SeriesLetter.series_id == InvitationSeries.id)
        .where(InvitationSeries.created_at > clock.now() - PAUSE)
    )
    conditions: list[ColumnElement[bool]] = [
        Town.joined_on.is_(None),
        Town.suspended_at.is_(None),
        Town.gone_on.is_(None),
        Town.hidden_on.is_(None),
        ~exists().where(InvitationObjection.town_id == Town.id),
        ~lately,
    ]
    if filters.land is not None:
        conditions.append(Town.land == filters.land)
    if filters.only_with_address:
        conditions.append(exists().where(TownAddress.town_id == Town.id))
    return conditions


def _of_size(picture: snapshot.Snapshot, filters: SeriesFilters) -> snapshot.Flags:
    passes: snapshot.Flags = np.ones(len(picture), dtype=np.bool_)
    if filters.size_from is not None:
        passes &= picture.population >= filters.size_from
    if filters.size_to is not None:
        passes &= picture.population <= filters.size_to
    return passes


def _candidate(picture: snapshot.Snapshot, town: Any) -> Candidate:
    row = picture.rows[town.id]
    return Candidate(
        town_id=town.id,
        ags=town.ags,
        slug=town.slug,
        name=town.name,
        land=town.land,
        kreis_name=town.kreis_name,
        has_address=town.has_address,
        population=int(picture.population[row]),
        is_estimate=not picture.official[row],
    )


def _series() -> Any:
    # They did not take part when they were written to, so whoever does now has joined since.
    joined = func.count(Town.id).filter(Town.joined_on.is_not(None), Town.gone_on.is_(None))
    return (
        select(InvitationSeries, func.count(SeriesLetter.id), joined)
        .outerjoin(SeriesLetter, SeriesLetter.series_id == InvitationSeries.id)
        .outerjoin(Town, Town.id == SeriesLetter.town_id)
        .group_by(InvitationSeries.id)
    )


def _row(series: InvitationSeries, letters: int, joined: int) -> SeriesRow:
    return SeriesRow(series.id, series.title, series.created_at, letters, joined)


def _letter(letter: SeriesLetter, town: Town, address_id: int | None, objection_id: int | None) -> LetterRow:
    reasons = (
        ("joined", town.joined_on is not None),
        ("objected", objection_id is not None),
        ("gone", town.gone_on is not None or town.hidden_on is not None),
    )
    return LetterRow(
        town_id=town.id,
        ags=town.ags,
        slug=town.slug,
        name=town.name,
        code=letter_codes.grouped(letter.code),
        has_address=address_id is not None,
        joined_on=town.joined_on,
        left_out=next((reason for reason, holds in reasons if holds), None),
    )


def _new_code() -> str:
    return "".join(secrets.choice(letter_codes.ALPHABET) for _ in range(letter_codes.LENGTH))


def _town_of(code: str) -> Town | None:
    return db.session.scalar(
        select(Town).join(SeriesLetter, SeriesLetter.town_id == Town.id).where(_is(code))
    )


def _is(code: str) -> ColumnElement[bool]:
    return SeriesLetter.code == letter_codes.plain(code)
