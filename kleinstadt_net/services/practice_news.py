"""Which examples could be told to the people of a town in their letter: from arrays, and one reading of cards."""

from collections.abc import Collection
from datetime import timedelta

import numpy as np

from kleinstadt_net import clock
from kleinstadt_net.digest.sources.practices import PracticeNews
from kleinstadt_net.matching.declarations import IN_PROGRESS, SEEKING
from kleinstadt_net.services import practice_directory, practice_index, practices, snapshot
from kleinstadt_net.services.practice_directory import Answer, PracticeFilters
from kleinstadt_net.services.practices import PracticeCard
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.vocabulary import State

# So many are handed over per town: what has been told already is taken away by the letter.
CANDIDATES = 8
NEW = timedelta(days=62)


def news(town_ids: Collection[int]) -> dict[int, tuple[PracticeNews, ...]]:
    """By town the examples of others that concern it most, the best first: three queries, however many towns."""
    picture = snapshot.current()
    answer = Answer(practice_index.current(), picture, PracticeFilters())
    chosen = {town_id: _best(answer, town_id) for town_id in set(town_ids) if town_id in picture.rows}
    cards = practices.cards({practice_id for ids in chosen.values() for practice_id in ids})
    newest = clock.now() - NEW
    return {
        town_id: tuple(
            _told(answer, town_id, cards[one], is_new=cards[one].released_at >= newest)
            for one in ids
            if one in cards
        )
        for town_id, ids in chosen.items()
    }


def _best(answer: Answer, town_id: int) -> list[int]:
    known = answer.known
    rows = np.flatnonzero(answer.shown & (known.town_ids != town_id))
    ordered = practice_directory.ordered_for(answer, rows, town_id, CANDIDATES)
    ids: list[int] = known.ids[ordered].tolist()
    return ids


def _told(answer: Answer, town_id: int, card: PracticeCard, *, is_new: bool) -> PracticeNews:
    sought, worked_on = (
        practice_directory.said(answer.picture, town_id, state) for state in (SEEKING, IN_PROGRESS)
    )
    for those, reason in ((sought, State.SEEKING), (worked_on, State.IN_PROGRESS)):
        subject = next((key for key in card.subjects if key in those), None)
        if subject is not None:
            return _news(card, subject, reason, is_new=is_new)
    return _news(card, card.subjects[0] if card.subjects else "", "", is_new=is_new)


def _news(card: PracticeCard, subject: str, reason: str, *, is_new: bool) -> PracticeNews:
    land = LAENDER.get(card.town.land)
    return PracticeNews(
        practice_id=card.practice_id,
        title=card.title,
        town=f"{card.town.name} ({land.name})" if land else card.town.name,
        subject=subject,
        reason=str(reason),
        cost_band=card.cost_band,
        staff=card.staff,
        office=card.contact_office,
        is_new=is_new,
    )
