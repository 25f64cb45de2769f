"""What deserves to be in one person's issue: decided here, worded in ``templates/letters/digest``."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from kleinstadt_net.digest.sources import (
    adoptions,
    appointments,
    circles,
    freshness,
    notifications,
    peer_reviews,
    practices,
    questions,
    requests,
    searches,
    statements,
    suggestions,
    waiting,
)
from kleinstadt_net.digest.sources.adoptions import AdoptionNews
from kleinstadt_net.digest.sources.appointments import AppointmentNews
from kleinstadt_net.digest.sources.circles import CircleNews
from kleinstadt_net.digest.sources.freshness import Question
from kleinstadt_net.digest.sources.notifications import Counted, Unread
from kleinstadt_net.digest.sources.peer_reviews import PeerReviewNews
from kleinstadt_net.digest.sources.practices import PracticeNews
from kleinstadt_net.digest.sources.questions import QuestionNews
from kleinstadt_net.digest.sources.requests import RequestNews
from kleinstadt_net.digest.sources.searches import Found
from kleinstadt_net.digest.sources.statements import Statement, Statements
from kleinstadt_net.digest.sources.suggestions import Suggestion
from kleinstadt_net.digest.sources.towns import Peer
from kleinstadt_net.digest.sources.waiting import Waiting

Item = TypeVar("Item")

# What a person with five minutes can take in.
MAX_ITEMS = 9
# A statement to be read and a question to be answered: what other lines leave free.
LAST_WORDS = 2


@dataclass(frozen=True)
class News:
    """Everything that could be told to a person this month."""

    suggestions: tuple[Suggestion, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    statements: Statements = field(default_factory=dict)
    own: tuple[Question, ...] = ()
    found: tuple[Found, ...] = ()
    circles: tuple[CircleNews, ...] = ()
    requests: tuple[RequestNews, ...] = ()
    dates: tuple[AppointmentNews, ...] = ()
    reviews: tuple[PeerReviewNews, ...] = ()
    adoptions: tuple[AdoptionNews, ...] = ()
    asked: tuple[QuestionNews, ...] = ()
    practices: tuple[PracticeNews, ...] = ()
    # The person's own, while all else is her town's.
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True)
class Issue:
    """One large item, the others in short, and at most one of each thing that asks for no answer.

    ``introduction`` is the public statement the large item's town is introduced by in the subject. ``adoptions`` are
    thanks: who repeats an example of the town. ``example`` needs no click, ``examples`` are new ones.
    """

    large: Waiting | Suggestion | AdoptionNews
    waiting: tuple[Waiting, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    introduction: Statement | None = None
    statement: tuple[Peer, Statement] | None = None
    question: Question | None = None
    found: tuple[Found, ...] = ()
    circle: CircleNews | None = None
    requests: tuple[RequestNews, ...] = ()
    dates: tuple[AppointmentNews, ...] = ()
    review: PeerReviewNews | None = None
    adoptions: tuple[AdoptionNews, ...] = ()
    asked: QuestionNews | None = None
    example: PracticeNews | None = None
    examples: tuple[PracticeNews, ...] = ()
    counted: Counted | None = None

    @property
    def waiting_count(self) -> int:
        """How many towns wait for an answer, the large item included."""
        return len(self.waiting) + isinstance(self.large, Waiting)

    @property
    def answerable(self) -> tuple[Suggestion, ...]:
        """The suggestions that can be answered from the letter, in the order they appear."""
        asked = [one.own for one in (self.large, *self.waiting) if isinstance(one, Waiting)]
        proposed = [self.large] if isinstance(self.large, Suggestion) else []
        return tuple(s for s in (*proposed, *asked, *self.suggestions) if s is not None)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of everything told in this issue; none of them is told to this person again."""
        items = [
            self.large.key,
            *(one.key for one in self.waiting),
            *(s.key for s in self.answerable),
        ]
        if self.statement is not None:
            items.append(self.statement[1].key)
        if self.question is not None:
            items.append(self.question.key)
        items += [key for one in self.found for key in one.keys]
        items += [one.key for one in self.requests]
        items += [one.key for one in self.dates]
        if self.review is not None:
            items.append(self.review.key)
        items += [one.key for one in self.adoptions]
        items += [one.key for one in self.examples]
        if self.circle is not None:
            items.append(self.circle.key)
        if self.asked is not None:
            items.append(self.asked.key)
        if self.example is not None:
            items.append(self.example.key)
        if self.counted is not None:
            items += self.counted.keys
        return tuple(dict.fromkeys(items))


def compose(news: News, *, today: date, told: Collection[str]) -> Issue | None:
    """The issue for one person, or None when nothing has happened that is worth a letter.

    Somebody waiting for an answer comes first, then the strongest suggestion, then what became of what the town has
    given. Requests and dates, which have letters of their own, circles, questions and examples, a quotation, what a
    saved search has found and a question about one's own statements accompany a letter; they are no reason to write
    one.
    """
    asking = waiting.untold(news.waiting, told)[:MAX_ITEMS]
    known = {one.peer.town_id for one in asking}
    proposed = [s for s in suggestions.untold(news.suggestions, told) if s.peer.town_id not in known]
    proposed = proposed[: MAX_ITEMS - len(asking)]
    given = adoptions.untold(news.adoptions, told)
    if not (asking or proposed or given):
        return None
    candidates: list[Waiting | Suggestion | AdoptionNews] = [*asking, *proposed, *given]
    large = candidates[0]
    room = _Room(MAX_ITEMS - max(1, len(asking) + len(proposed)))
    requested = room.take(requests.untold(news.requests, told))
    dates = room.take(appointments.untold(news.dates, told, today=today))
    review = room.take_one(peer_reviews.untold(news.reviews, told, today=today))
    thanks = room.take(given[1:] if large is given[0] else given) if given else ()
    circle = room.take_one(circles.untold(news.circles, told))
    asked = room.take_one(questions.untold(news.asked, told, today=today))
    example = room.take_one(practices.useful(news.practices, told))
    examples = room.take(practices.untold(news.practices, told, without=example), leaving=LAST_WORDS)
    found = room.take(searches.untold(news.found, told), leaving=LAST_WORDS)
    peers = [*(one.peer for one in asking), *(one.peer for one in proposed)]
    statement = room.take_one(statements.spoken(peers, news.statements, told))
    introduced = large.peer.town_id if not isinstance(large, AdoptionNews) else None
    return Issue(
        large=large,
        waiting=asking[1:],
        suggestions=tuple(proposed if asking else proposed[1:]),
        introduction=statements.strongest(news.statements.get(introduced, ())) if introduced else None,
        statement=statement,
        question=room.take_one(freshness.oldest(news.own, today, told)),
        found=found,
        circle=circle,
        requests=requested,
        dates=dates,
        review=review,
        adoptions=thanks,
        asked=asked,
        example=example,
        examples=examples,
        # One line, which takes nothing else its place.
        counted=notifications.untold(news.unread, told),
    )


class _Room:
    """What is left of the nine places of a letter; whoever asks first is served first."""

    def __init__(self, free: int) -> None:
        self._free = free

    def take(self, items: Sequence[Item], *, leaving: int = 0) -> tuple[Item, ...]:
        """As many as there is room for, with ``leaving`` places kept for what follows."""
        taken = tuple(items[: max(0, self._free - leaving)])
        self._free -= len(taken)
        return taken

    def take_one(self, item: Item | None) -> Item | None:
        """The item, or None where there is none or no room for it."""
        return (self.take((item,)) or (None,))[0] if item is not None else None
