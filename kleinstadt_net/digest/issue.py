"""What deserves to be in one person's issue: decided here, worded in ``templates/letters/digest``."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, TypeVar

from kleinstadt_net.digest.sources import (
    adoptions,
    appointments,
    circles,
    events,
    freshness,
    networks,
    notifications,
    other_towns,
    outcomes,
    peer_reviews,
    practices,
    questions,
    requests,
    searches,
    statements,
    strengths,
    suggestions,
    waiting,
)
from kleinstadt_net.digest.sources.adoptions import AdoptionNews
from kleinstadt_net.digest.sources.appointments import AppointmentNews
from kleinstadt_net.digest.sources.circles import CircleNews
from kleinstadt_net.digest.sources.events import EventNews
from kleinstadt_net.digest.sources.freshness import Question
from kleinstadt_net.digest.sources.networks import Joined, MeetingNews
from kleinstadt_net.digest.sources.notifications import Counted, Unread
from kleinstadt_net.digest.sources.other_towns import OtherTown
from kleinstadt_net.digest.sources.outcomes import HelpNews
from kleinstadt_net.digest.sources.peer_reviews import PeerReviewNews
from kleinstadt_net.digest.sources.practices import PracticeNews
from kleinstadt_net.digest.sources.questions import QuestionNews
from kleinstadt_net.digest.sources.requests import Request
from kleinstadt_net.digest.sources.searches import Found
from kleinstadt_net.digest.sources.statements import Spoken, Statement, Statements
from kleinstadt_net.digest.sources.strengths import StrengthNews
from kleinstadt_net.digest.sources.suggestions import Suggestion
from kleinstadt_net.digest.sources.waiting import Waiting

Item = TypeVar("Item")
Asking = Request | Waiting
Given = HelpNews | AdoptionNews

# What a person with five minutes can take in.
MAX_ITEMS = 9
# What accompanies a letter, by weight: one too large for mail programs loses the last of it first.
ACCOMPANYING = (
    "example",
    "statement",
    "dates",
    "review",
    "others",
    "helped",
    "adoptions",
    "circle",
    "meetings",
    "asked",
    "joined",
    "events",
    "strengths",
    "examples",
    "found",
    "question",
    "counted",
)


@dataclass(frozen=True)
class News:
    """Everything that could be told to a person this month."""

    suggestions: tuple[Suggestion, ...] = ()
    requests: tuple[Request, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    statements: Statements = field(default_factory=dict)
    own: tuple[Question, ...] = ()
    found: tuple[Found, ...] = ()
    circles: tuple[CircleNews, ...] = ()
    meetings: tuple[MeetingNews, ...] = ()
    joined: tuple[Joined, ...] = ()
    events: tuple[EventNews, ...] = ()
    dates: tuple[AppointmentNews, ...] = ()
    reviews: tuple[PeerReviewNews, ...] = ()
    helped: tuple[HelpNews, ...] = ()
    adoptions: tuple[AdoptionNews, ...] = ()
    asked: tuple[QuestionNews, ...] = ()
    strengths: tuple[StrengthNews, ...] = ()
    practices: tuple[PracticeNews, ...] = ()
    # The person's own, while all else is her town's.
    unread: tuple[Unread, ...] = ()
    others: tuple[OtherTown, ...] = ()


@dataclass(frozen=True)
class Issue:
    """One large item, the others in short, and at most one of each thing that asks for no answer.

    ``introduction`` is the public statement the large item's town is introduced by in the subject. ``helped`` and
    ``adoptions`` are thanks: what became of what the town has given. ``example`` and ``statement`` need no click,
    ``examples`` are new ones, ``others`` the reader's further towns.
    """

    large: Asking | Suggestion | Given
    waiting: tuple[Asking, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    introduction: Statement | None = None
    example: PracticeNews | None = None
    statement: Spoken | None = None
    dates: tuple[AppointmentNews, ...] = ()
    review: PeerReviewNews | None = None
    others: tuple[OtherTown, ...] = ()
    helped: tuple[HelpNews, ...] = ()
    adoptions: tuple[AdoptionNews, ...] = ()
    circle: CircleNews | None = None
    meetings: tuple[MeetingNews, ...] = ()
    asked: QuestionNews | None = None
    joined: tuple[Joined, ...] = ()
    events: tuple[EventNews, ...] = ()
    strengths: tuple[StrengthNews, ...] = ()
    examples: tuple[PracticeNews, ...] = ()
    found: tuple[Found, ...] = ()
    question: Question | None = None
    counted: Counted | None = None

    @property
    def asking(self) -> tuple[Asking, ...]:
        """Who waits for an answer, the large item included."""
        return (self.large, *self.waiting) if isinstance(self.large, Asking) else self.waiting

    @property
    def answerable(self) -> tuple[Suggestion, ...]:
        """The suggestions that can be answered from the letter, in the order they appear."""
        proposed = [self.large] if isinstance(self.large, Suggestion) else []
        asked = [one.own for one in self.asking]
        return tuple(s for s in (*proposed, *asked, *self.suggestions) if s is not None)

    @property
    def requests(self) -> tuple[Request, ...]:
        """The requests that can be answered from the letter."""
        return tuple(one for one in self.asking if isinstance(one, Request) and not one.is_ours)

    @property
    def items(self) -> tuple[Any, ...]:
        """Everything told, each thing that takes a place of its own once."""
        return (self.large, *self.waiting, *self.suggestions, *self._accompanying())

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of everything told in this issue; none of them is told to this person again."""
        keys = [key for one in (*self.items, *self.answerable) for key in _keys_of(one)]
        return tuple(dict.fromkeys(keys))

    def shorter(self) -> "Issue | None":
        """The issue without the last of what accompanies it; None where nothing does any more."""
        for name in reversed(ACCOMPANYING):
            held = getattr(self, name)
            if held:
                less: dict[str, Any] = {name: held[:-1] if isinstance(held, tuple) else None}
                return replace(self, **less)
        return None

    def _accompanying(self) -> Iterator[Any]:
        for name in ACCOMPANYING:
            held = getattr(self, name)
            yield from held if isinstance(held, tuple) else (held,) if held is not None else ()


def compose(news: News, *, today: date, told: Collection[str]) -> Issue | None:
    """The issue for one person, or None when nothing has happened that is worth a letter.

    Somebody waiting for an answer comes first, then the strongest suggestion, then what became of what the town has
    given. All else accompanies a letter and is no reason to write one; one thing that needs no click has its place
    kept for it, however many towns wait.
    """
    asking, proposed = _people(news, told)
    helped, adopted = outcomes.untold(news.helped, told), adoptions.untold(news.adoptions, told)
    candidates: list[Asking | Suggestion | Given] = [*asking, *proposed, *helped, *adopted]
    if not candidates:
        return None
    large = candidates[0]
    example = practices.useful(news.practices, told)
    spoken = statements.spoken([one.peer for one in (*asking, *proposed)], news.statements, told)
    people = MAX_ITEMS - (example is not None or spoken is not None)
    asking, proposed = asking[:people], proposed[: max(0, people - len(asking))]
    introduced = large.peer.town_id if isinstance(large, Asking | Suggestion) else None
    issue = Issue(
        large=large,
        waiting=asking[1:],
        suggestions=proposed if asking else proposed[1:],
        introduction=statements.strongest(news.statements.get(introduced, ())) if introduced else None,
        example=example,
        statement=spoken if example is None else None,
    )
    gifts = (helped[1:], adopted) if large in helped else (helped, adopted[large in adopted :])
    return _accompanied(issue, news, gifts, spoken, today=today, told=told)


def _people(news: News, told: Collection[str]) -> tuple[tuple[Asking, ...], tuple[Suggestion, ...]]:
    """Who waits for an answer and who is suggested, each town once: a request says more than a wish for contact."""
    requested = requests.untold(news.requests, told)
    known = {one.peer.town_id for one in news.requests}
    wished = [one for one in waiting.untold(news.waiting, told) if one.peer.town_id not in known]
    both: list[Asking] = [*requested, *wished]
    asking = tuple(sorted(both, key=lambda one: (one.since, one.key)))[:MAX_ITEMS]
    known |= {one.peer.town_id for one in asking}
    proposed = suggestions.untold(news.suggestions, told)
    return asking, tuple(s for s in proposed if s.peer.town_id not in known)[:MAX_ITEMS]


def _accompanied(
    issue: Issue,
    news: News,
    gifts: tuple[tuple[HelpNews, ...], tuple[AdoptionNews, ...]],
    spoken: Spoken | None,
    *,
    today: date,
    told: Collection[str],
) -> Issue:
    """The issue with everything else there is room for: open ends first, then thanks, then news."""
    question = freshness.oldest(news.own, today, told)
    # A question to be answered, and a statement to be read where an example has its place.
    last = (question is not None) + (spoken is not None and issue.statement is None)
    helped, adopted = gifts
    named = {one.peer.town_id for one in (*issue.asking, *issue.answerable)}
    room = _Room(MAX_ITEMS - len(issue.items))
    return replace(
        issue,
        dates=room.take(appointments.untold(news.dates, told, today=today)),
        review=room.take_one(peer_reviews.untold(news.reviews, told, today=today)),
        others=room.take(other_towns.untold(news.others, told)),
        helped=room.take(helped),
        adoptions=room.take(adopted),
        circle=room.take_one(circles.untold(news.circles, told)),
        meetings=room.take(networks.meetings(news.meetings, told, today=today)),
        asked=room.take_one(questions.untold(news.asked, told, today=today)),
        joined=room.take(networks.newcomers(news.joined, told), leaving=last),
        events=room.take(events.untold(news.events, told, today=today), leaving=last),
        strengths=room.take(strengths.untold(news.strengths, told, without=named), leaving=last),
        examples=room.take(practices.untold(news.practices, told, without=issue.example), leaving=last),
        found=room.take(searches.untold(news.found, told), leaving=last),
        statement=issue.statement or room.take_one(spoken),
        question=room.take_one(question),
        counted=room.take_one(notifications.untold(news.unread, told)),
    )


def _keys_of(item: Any) -> tuple[str, ...]:
    keys: tuple[str, ...] = getattr(item, "keys", None) or (item.key,)
    return keys


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
