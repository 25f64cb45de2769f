"""The Monatsbrief as a letter: the paths it leads to, what its templates are given, and the bytes that travel."""

from collections.abc import Callable
from typing import Any

from kleinstadt_net.digest.issue import Issue
from kleinstadt_net.digest.sources.suggestions import Suggestion
from kleinstadt_net.digest.sources.towns import Peer
from kleinstadt_net.mail import letters
from kleinstadt_net.mail.letters import LetterDraft, Rendered
from kleinstadt_net.services import installation, subscriptions, urls
from kleinstadt_net.services.digest_people import Reader
from kleinstadt_net.vocabulary import SLOT_TITLES, SUBJECTS

KIND = "digest"

# Paths in the letter, held against the URL map by a test.
ANSWER_PATH = "/antwort/{token}?a={answer}"
SHORT_PATH = "/v/{suggestion_id}"
STANCE_PATH = "/unsere-stadt/angaben/{subject}"
SUGGESTIONS_PATH = "/vorschlaege"
SEARCHES_PATH = "/staedte/suchen"
CIRCLE_PATH = "/lernkreis/{circle_id}"
NOTIFICATIONS_PATH = "/benachrichtigungen"
TALK_PATH = "/gespraeche/{exchange_id}"
REVIEW_PATH = "/kollegiale-beratung/{peer_review_id}"
QUESTION_PATH = "/fragen/{question_id}"
PRACTICE_PATH = "/beispiel/{practice_id}"

ANSWER_PURPOSE = "answer"
# A letter opened after the holidays can still be answered; by then two newer ones have come.
ANSWER_DAYS = 60

Mint = Callable[[Suggestion], str]


def draft(reader: Reader, issue: Issue, month: str, mint: Mint) -> LetterDraft:
    """The letter of a month, complete; ``mint`` gives the characters of each answer link."""
    return letters.build(
        _render(reader, issue, month, mint),
        key=f"{KIND}:{reader.account_id}:{month}",
        kind=KIND,
        recipient=reader.email,
        recipient_name=f"{reader.first_name} {reader.last_name}".strip(),
        account_id=reader.account_id,
        period=month,
        unsubscribe_url=subscriptions.unsubscribe_url(reader.token),
    )


def _render(reader: Reader, issue: Issue, month: str, mint: Mint) -> Rendered:
    """The letter as its reader will see it."""
    tokens = {suggestion.suggestion_id: mint(suggestion) for suggestion in issue.answerable}
    context: dict[str, Any] = {
        "reader": reader,
        "town": reader.town,
        "issue": issue,
        "month": month,
        "subjects": SUBJECTS,
        "slots": SLOT_TITLES,
        "answer_url": lambda suggestion, answer: urls.absolute(
            ANSWER_PATH.format(token=tokens[suggestion.suggestion_id], answer=answer)
        ),
        "short_url": lambda suggestion: urls.absolute(
            SHORT_PATH.format(suggestion_id=suggestion.suggestion_id)
        ),
        "town_url": _town_url,
        "stance_url": lambda subject: urls.absolute(STANCE_PATH.format(subject=subject)),
        "suggestions_url": urls.absolute(SUGGESTIONS_PATH),
        "searches_url": urls.absolute(SEARCHES_PATH),
        "talk_url": lambda date: urls.absolute(TALK_PATH.format(exchange_id=date.exchange_id)),
        "review_url": lambda one: urls.absolute(REVIEW_PATH.format(peer_review_id=one.peer_review_id)),
        "asked_url": lambda asked: urls.absolute(QUESTION_PATH.format(question_id=asked.question_id)),
        "practice_url": lambda one: urls.absolute(PRACTICE_PATH.format(practice_id=one.practice_id)),
        "circle_url": lambda circle: urls.absolute(CIRCLE_PATH.format(circle_id=circle.circle_id)),
        "notifications_url": urls.absolute(NOTIFICATIONS_PATH),
        "preferences_url": subscriptions.preferences_url(reader.token),
        "unsubscribe_url": subscriptions.unsubscribe_url(reader.token),
    }
    return letters.render("digest", context, demonstration=installation.is_demonstration())


def _town_url(peer: Peer) -> str:
    return urls.absolute(urls.town_path(peer.slug, peer.ags))
