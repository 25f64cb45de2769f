"""What deserves to be in an issue."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kleinstadt_net.digest.issue import MAX_ITEMS, Issue, News, compose
from kleinstadt_net.digest.sources import adoptions
from kleinstadt_net.digest.sources.adoptions import AdoptionNews
from kleinstadt_net.digest.sources.appointments import AppointmentNews
from kleinstadt_net.digest.sources.circles import CircleNews
from kleinstadt_net.digest.sources.events import EventNews
from kleinstadt_net.digest.sources.freshness import Question, is_old
from kleinstadt_net.digest.sources.networks import Joined, MeetingNews
from kleinstadt_net.digest.sources.notifications import Unread
from kleinstadt_net.digest.sources.other_towns import OtherTown
from kleinstadt_net.digest.sources.outcomes import HelpNews
from kleinstadt_net.digest.sources.peer_reviews import PeerReviewNews
from kleinstadt_net.digest.sources.practices import PracticeNews
from kleinstadt_net.digest.sources.questions import QuestionNews
from kleinstadt_net.digest.sources.requests import Request, Turn
from kleinstadt_net.digest.sources.searches import Found
from kleinstadt_net.digest.sources.statements import Spoken, Statement, strongest
from kleinstadt_net.digest.sources.strengths import StrengthNews
from kleinstadt_net.digest.sources.suggestions import Suggestion
from kleinstadt_net.digest.sources.towns import Peer
from kleinstadt_net.digest.sources.waiting import Waiting
from kleinstadt_net.digest.topics import chosen

TODAY = date(2026, 12, 1)


def peer(town_id: int) -> Peer:
    return Peer(
        town_id,
        f"99000{town_id:03}",
        "ellernrode",
        "Ellernrode",
        "Hessen",
        9_800,
        False,
        84.0,
    )


def suggestion(number: int, town_id: int | None = None) -> Suggestion:
    return Suggestion(number, position=number, slot="mutual", peer=peer(town_id or number))


def waiting(number: int, day: int = 1, own: Suggestion | None = None, town_id: int | None = None) -> Waiting:
    return Waiting(number, datetime(2026, 11, day, tzinfo=UTC), peer(town_id or 500 + number), own)


def statement(number: int, state: str = "strength", sentence: str = "Wir zeigen es gern.") -> Statement:
    return Statement(number, "innenstadt", state, sentence, date(2026, 3, 1))


def question(number: int = 1, on: date = date(2025, 10, 1)) -> Question:
    return Question(number, "innenstadt", "seeking", on)


def composed(news: News, told: frozenset[str] = frozenset()) -> Issue:
    issue = compose(news, today=TODAY, told=told)
    assert issue is not None
    return issue


def test_without_news_there_is_no_issue() -> None:
    assert compose(News(), today=TODAY, told=()) is None


def test_a_question_about_ones_own_statements_is_no_reason_to_write() -> None:
    assert compose(News(own=(question(),)), today=TODAY, told=()) is None


def test_the_strongest_suggestion_is_large_and_the_others_follow_in_order() -> None:
    issue = composed(News(suggestions=(suggestion(3), suggestion(1), suggestion(2))))
    assert issue.large == suggestion(1)
    assert issue.suggestions == (suggestion(2), suggestion(3))


def test_somebody_waiting_for_an_answer_comes_before_everything_else() -> None:
    issue = composed(News(suggestions=(suggestion(1),), waiting=(waiting(8, day=9), waiting(9, day=2))))
    assert issue.large == waiting(9, day=2)
    assert issue.waiting == (waiting(8, day=9),)
    assert issue.suggestions == (suggestion(1),)
    assert len(issue.asking) == 2


def test_a_town_that_waits_is_not_suggested_as_well() -> None:
    own = suggestion(1, town_id=7)
    issue = composed(News(suggestions=(own, suggestion(2)), waiting=(waiting(9, own=own, town_id=7),)))
    assert issue.suggestions == (suggestion(2),)
    assert issue.answerable == (own, suggestion(2))
    assert {"waiting:9", "suggestion:1", "suggestion:2"} <= set(issue.keys)


def test_nothing_is_told_twice() -> None:
    news = News(
        suggestions=(suggestion(1), suggestion(2)),
        waiting=(waiting(9),),
        statements={1: [statement(4)]},
        own=(question(),),
    )
    first = composed(news)
    assert compose(news, today=TODAY, told=set(first.keys)) is None


def test_what_was_told_before_makes_room_for_the_next() -> None:
    news = News(suggestions=(suggestion(1), suggestion(2)))
    assert composed(news, frozenset({"suggestion:1"})).large == suggestion(2)


@given(st.integers(0, 15), st.integers(0, 8), st.booleans(), st.booleans())
def test_an_issue_never_holds_more_than_nine_items(
    asking: int, proposed: int, is_quoted: bool, is_asked: bool
) -> None:
    news = News(
        suggestions=tuple(suggestion(n) for n in range(1, proposed + 1)),
        waiting=tuple(waiting(n) for n in range(1, asking + 1)),
        statements={1: [statement(1)], 501: [statement(2)]} if is_quoted else {},
        own=(question(),) if is_asked else (),
    )
    issue = compose(news, today=TODAY, told=())
    assert (issue is None) == (asking + proposed == 0)
    if issue is not None:
        extras = [issue.statement, issue.question]
        held = 1 + len(issue.waiting) + len(issue.suggestions) + sum(e is not None for e in extras)
        assert held <= MAX_ITEMS
        assert len(issue.keys) == held


def test_who_finds_no_room_this_month_is_told_the_next() -> None:
    news = News(waiting=tuple(waiting(n) for n in range(1, 13)))
    first = composed(news)
    second = composed(news, frozenset(first.keys))
    assert len(first.keys) == MAX_ITEMS
    assert len(second.keys) == 12 - MAX_ITEMS


def test_a_need_is_never_quoted_nor_used_to_introduce_a_town() -> None:
    news = News(suggestions=(suggestion(1),), statements={1: [statement(4, state="seeking")]})
    issue = composed(news)
    assert issue.introduction is None
    assert issue.statement is None


def test_a_town_is_introduced_by_what_it_can_show_before_what_it_works_on() -> None:
    working = Statement(1, "waerme", "in_progress", "", date(2026, 11, 1), is_focus=True)
    showing = Statement(2, "innenstadt", "strength", "", date(2026, 1, 1))
    assert strongest([working, showing]) == showing


def test_the_quotation_comes_from_the_first_town_that_wrote_a_sentence() -> None:
    news = News(
        suggestions=(suggestion(1), suggestion(2)),
        statements={1: [statement(1, sentence="")], 2: [statement(2)]},
    )
    assert composed(news).statement == Spoken(peer(2), statement(2))


@pytest.mark.parametrize(
    ("confirmed", "today", "is_asked"),
    [
        (date(2025, 12, 1), date(2026, 12, 1), True),
        (date(2025, 12, 2), date(2026, 12, 1), False),
        (date(2024, 2, 29), date(2025, 2, 28), False),
        (date(2024, 2, 29), date(2025, 3, 1), True),
    ],
)
def test_a_statement_is_old_after_twelve_calendar_months(
    confirmed: date, today: date, is_asked: bool
) -> None:
    assert is_old(confirmed, today) == is_asked


def test_one_question_is_asked_and_it_is_the_oldest() -> None:
    older = question(2, on=date(2024, 5, 1))
    issue = composed(News(suggestions=(suggestion(1),), own=(question(1), older)))
    assert issue.question == older


def test_a_statement_confirmed_and_grown_old_again_may_be_asked_about_again() -> None:
    told = frozenset({question(1, on=date(2024, 5, 1)).key})
    news = News(suggestions=(suggestion(1),), own=(question(1, on=date(2025, 6, 1)),))
    assert composed(news, told).question == news.own[0]


def found(number: int, *town_ids: int) -> Found:
    return Found(number, f"Suche {number}", tuple((town_id, f"Stadt {town_id}") for town_id in town_ids))


def test_what_saved_searches_found_accompanies_a_letter_and_causes_none() -> None:
    assert compose(News(found=(found(1, 7),)), today=TODAY, told=()) is None
    issue = composed(News(suggestions=(suggestion(1),), found=(found(1, 7), found(2), found(3, 8, 9))))
    assert [one.search_id for one in issue.found] == [3, 1]
    assert {"found:1:7", "found:3:8", "found:3:9"} <= set(issue.keys)


def test_a_town_found_is_told_once_for_each_search() -> None:
    news = News(suggestions=(suggestion(1),), found=(found(1, 7, 8), found(2, 7)))
    issue = composed(news, told=frozenset({"found:1:7", "found:2:7"}))
    assert [(one.search_id, one.towns) for one in issue.found] == [(1, ((8, "Stadt 8"),))]


def test_a_full_letter_has_no_room_for_searches() -> None:
    full = tuple(suggestion(number) for number in range(1, MAX_ITEMS + 1))
    assert composed(News(suggestions=full, found=(found(1, 7),))).found == ()


def test_one_circle_accompanies_a_letter_an_invitation_first_and_each_is_told_once() -> None:
    place = CircleNews(4, "klima", towns=4, free=2, is_asked=False, answer_by=None)
    asked = CircleNews(3, "sport", towns=1, free=5, is_asked=True, answer_by=date(2026, 12, 20))
    assert compose(News(circles=(place,)), today=TODAY, told=()) is None
    news = News(suggestions=(suggestion(1),), circles=(place, asked))
    first = composed(news)
    assert first.circle == asked and asked.key in first.keys
    second = composed(news, frozenset({asked.key}))
    assert second.circle == place
    assert composed(news, frozenset({asked.key, place.key})).circle is None


def test_what_the_town_has_given_is_large_where_nobody_waits_and_nobody_is_suggested() -> None:
    news = News(adoptions=tuple(AdoptionNews(n, 7, "Leere Läden", f"Stadt {n}", "running") for n in (1, 2)))
    issue = composed(news)
    assert isinstance(issue.large, AdoptionNews) and issue.large.adoption_id == 2
    assert [one.adoption_id for one in issue.adoptions] == [1]
    assert set(issue.keys) == {"adoption:1", "adoption:2"}
    assert compose(news, today=TODAY, told=set(issue.keys)) is None
    with_suggestion = composed(News(adoptions=news.adoptions, suggestions=(suggestion(1),)))
    assert with_suggestion.large == suggestion(1) and len(with_suggestion.adoptions) == 2


def test_that_an_adoption_is_done_is_told_once_after_it_was_told_as_going_on() -> None:
    running = AdoptionNews(1, 7, "Leere Läden", "Lauenfurt", "running")
    done = replace(running, state="done")
    assert set(composed(News(adoptions=(done,)), frozenset({"adoption:1"})).keys) == {"adoption:1:done"}
    for later in (running, done):
        assert adoptions.untold([later], {"adoption:1:done"}) == ()


def request(number: int, day: int, turn: Turn = "asked") -> Request:
    return Request(number, datetime(2026, 11, day, 9, tzinfo=UTC), peer(600 + number), "telephone", turn)


def test_a_request_is_large_and_who_has_waited_longest_comes_first() -> None:
    news = News(
        suggestions=(suggestion(1),), requests=(request(1, 20), request(2, 3)), waiting=(waiting(9, day=9),)
    )
    issue = composed(news)
    assert issue.large == request(2, 3)
    assert issue.waiting == (waiting(9, day=9), request(1, 20))
    assert issue.requests == (request(2, 3), request(1, 20))
    assert compose(News(requests=news.requests), today=TODAY, told=()) is not None


def test_a_town_that_has_asked_for_a_talk_is_neither_said_to_wait_as_well_nor_suggested() -> None:
    asked = request(1, 20)
    news = News(
        suggestions=(suggestion(1, town_id=601),), requests=(asked,), waiting=(waiting(9, town_id=601),)
    )
    assert composed(news).keys == (asked.key,)
    assert compose(news, today=TODAY, told={asked.key}) is None


def test_what_was_asked_back_and_replied_to_waits_anew() -> None:
    told = frozenset({request(1, 3).key, request(2, 3).key})
    news = News(requests=(request(1, 20, "replied"), request(2, 21, "question")))
    issue = composed(news, told)
    assert len(issue.asking) == 2
    # To a question about our own request the page of the talk is the place to answer.
    assert issue.requests == (request(1, 20, "replied"),)


def test_a_peer_review_accompanies_a_letter_and_is_told_once() -> None:
    asked, gone, nearest, later = (
        PeerReviewNews(4, "Lauenfurt", None, waits=True),
        PeerReviewNews(5, "Lauenfurt", TODAY - timedelta(days=1), waits=False),
        PeerReviewNews(6, "Lauenfurt", TODAY, waits=False),
        PeerReviewNews(7, "Lauenfurt", TODAY + timedelta(days=9), waits=False),
    )
    assert compose(News(reviews=(asked,)), today=TODAY, told=()) is None
    news = News(suggestions=(suggestion(1),), reviews=(later, gone, nearest, asked))
    first = composed(news)
    assert first.review == asked and "peer_review:4:asked" in first.keys
    assert composed(news, frozenset({asked.key})).review == nearest
    # Another day is another piece of news.
    moved = News(suggestions=(suggestion(1),), reviews=(replace(nearest, held_on=TODAY + timedelta(days=1)),))
    assert composed(moved, frozenset({nearest.key})).review is not None


def test_something_that_needs_no_click_has_its_place_however_many_wait() -> None:
    news = News(
        waiting=tuple(waiting(n) for n in range(1, 13)),
        suggestions=tuple(suggestion(n) for n in range(1, 401)),
        practices=(
            PracticeNews(1, "A", "X", "innenstadt", "", "none", "eine Stelle", "Bauamt", is_new=False),
        ),
    )
    issue = composed(news)
    assert issue.example is not None and len(issue.asking) == MAX_ITEMS - 1 and not issue.suggestions
    quoted = composed(replace(news, practices=(), statements={501: [statement(4)]}))
    assert quoted.statement is not None and len(quoted.items) == MAX_ITEMS


def _everything(many: int) -> News:
    """So many new things of each kind."""
    at = datetime(2026, 12, 9, 10, tzinfo=UTC)
    numbers = range(1, many + 1)
    return News(
        suggestions=(suggestion(1),),
        statements={1: [statement(n) for n in numbers]},
        own=tuple(question(n) for n in numbers),
        found=tuple(found(n, *numbers) for n in numbers[:20]),
        circles=tuple(CircleNews(n, "innenstadt", 4, 2, False, None) for n in numbers),
        meetings=tuple(MeetingNews(n, 1, "innenstadt", TODAY, "", "") for n in numbers),
        joined=tuple(Joined(n, "netz", "Netz", ((n, "Lauenfurt"),)) for n in numbers),
        events=tuple(EventNews(n, "Titel", at, "", True, "", "", None, False) for n in numbers),
        dates=tuple(AppointmentNews(n, n, "Lauenfurt", at, waits=False) for n in numbers),
        helped=tuple(HelpNews(n, n, "Lauenfurt") for n in numbers),
        adoptions=tuple(AdoptionNews(n, 7, "Läden", "Lauenfurt", "done") for n in numbers),
        asked=tuple(QuestionNews(n, "Wer?", "innenstadt", TODAY) for n in numbers),
        strengths=tuple(StrengthNews(n, 900 + n, "", "", "Lauenfurt", "innenstadt", TODAY) for n in numbers),
        practices=tuple(
            PracticeNews(n, "A", "X", "innenstadt", "", "none", "1", "Amt", True) for n in numbers
        ),
        unread=tuple(Unread(n, "messages") for n in numbers),
        others=tuple(OtherTown(n, "Kirchwerlau", (f"waiting:{n}",), ()) for n in numbers),
    )


def test_of_four_hundred_new_items_of_each_kind_a_letter_tells_nine_and_none_twice() -> None:
    news, told = _everything(400), set[str]()
    for _ in range(12):
        issue = composed(news, frozenset(told))
        assert len(issue.items) <= MAX_ITEMS
        assert not told & set(issue.keys)
        told |= set(issue.keys)
    assert {key.partition(":")[0] for key in told} >= {
        "suggestion",
        "practice",
        "appointment",
        "other",
        "helped",
    }


def test_a_letter_too_large_loses_what_accompanies_it_from_the_end_and_never_what_waits() -> None:
    issue = composed(replace(_everything(1), requests=(request(1, 3),)))
    held = [issue]
    while shorter := held[-1].shorter():
        held.append(shorter)
    assert [len(one.items) for one in held] == list(range(len(issue.items), 1, -1))
    assert held[-1].large == issue.large and held[-1].suggestions == issue.suggestions


def test_further_towns_are_counted_and_only_what_is_new_there() -> None:
    town = OtherTown(5, "Kirchwerlau", ("request:1:asked",), ("suggestion:1", "suggestion:2"))
    issue = composed(News(suggestions=(suggestion(9),), others=(town,)))
    assert issue.others == (town,)
    again = composed(
        News(suggestions=(suggestion(9),), others=(town,)),
        frozenset({"other:5:request:1:asked", "other:5:suggestion:1"}),
    )
    assert again.others == (replace(town, waiting=(), suggestions=("suggestion:2",)),)
    # Counted is not told: should the town become her home, she reads of it in full.
    assert "suggestion:1" not in issue.keys


def test_chosen_topics_leave_out_other_topics_and_never_what_waits_or_has_a_day() -> None:
    news = replace(_everything(1), requests=(request(1, 3),))
    kept = chosen(news, {"waerme"})
    assert not (kept.practices or kept.strengths or kept.asked or kept.circles or kept.statements[1])
    assert kept.requests and kept.dates and kept.meetings and kept.helped and kept.suggestions
    assert chosen(news, None) == news and chosen(news, {"innenstadt"}).practices == news.practices


def test_nine_items_are_never_passed_and_what_has_no_room_is_not_marked_as_told() -> None:
    day = datetime(2026, 12, 9, 10, tzinfo=UTC)
    news = News(
        suggestions=tuple(suggestion(n) for n in range(1, 5)),
        dates=tuple(AppointmentNews(n, n, "Lauenfurt", day, waits=False) for n in (1, 2)),
        adoptions=tuple(AdoptionNews(n, 7, "Leere Läden", "Lauenfurt", "done") for n in range(1, 6)),
        asked=(QuestionNews(1, "Wer hat das schon?", "innenstadt", TODAY),),
        circles=(CircleNews(1, "innenstadt", 4, 2, False, None),),
    )
    issue = composed(news)
    assert len(issue.keys) == MAX_ITEMS
    assert len(issue.dates) == 2 and len(issue.adoptions) == 3 and issue.asked is None
    later = composed(news, frozenset(issue.keys))
    assert not set(later.keys) & set(issue.keys) and later.asked is not None


def test_an_example_with_cost_staff_and_office_needs_no_click_and_is_not_named_twice() -> None:
    told_at_length = PracticeNews(
        1, "A", "Lauenfurt", "innenstadt", "seeking", "none", "eine Stelle", "Bauamt", True
    )
    short = PracticeNews(2, "B", "Lauenfurt", "innenstadt", "seeking", None, "", "", True)
    issue = composed(News(suggestions=(suggestion(1),), practices=(short, told_at_length)))
    assert issue.example == told_at_length and issue.examples == (short,)
