"""What deserves to be in one person's issue: decided here, worded in ``templates/letters/digest``."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from kleinstadt_net.digest.sources import circles, freshness, searches, statements, suggestions, waiting
from kleinstadt_net.digest.sources.circles import CircleNews
from kleinstadt_net.digest.sources.freshness import Question
from kleinstadt_net.digest.sources.searches import Found
from kleinstadt_net.digest.sources.statements import Statement, Statements
from kleinstadt_net.digest.sources.suggestions import Suggestion
from kleinstadt_net.digest.sources.towns import Peer
from kleinstadt_net.digest.sources.waiting import Waiting

# What a person with five minutes can take in.
MAX_ITEMS = 9


@dataclass(frozen=True)
class News:
    """Everything that could be told to a person this month."""

    suggestions: tuple[Suggestion, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    statements: Statements = field(default_factory=dict)
    own: tuple[Question, ...] = ()
    found: tuple[Found, ...] = ()
    circles: tuple[CircleNews, ...] = ()


@dataclass(frozen=True)
class Issue:
    """One large item, the others in short, and at most one of each thing that asks for no answer.

    ``introduction`` is the public statement the large item's town is introduced by in the subject.
    """

    large: Waiting | Suggestion
    waiting: tuple[Waiting, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    introduction: Statement | None = None
    statement: tuple[Peer, Statement] | None = None
    question: Question | None = None
    found: tuple[Found, ...] = ()
    circle: CircleNews | None = None

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
        if self.circle is not None:
            items.append(self.circle.key)
        return tuple(dict.fromkeys(items))


def compose(news: News, *, today: date, told: Collection[str]) -> Issue | None:
    """The issue for one person, or None when nothing has happened that is worth a letter.

    Somebody waiting for an answer comes first, then the strongest suggestion. A circle, a quotation, what a saved
    search has found and a question about one's own statements accompany a letter; they are no reason to write one.
    """
    asking = waiting.untold(news.waiting, told)[:MAX_ITEMS]
    known = {one.peer.town_id for one in asking}
    proposed = [s for s in suggestions.untold(news.suggestions, told) if s.peer.town_id not in known]
    proposed = proposed[: MAX_ITEMS - len(asking)]
    if not asking and not proposed:
        return None
    large: Waiting | Suggestion = asking[0] if asking else proposed[0]
    circle = circles.untold(news.circles, told) if len(asking) + len(proposed) < MAX_ITEMS else None
    free = MAX_ITEMS - len(asking) - len(proposed) - (circle is not None)
    found = searches.untold(news.found, told)[: max(0, free - 2)]
    peers = [*(one.peer for one in asking), *(one.peer for one in proposed)]
    return Issue(
        large=large,
        waiting=asking[1:],
        suggestions=tuple(proposed if asking else proposed[1:]),
        introduction=statements.strongest(news.statements.get(large.peer.town_id, ())),
        statement=statements.spoken(peers, news.statements, told) if free > 0 else None,
        question=freshness.oldest(news.own, today, told) if free > 1 else None,
        found=found,
        circle=circle,
    )
