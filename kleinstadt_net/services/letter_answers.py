"""Answering a suggestion from the letter, without signing in: one link, one suggestion, one answer.

Whoever holds the link sees what stood in the letter and to whom it was sent, and nothing more.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest.sources.suggestions import Suggestion
from kleinstadt_net.models import Account, OneTimeLink, SuggestionAnswer
from kleinstadt_net.services import answer_giving, digest_facts, digest_people, inactivity, links, suggestions
from kleinstadt_net.services.digest_letter import ANSWER_PURPOSE
from kleinstadt_net.services.digest_people import HomeTown

CHOICES = ("contact", "later", "declined")
# How long after declining the same link still takes the reason.
REASON_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class OpenLink:
    """What an answer link shows: whom the letter went to, the suggestion, and the town's answer so far.

    A town that answered "later" is still being asked; ``given`` is then None. ``both_wish``: the answer just given by
    it has opened a talk.
    """

    recipient: str
    town: HomeTown
    suggestion: Suggestion
    given: str | None
    both_wish: bool = False


def find(token: str) -> OpenLink | None:
    """What the link leads to; None when it is unknown, used or expired, or she has left the town."""
    link = links.find(token, ANSWER_PURPOSE)
    return _open(link) if link is not None else None


def answer(token: str, choice: str) -> OpenLink | None:
    """Give the town's answer, consume the link, and say what the link had led to.

    None when the link leads nowhere. A town that has answered meanwhile keeps its answer, which
    ``given`` then holds. Raises ValueError for an answer that a letter does not offer, and
    ``availability.RequestRefusedError`` where the other town takes no request this month: the link then still holds.
    """
    if choice not in CHOICES:
        raise ValueError("a letter offers contact, later and declined")
    begin_writing(db.session)
    link = links.find(token, ANSWER_PURPOSE)
    found = _open(link) if link is not None else None
    if link is None or found is None or not links.consume(link):
        db.session.rollback()
        return None
    inactivity.note_sign_of_life(link.account_id)
    if found.given is not None:
        db.session.commit()
        return found
    told, account_id = found.suggestion.suggestion_id, link.account_id
    try:
        # Commits, and the consumed link with it.
        both_wish = answer_giving.give(told, found.town.town_id, account_id, choice, via="letter")
    except (answer_giving.AnswerStandsError, answer_giving.UnknownSuggestionError):
        # A colleague answered, or her access ended, in this very moment.
        return find(token)
    return replace(found, both_wish=both_wish)


def give_reason(token: str, reason: str) -> OpenLink | None:
    """Say why the suggestion that this link has just declined does not fit; answers what the link had led to.

    Said once; a second time changes nothing. None when the link was not used within the hour. Raises ValueError for
    a reason that is not offered.
    """
    link = links.find_used(token, ANSWER_PURPOSE, within=REASON_WITHIN)
    found = _open(link) if link is not None else None
    if link is None or found is None or found.given != "declined":
        return None
    told, account_id = found.suggestion.suggestion_id, link.account_id
    db.session.rollback()
    answer_giving.give_reason(told, found.town.town_id, account_id, reason)
    return found


def _open(link: OneTimeLink) -> OpenLink | None:
    told = digest_facts.suggestion(link.target_id) if link.target_id is not None else None
    account = db.session.get(Account, link.account_id)
    if told is None or account is None:
        return None
    town, suggestion = told
    if not digest_people.acts_for(account.id, town.town_id):
        return None
    given = db.session.scalar(
        select(SuggestionAnswer.answer).where(
            SuggestionAnswer.suggestion_id == suggestion.suggestion_id,
            SuggestionAnswer.answer.in_(suggestions.SETTLING),
        )
    )
    return OpenLink(f"{account.first_name} {account.last_name}".strip(), town, suggestion, given)
