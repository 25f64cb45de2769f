"""What is told at once where two towns answer each other: both would like to talk, or one has thought better of it.

"Later", "declined" and "known" are nobody's news: they only take back letters that have not left yet.
"""

from collections.abc import Sequence

from sqlalchemy import and_, delete, select

from kleinstadt_net.database import db
from kleinstadt_net.models import DigestItem, Letter, Suggestion, SuggestionAnswer, Town
from kleinstadt_net.services import answer_people, exchange_wishes, town_blocks

WISH_KIND, STANDING_KIND = "wish_letter", "wish_standing"


def lock_pair(row: Suggestion) -> Suggestion | None:
    """Lock a pair in the running transaction; answers the suggestion of the same month to the other town, if any.

    Two towns that wish for each other at the same moment would otherwise not notice.
    """
    pair = (row.town_id, row.peer_id)
    both = db.session.scalars(
        select(Suggestion)
        .where(
            Suggestion.round_id == row.round_id, Suggestion.town_id.in_(pair), Suggestion.peer_id.in_(pair)
        )
        .order_by(Suggestion.id)
        .with_for_update()
    ).all()
    return next((one for one in both if one.id != row.id), None)


def answered(row: Suggestion, opposite: Suggestion, *, wishes: bool) -> bool:
    """In the running transaction: the town of ``row`` has answered, so it need not be asked any more.

    Where both wish it their exchange opens and both are told: ``wishes`` says whether the answer was "contact", and
    the function whether it came to that.
    """
    _take_back(WISH_KIND, opposite)
    theirs = _contact(opposite) if wishes else None
    ours = _contact(row) if theirs is not None else None
    if ours is None or theirs is None or not _can_talk(row):
        return False
    _take_back(STANDING_KIND, opposite)
    exchange_wishes.open_for(opposite, theirs, ours)
    return True


def agreed(row: Suggestion) -> bool:
    """In the running transaction: whether the other town had asked for a talk already, which has begun by this wish."""
    wish = _contact(row)
    return wish is not None and _can_talk(row) and exchange_wishes.agree_to(row, wish)


def withdraw(row: Suggestion, opposite: Suggestion | None) -> None:
    """In the running transaction: the town of ``row`` no longer wishes to talk.

    Letters not yet sent stay here, and what two wishes had opened is closed again.
    """
    _take_back(WISH_KIND, row)
    _take_back(STANDING_KIND, row)
    if opposite is not None:
        exchange_wishes.close_for(row)


def _contact(row: Suggestion) -> SuggestionAnswer | None:
    return db.session.scalar(
        select(SuggestionAnswer).where(
            SuggestionAnswer.suggestion_id == row.id, SuggestionAnswer.answer == "contact"
        )
    )


def silence(town_id: int, peer_id: int) -> None:
    """In the running transaction: of wishes between these two, either way, nobody is written to any more."""
    both = town_id, peer_id
    between = select(Suggestion).where(Suggestion.town_id.in_(both), Suggestion.peer_id.in_(both))
    for row in db.session.scalars(between.order_by(Suggestion.id)).all():
        _take_back(WISH_KIND, row)
        _take_back(STANDING_KIND, row)


def _can_talk(row: Suggestion) -> bool:
    there = select(Town.id).where(Town.id.in_((row.town_id, row.peer_id)), *answer_people.taking_part(Town))
    return len(db.session.scalars(there).all()) == 2 and not town_blocks.either(row.town_id, row.peer_id)


def _take_back(kind: str, row: Suggestion) -> None:
    """Forget letters about a suggestion that have not left, and that they told anybody anything."""
    start = f"{kind}:{row.id}:"
    waiting = and_(Letter.kind == kind, Letter.key.startswith(start), Letter.state == "pending")
    found: Sequence[int] = db.session.scalars(select(Letter.id).where(waiting).with_for_update()).all()
    if not found:
        return
    db.session.execute(delete(DigestItem).where(DigestItem.letter_id.in_(found)))
    db.session.execute(delete(Letter).where(Letter.id.in_(found), Letter.state == "pending"))
