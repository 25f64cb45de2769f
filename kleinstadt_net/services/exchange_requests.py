"""Asking another town for a talk: what the page offers, and the request itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.matching.portraits import Portraits
from kleinstadt_net.models import Exchange, Town, TownCode
from kleinstadt_net.services import (
    answer_people,
    audit,
    exchange_letters,
    exchange_limits,
    reasons,
    snapshot,
    town_cards,
)
from kleinstadt_net.services.exchange_limits import Obstacle
from kleinstadt_net.services.exchange_rules import REQUESTED
from kleinstadt_net.services.town_cards import TownCard
from kleinstadt_net.vocabulary import EXCHANGE_FORMS, SUBJECTS

TEXT_LENGTH = 1500
# Reasons in the order in which ``templates/exchanges/_prefilled.html`` speaks of them.
PREFILLED_FROM = ("learn", "shared_challenge")


class UnknownTownError(LookupError):
    """No town of this key, or nobody who may ask for her own."""


class RefusedError(Exception):
    """The other town cannot be asked now; ``obstacle`` says why, and nothing was stored."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle.code)
        self.obstacle = obstacle


@dataclass(frozen=True)
class Offer:
    """What the page shows: the town to be asked, why the two fit, and what stands in the way, if anything.

    ``subject`` is what a request would be about, by the reasons. ``left``: how many requests the own town has left this
    month.
    """

    peer: TownCard
    reasons: tuple[Mapping[str, Any], ...]
    subject: str | None
    obstacle: Obstacle | None
    left: int


def offer(town_id: int, ags: str) -> Offer:
    """The page of a request to the town with this key, or to its successor. Raises UnknownTownError."""
    peer = _by_key(ags)
    picture = snapshot.current()
    if peer.id not in picture.rows:
        raise UnknownTownError(ags)
    told = _told(town_id, peer.id)
    return Offer(
        peer=town_cards.cards(picture, [peer.id], seen_from=town_id)[peer.id],
        reasons=told,
        subject=_subject(told),
        obstacle=exchange_limits.between(town_id, peer),
        left=max(0, exchange_limits.MOST_A_MONTH - exchange_limits.asked_this_month(town_id)),
    )


def _subject(told: Iterable[Mapping[str, Any]]) -> str | None:
    """That of the reason the prepared words of a request are made from, else the first there is."""
    by_code = {one["code"]: one["subject"] for one in reversed(tuple(told)) if "subject" in one}
    return next((by_code[code] for code in (*PREFILLED_FROM, *by_code) if code in by_code), None)


def town_id_of(ags: str) -> int:
    """The id behind a key. Raises UnknownTownError."""
    return _by_key(ags).id


def ask(
    town_id: int,
    peer_id: int,
    account_id: int,
    subject: str | None,
    form: str,
    concern: str,
    need: str,
    *,
    origin: str = "request",
    practice_id: int | None = None,
) -> int:
    """Ask the other town for a talk and write to it; commits and answers the exchange's id.

    Raises RefusedError where it cannot be asked now (an exchange under way included: its id is in the obstacle),
    UnknownTownError where there is no such town or the person does not act for her own, ValueError for a subject,
    form or length that is not offered.
    """
    _check(subject, form, concern, need)
    begin_writing(db.session)
    try:
        # Two towns that take the last place at the same moment would otherwise both get it.
        peer = db.session.scalar(select(Town).where(Town.id == peer_id).with_for_update(key_share=True))
        if peer is None or answer_people.role(account_id, town_id) is None:
            raise UnknownTownError(peer_id)
        obstacle = exchange_limits.between(town_id, peer)
        if obstacle is not None:
            raise RefusedError(obstacle)
    except (UnknownTownError, RefusedError):
        db.session.rollback()
        raise
    return _store(
        Exchange(
            town_id=town_id,
            peer_id=peer_id,
            origin=origin,
            practice_id=practice_id,
            subject=subject,
            form=form,
            concern=concern,
            need=need,
            query="",
            query_reply="",
            state=REQUESTED,
            open_pair=exchange_limits.pair(town_id, peer_id),
            opened_by_id=account_id,
            requested_at=clock.now(),
            changed_at=clock.now(),
            version=1,
        )
    )


def _store(row: Exchange) -> int:
    town_id, peer_id, account_id = row.town_id, row.peer_id, row.opened_by_id
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError as clash:
        # Somebody of either town was faster by a moment: one exchange for two towns.
        db.session.rollback()
        obstacle = exchange_limits.between(town_id, db.session.get_one(Town, peer_id))
        if obstacle is None:
            raise
        raise RefusedError(obstacle) from clash
    audit.record("exchange.requested", account_id=account_id, town_id=town_id, exchange=row.id)
    exchange_letters.requested(row)
    exchange_id = row.id
    db.session.commit()
    return exchange_id


def _check(subject: str | None, form: str, concern: str, need: str) -> None:
    if subject is not None and subject not in SUBJECTS:
        raise ValueError(f"no subject: {subject!r}")
    if form not in EXCHANGE_FORMS:
        raise ValueError(f"no form of a talk: {form!r}")
    if not all(1 <= len(text) <= TEXT_LENGTH for text in (concern, need)):
        raise ValueError("both questions want an answer that fits")


def _by_key(ags: str) -> Town:
    """The town with this key; where it was dissolved, its successor."""
    town = db.session.scalar(select(Town).where(Town.ags == ags))
    if town is None or town.gone_on is not None:
        follows = select(Town).join(TownCode, TownCode.town_id == Town.id).where(TownCode.ags == ags)
        town = db.session.scalar(follows) or town
    if town is None:
        raise UnknownTownError(ags)
    return town


def _told(town_id: int, peer_id: int) -> tuple[Mapping[str, Any], ...]:
    picture = snapshot.current()
    own, peer = picture.rows.get(town_id), picture.rows.get(peer_id)
    if own is None or peer is None or not (picture.taking_part[own] and picture.taking_part[peer]):
        return ()
    return tuple(reasons.told(Portraits(picture.features), own, peer, clock.today()))
