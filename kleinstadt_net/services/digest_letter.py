"""The Monatsbrief as a letter: the paths it leads to, what its templates are given, and the bytes that travel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kleinstadt_net.digest.issue import Issue
from kleinstadt_net.digest.sources.freshness import Question
from kleinstadt_net.digest.sources.requests import Request
from kleinstadt_net.digest.sources.suggestions import Suggestion
from kleinstadt_net.digest.sources.towns import Peer
from kleinstadt_net.mail import letters
from kleinstadt_net.mail.letters import LetterDraft, Rendered
from kleinstadt_net.services import exchange_letters, installation, subscriptions, urls
from kleinstadt_net.services.digest_people import Reader
from kleinstadt_net.vocabulary import SLOT_TITLES, SUBJECTS

KIND = "digest"

# Paths in the letter, held against the URL map by a test.
ANSWER_PATH = "/antwort/{token}?a={answer}"
VIEW_PATH = "/brief/lesen/{token}"
SHORT_PATH = "/v/{suggestion_id}"
SUGGESTIONS_PATH = "/vorschlaege"
SEARCHES_PATH = "/staedte/suchen"
CIRCLE_PATH = "/lernkreis/{circle_id}"
NOTIFICATIONS_PATH = "/benachrichtigungen"
TALK_PATH = "/gespraeche/{exchange_id}"
REVIEW_PATH = "/kollegiale-beratung/{peer_review_id}"
QUESTION_PATH = "/fragen/{question_id}"
NETWORK_PATH = "/netzwerk/{slug}"
EVENT_PATH = "/termin/{event_id}"
STILL_TRUE_PATH = "/stimmt-noch/{token}"
STANCE_PATH = "/unsere-stadt/angaben/{subject}"
HOME_PATH = "/uebersicht"
PRACTICE_PATH = "/beispiel/{practice_id}"

ANSWER_PURPOSE = "answer"
# A letter opened after the holidays can still be answered; by then two newer ones have come.
ANSWER_DAYS = 60

# A question put in December can be answered until the letter after next.
STILL_TRUE_PURPOSE, STILL_TRUE_DAYS = "still_true", 60

# Beyond this some mail programs cut a letter off; what stood last is told in the next instead.
MAX_BYTES = 102_000


@dataclass(frozen=True)
class Link:
    """What a link of the letter opens, without its characters, which are the reader's own."""

    purpose: str
    days: int
    target_id: int


Mint = Callable[[Link], str]


def fitted(
    reader: Reader, issue: Issue, month: str, mint: Mint, view_token: str
) -> tuple[Issue, LetterDraft]:
    """The letter of a month, complete, and what it really tells; ``mint`` gives the characters of each link.

    ``view_token`` ends the address at which this letter is read in a browser.

    Where the bytes would be too many for a mail program, the last accompanying items stay for the next letter.
    """
    minted = _Minted(mint)
    while True:
        draft = _draft(reader, issue, month, minted, view_token)
        shorter = issue.shorter() if len(draft.content) > MAX_BYTES else None
        if shorter is None:
            return issue, draft
        issue = shorter


class _Minted:
    """The characters of every link, made when first asked for, so that a shorter letter keeps them."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint
        self._known: dict[Link, str] = {}

    def __call__(self, purpose: str, days: int, target_id: int) -> str:
        link = Link(purpose, days, target_id)
        if link not in self._known:
            self._known[link] = self._mint(link)
        return self._known[link]


def _draft(reader: Reader, issue: Issue, month: str, token: _Minted, view_token: str) -> LetterDraft:
    return letters.build(
        _render(reader, issue, month, token, view_token),
        key=f"{KIND}:{reader.account_id}:{month}",
        kind=KIND,
        recipient=reader.email,
        recipient_name=f"{reader.first_name} {reader.last_name}".strip(),
        account_id=reader.account_id,
        period=month,
        unsubscribe_url=subscriptions.unsubscribe_url(reader.token),
    )


def _render(reader: Reader, issue: Issue, month: str, token: _Minted, view_token: str) -> Rendered:
    """The letter as its reader will see it."""

    def answer_url(suggestion: Suggestion, answer: str) -> str:
        characters = token(ANSWER_PURPOSE, ANSWER_DAYS, suggestion.suggestion_id)
        return urls.absolute(ANSWER_PATH.format(token=characters, answer=answer))

    def request_url(request: Request) -> str:
        if request.is_ours:
            return urls.absolute(TALK_PATH.format(exchange_id=request.exchange_id))
        characters = token(exchange_letters.ANSWER_PURPOSE, exchange_letters.LINK_DAYS, request.exchange_id)
        return urls.absolute(exchange_letters.ANSWER_PATH.format(token=characters))

    def still_true_url(question: Question) -> str:
        characters = token(STILL_TRUE_PURPOSE, STILL_TRUE_DAYS, question.stance_id)
        return urls.absolute(STILL_TRUE_PATH.format(token=characters))

    context: dict[str, Any] = {
        "reader": reader,
        "town": reader.town,
        "issue": issue,
        "month": month,
        "subjects": SUBJECTS,
        "slots": SLOT_TITLES,
        "answer_url": answer_url,
        "request_url": request_url,
        "still_true_url": still_true_url,
        "short_url": lambda suggestion: urls.absolute(
            SHORT_PATH.format(suggestion_id=suggestion.suggestion_id)
        ),
        "stance_url": lambda question: urls.absolute(STANCE_PATH.format(subject=question.subject)),
        "town_url": _town_url,
        "suggestions_url": urls.absolute(SUGGESTIONS_PATH),
        "searches_url": urls.absolute(SEARCHES_PATH),
        "talk_url": lambda date: urls.absolute(TALK_PATH.format(exchange_id=date.exchange_id)),
        "review_url": lambda one: urls.absolute(REVIEW_PATH.format(peer_review_id=one.peer_review_id)),
        "asked_url": lambda asked: urls.absolute(QUESTION_PATH.format(question_id=asked.question_id)),
        "practice_url": lambda one: urls.absolute(PRACTICE_PATH.format(practice_id=one.practice_id)),
        "network_url": lambda one: urls.absolute(NETWORK_PATH.format(slug=one.slug)),
        "event_url": lambda one: urls.absolute(EVENT_PATH.format(event_id=one.event_id)),
        "strength_url": lambda one: urls.absolute(urls.town_path(one.slug, one.ags)),
        "home_url": urls.absolute(HOME_PATH),
        "circle_url": lambda circle: urls.absolute(CIRCLE_PATH.format(circle_id=circle.circle_id)),
        "notifications_url": urls.absolute(NOTIFICATIONS_PATH),
        "view_url": urls.absolute(VIEW_PATH.format(token=view_token)),
        "preferences_url": subscriptions.preferences_url(reader.token),
        "unsubscribe_url": subscriptions.unsubscribe_url(reader.token),
    }
    return letters.render("digest", context, demonstration=installation.is_demonstration())


def _town_url(peer: Peer) -> str:
    return urls.absolute(urls.town_path(peer.slug, peer.ags))
