"""Brings statistics beyond the register in: each indicator whole and at once, or not at all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.importers.indicators import KEY_DIGITS, VERBAND, IndicatorFile, Meaning
from kleinstadt_net.models import Indicator, IndicatorValue, Installation, Town
from kleinstadt_net.services import audit, installation


class NotTaken(Exception):
    """Nothing was stored; the text says why, for the operator."""


@dataclass(frozen=True)
class Taken:
    """An indicator that was stored: for how many towns, and what it replaced (None: it is new)."""

    key: str
    name: str
    towns: int
    replaced: date | None


@dataclass(frozen=True)
class IndicatorReport:
    """What an import did. ``unknown`` are keys no town has, ``missing`` how many listed towns got no value at all."""

    taken: tuple[Taken, ...]
    unknown: tuple[str, ...]
    missing: int


def apply(file: IndicatorFile, as_of: date, *, force: bool = False, dry_run: bool = False) -> IndicatorReport:
    """Store all indicators of a file in one transaction; ``dry_run`` takes everything back.

    Raises NotTaken where no key is known, ``as_of`` lies in the future, or what is stored is newer (unless ``force``).
    """
    if as_of > clock.today():
        raise NotTaken(f"{as_of} lies in the future.")
    begin_writing(db.session)
    db.session.execute(select(Installation.id).with_for_update())
    towns = _towns(file.mapping.level)
    known = {key for key in file.lines if key in towns}
    if not known:
        db.session.rollback()
        raise NotTaken("None of the keys belongs to a town of the register.")
    taken = [_store(file, meaning, towns, as_of, force=force) for meaning in file.mapping.meanings]
    reached = {town_id for key in known for town_id in towns[key]}
    everybody = {town_id for ids in towns.values() for town_id in ids}
    report = IndicatorReport(tuple(taken), tuple(sorted(set(file.lines) - known)), len(everybody - reached))
    if dry_run:
        db.session.rollback()
        return report
    installation.touch_towns(reached)
    audit.record("register.indicators", indicators=[one.key for one in taken], towns=len(reached))
    db.session.commit()
    return report


def _towns(level: str) -> Mapping[str, list[int]]:
    """Ids of the towns that still exist, by the key of this level; one without such a key is left out."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for row in db.session.execute(select(Town.id, Town.ags, Town.ars).where(Town.gone_on.is_(None))):
        key = row.ars[: KEY_DIGITS[VERBAND]] if level == VERBAND and row.ars else row.ags
        if level != VERBAND or row.ars:
            found[key].append(row.id)
    return found


def _store(
    file: IndicatorFile, meaning: Meaning, towns: Mapping[str, list[int]], as_of: date, *, force: bool
) -> Taken:
    stored = db.session.scalar(select(Indicator).where(Indicator.key == meaning.key))
    replaced = stored.as_of if stored else None
    if replaced is not None and replaced > as_of and not force:
        db.session.rollback()
        raise NotTaken(f"{meaning.key} is stored as of {replaced}, which is newer than {as_of}.")
    indicator = stored or Indicator(key=meaning.key)
    mapping = file.mapping
    for name, value in {
        "name": meaning.name,
        "unit": meaning.unit,
        "source": mapping.source,
        "licence": mapping.licence,
        "level": mapping.level,
        "audience": meaning.audience,
        "as_of": as_of,
        "imported_at": clock.now(),
    }.items():
        setattr(indicator, name, value)
    db.session.add(indicator)
    db.session.flush()
    db.session.execute(delete(IndicatorValue).where(IndicatorValue.indicator_id == indicator.id))
    rows = list(_rows(indicator.id, file.values[meaning.key], towns))
    if rows:
        db.session.execute(insert(IndicatorValue), rows)
    return Taken(meaning.key, meaning.name, len(rows), replaced)


def _rows(
    indicator_id: int, values: Mapping[str, float], towns: Mapping[str, list[int]]
) -> Iterable[dict[str, float | int]]:
    for key, value in values.items():
        for town_id in towns.get(key, ()):
            yield {"indicator_id": indicator_id, "town_id": town_id, "value": value}
