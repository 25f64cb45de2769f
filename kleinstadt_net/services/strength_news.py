"""Towns newly strong in what others seek: the statements of the last months, held against the picture of all towns."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.digest.sources.strengths import StrengthNews
from kleinstadt_net.matching.declarations import SEEKING
from kleinstadt_net.models import Stance, Town
from kleinstadt_net.services import local_times, practice_directory, snapshot, town_blocks
from kleinstadt_net.services.directory_networks import TAKING_PART
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.vocabulary import State

NEW = timedelta(days=62)
# The newest of all; and of these as many per town as a letter could want, whatever it has told already.
LOOKED_AT, CANDIDATES = 1000, 12


def news(town_ids: Collection[int]) -> dict[int, tuple[StrengthNews, ...]]:
    """By town the new strengths of others in what it seeks, the latest first: two queries, however many towns."""
    by_subject = _newest()
    if not by_subject:
        return {}
    picture = snapshot.current()
    apart = town_blocks.apart(picture.rows)
    told: dict[int, tuple[StrengthNews, ...]] = {}
    for town_id in town_ids:
        sought = practice_directory.said(picture, town_id, SEEKING) if town_id in picture.rows else ()
        fitting = [
            one
            for subject in sorted(sought)
            for one in by_subject.get(subject, ())
            if one.town_id != town_id and not {(town_id, one.town_id), (one.town_id, town_id)} & apart
        ]
        if fitting:
            told[town_id] = tuple(sorted(fitting, key=_latest_first)[:CANDIDATES])
    return told


def _latest_first(one: StrengthNews) -> tuple[int, int]:
    return -one.said_on.toordinal(), -one.stance_id


def _newest() -> Mapping[str, list[StrengthNews]]:
    rows = db.session.execute(
        select(Stance, Town)
        .join(Town, Town.id == Stance.town_id)
        .where(Stance.state == State.STRENGTH.value, Stance.changed_at >= clock.now() - NEW, *TAKING_PART)
        .order_by(Stance.changed_at.desc(), Stance.id.desc())
        .limit(LOOKED_AT)
    )
    found: dict[str, list[StrengthNews]] = {}
    for stance, town in rows:
        found.setdefault(stance.subject, []).append(_told(stance, town))
    return found


def _told(stance: Stance, town: Town) -> StrengthNews:
    land = LAENDER.get(town.land)
    name = f"{town.name} ({land.name})" if land else town.name
    said_on = local_times.day_of(stance.changed_at)
    return StrengthNews(stance.id, town.id, town.ags, town.slug, name, stance.subject, said_on)
