"""What the database knows for the Monatsbrief, loaded for many readers with a constant number of queries."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import ColumnElement, select

from kleinstadt_net import clock, territory
from kleinstadt_net.database import db
from kleinstadt_net.digest.issue import News
from kleinstadt_net.digest.sources.freshness import Question
from kleinstadt_net.digest.sources.statements import Statement
from kleinstadt_net.digest.sources.suggestions import Suggestion as ProposedTown
from kleinstadt_net.digest.sources.towns import Peer
from kleinstadt_net.digest.sources.waiting import Waiting
from kleinstadt_net.models import (
    Focus,
    Round,
    Stance,
    Suggestion,
    SuggestionAnswer,
    Town,
    TownFigure,
)
from kleinstadt_net.services import (
    adoption_news,
    appointments,
    circles,
    exchange_lists,
    exchange_rests,
    peer_reviews,
    practice_news,
    question_news,
    saved_searches,
    town_blocks,
)
from kleinstadt_net.services.digest_people import HomeTown, home_town, still_there
from kleinstadt_net.vocabulary import State

PUBLIC_STATES = (State.STRENGTH, State.IN_PROGRESS)
# Younger statements cannot be a year old; the pure room decides by the calendar.
YOUNGEST_QUESTION = timedelta(days=365)


def round_id(month: str) -> int | None:
    """The round of a month, None while it has not been run."""
    return db.session.scalar(select(Round.id).where(Round.month == month))


def news(towns: Iterable[HomeTown], round_of_month: int | None, today: date) -> Mapping[int, News]:
    """What could be told to the readers of each town (by id) this month."""
    homes = {town.town_id: town for town in towns}
    proposed = _proposed(homes, Suggestion.round_id == round_of_month) if round_of_month else []
    asking, own = _asking(homes)
    involved = {row.peer_id for row in proposed} | {row.town_id for row, _ in asking}
    peer_of = _peers(homes, involved)
    statements, questions = _statements(involved), _questions(homes, today)
    found = saved_searches.news(homes)
    circle_news, dates = circles.news(homes), appointments.news(homes)
    requests, reviews = exchange_lists.news(homes), peer_reviews.news(homes)
    thanks, asked, examples = adoption_news.news(homes), question_news.news(homes), practice_news.news(homes)
    suggestions: defaultdict[int, list[ProposedTown]] = defaultdict(list)
    for row in proposed:
        suggestions[row.town_id].append(_suggestion(row, peer_of))
    waiting: defaultdict[int, list[Waiting]] = defaultdict(list)
    for row, answer in asking:
        opposite = own.get((row.peer_id, row.town_id))
        waiting[row.peer_id].append(_waiting(row, answer, opposite, peer_of))
    return {
        town_id: News(
            suggestions=tuple(suggestions[town_id]),
            waiting=tuple(waiting[town_id]),
            statements=statements,
            own=tuple(questions[town_id]),
            found=found.get(town_id, ()),
            circles=circle_news.get(town_id, ()),
            requests=requests.get(town_id, ()),
            dates=dates.get(town_id, ()),
            reviews=reviews.get(town_id, ()),
            adoptions=thanks.get(town_id, ()),
            asked=asked.get(town_id, ()),
            practices=examples.get(town_id, ()),
        )
        for town_id in homes
    }


def suggestion(suggestion_id: int) -> tuple[HomeTown, ProposedTown] | None:
    """One suggestion as a letter tells it, with the town it was made to."""
    row = db.session.get(Suggestion, suggestion_id)
    if row is None:
        return None
    home = home_town(row.town)
    return home, _suggestion(row, _peers({home.town_id: home}, {row.peer_id}))


def _proposed(homes: Collection[int], condition: ColumnElement[bool]) -> list[Suggestion]:
    """Suggestions to these towns that nobody has answered, of peers that still take part; none during a break.

    None of a town one is in touch with already.
    """
    today = clock.today()
    return list(
        db.session.scalars(
            select(Suggestion)
            .join(Town, Town.id == Suggestion.peer_id)
            .outerjoin(SuggestionAnswer, SuggestionAnswer.suggestion_id == Suggestion.id)
            .where(
                Suggestion.town_id.in_(homes),
                SuggestionAnswer.id.is_(None),
                *still_there(),
                Town.paused_until.is_(None) | (Town.paused_until < today),
                Suggestion.town_id.not_in(select(Town.id).where(Town.paused_until >= today).correlate(None)),
                ~town_blocks.by(Suggestion.town_id, Suggestion.peer_id),
                exchange_rests.under_way(Suggestion.town_id, Suggestion.peer_id).is_(None),
                condition,
            )
        )
    )


Asking = list[tuple[Suggestion, SuggestionAnswer]]


def _asking(
    homes: Collection[int],
) -> tuple[Asking, Mapping[tuple[int, int], Suggestion]]:
    """Answers "contact" about these towns that they have not answered, and their own open suggestions.

    The second part is keyed by (own town, asking town): the latest suggestion in which to answer.
    """
    wanted = db.session.execute(
        select(Suggestion, SuggestionAnswer)
        .join(SuggestionAnswer, SuggestionAnswer.suggestion_id == Suggestion.id)
        .join(Town, Town.id == Suggestion.town_id)
        .where(
            Suggestion.peer_id.in_(homes),
            SuggestionAnswer.answer == "contact",
            *still_there(),
            ~town_blocks.between(Suggestion.town_id, Suggestion.peer_id),
            exchange_rests.under_way(Suggestion.town_id, Suggestion.peer_id).is_(None),
        )
    ).all()
    opposite = db.session.execute(
        select(Suggestion, SuggestionAnswer.answer)
        .outerjoin(SuggestionAnswer, SuggestionAnswer.suggestion_id == Suggestion.id)
        .where(
            Suggestion.town_id.in_(homes),
            Suggestion.peer_id.in_({row.town_id for row, _ in wanted}),
        )
        .order_by(Suggestion.id)
    ).all()
    settled = {(row.town_id, row.peer_id) for row, answer in opposite if answer not in (None, "later")}
    own = {(row.town_id, row.peer_id): row for row, answer in opposite if answer in (None, "later")}
    latest = {(row.peer_id, row.town_id): (row, answer) for row, answer in wanted}
    return [pair for key, pair in latest.items() if key not in settled], own


def _peers(homes: Mapping[int, HomeTown], peer_ids: Collection[int]) -> Callable[[int, int], Peer]:
    towns = {town.id: town for town in db.session.scalars(select(Town).where(Town.id.in_(peer_ids)))}
    figures: dict[int, TownFigure] = {}
    for figure in db.session.scalars(
        select(TownFigure)
        .where(TownFigure.town_id.in_(peer_ids))
        # Ascending and official last, so that what stays is the latest official figure where there is one.
        .order_by(TownFigure.quality == "official", TownFigure.population_on)
    ):
        figures[figure.town_id] = figure

    def peer_of(home_id: int, peer_id: int) -> Peer:
        return _peer(homes[home_id], towns[peer_id], figures.get(peer_id))

    return peer_of


def _peer(home: HomeTown, town: Town, figure: TownFigure | None) -> Peer:
    land = territory.LAENDER.get(town.land)
    return Peer(
        town_id=town.id,
        ags=town.ags,
        slug=town.slug,
        name=town.name,
        land=land.name if land else "",
        population=figure.population if figure else None,
        is_estimate=figure is not None and figure.quality != "official",
        distance_km=_distance(home, town),
    )


def _distance(home: HomeTown, town: Town) -> float | None:
    if home.lat is None or home.lon is None or town.lat is None or town.lon is None:
        return None
    return territory.distance_km(home.lat, home.lon, town.lat, town.lon)


def _suggestion(row: Suggestion, peer_of: Callable[[int, int], Peer]) -> ProposedTown:
    return ProposedTown(
        suggestion_id=row.id,
        position=row.position,
        slot=row.slot,
        peer=peer_of(row.town_id, row.peer_id),
        reasons=tuple(row.reasons),
    )


def _waiting(
    row: Suggestion,
    answer: SuggestionAnswer,
    own: Suggestion | None,
    peer_of: Callable[[int, int], Peer],
) -> Waiting:
    return Waiting(
        asked_by=row.id,
        since=answer.answered_at,
        peer=peer_of(row.peer_id, row.town_id),
        own=_suggestion(own, peer_of) if own is not None else None,
    )


def _statements(town_ids: Collection[int]) -> Mapping[int, list[Statement]]:
    """What these towns say publicly of themselves; a need does not even leave the database here."""
    rows = db.session.execute(select(Focus.town_id, Focus.thesis).where(Focus.town_id.in_(town_ids)))
    focuses = {(town_id, thesis) for town_id, thesis in rows}
    said: defaultdict[int, list[Statement]] = defaultdict(list)
    for row in db.session.scalars(
        select(Stance).where(Stance.town_id.in_(town_ids), Stance.state.in_(PUBLIC_STATES))
    ):
        is_focus = (row.town_id, row.subject) in focuses
        said[row.town_id].append(
            Statement(
                row.id,
                row.subject,
                row.state,
                row.sentence or "",
                row.confirmed_on,
                is_focus,
            )
        )
    return said


def _questions(town_ids: Collection[int], today: date) -> Mapping[int, list[Question]]:
    asked: defaultdict[int, list[Question]] = defaultdict(list)
    for row in db.session.scalars(
        select(Stance).where(
            Stance.town_id.in_(town_ids),
            Stance.confirmed_on <= today - YOUNGEST_QUESTION,
        )
    ):
        asked[row.town_id].append(Question(row.id, row.subject, row.state, row.confirmed_on))
    return asked
