"""Issues of the Monatsbrief with every kind of item in them, and whoever reads them."""

from dataclasses import replace
from datetime import UTC, date, datetime

from kleinstadt_net.digest.due import Consent
from kleinstadt_net.digest.issue import Issue
from kleinstadt_net.digest.sources.adoptions import AdoptionNews
from kleinstadt_net.digest.sources.appointments import AppointmentNews
from kleinstadt_net.digest.sources.circles import CircleNews
from kleinstadt_net.digest.sources.events import EventNews
from kleinstadt_net.digest.sources.freshness import Question
from kleinstadt_net.digest.sources.networks import Joined, MeetingNews
from kleinstadt_net.digest.sources.notifications import Counted
from kleinstadt_net.digest.sources.other_towns import OtherTown
from kleinstadt_net.digest.sources.outcomes import HelpNews
from kleinstadt_net.digest.sources.peer_reviews import PeerReviewNews
from kleinstadt_net.digest.sources.practices import PracticeNews
from kleinstadt_net.digest.sources.questions import QuestionNews
from kleinstadt_net.digest.sources.requests import Request
from kleinstadt_net.digest.sources.searches import Found
from kleinstadt_net.digest.sources.statements import Spoken, Statement
from kleinstadt_net.digest.sources.strengths import StrengthNews
from kleinstadt_net.digest.sources.suggestions import Suggestion
from kleinstadt_net.digest.sources.towns import Peer
from kleinstadt_net.digest.sources.waiting import Waiting
from kleinstadt_net.services.digest_people import HomeTown, Reader

MONTH = "2026-12"
AT = datetime(2026, 12, 9, 10, 30, tzinfo=UTC)
DAY = date(2026, 12, 9)


def reader(frequency: str = "monthly") -> Reader:
    """A mayor of Ellernrode."""
    home = HomeTown(1, "99000001", "ellernrode", "Ellernrode", "06", 50.8, 9.9)
    consent = Consent(frequency, is_given=True)
    return Reader(
        7, "mayor@ellernrode.example", "Renate", "Sommer", "Frau", "read" * 8, consent, home, topics=None
    )


def peer(number: int, name: str) -> Peer:
    return Peer(
        number, f"990001{number:02}", name.lower(), name, "Hessen", 9_800 + number, number % 2 == 0, 84.0
    )


def suggestion(number: int, name: str) -> Suggestion:
    reasons = (
        {
            "code": "learn",
            "subject": "innenstadt",
            "month": "2026-03",
            "own_state": "seeking",
            "own_focus": False,
        },
    )
    return Suggestion(number, number, "mutual", peer(number, name), reasons)


def issues() -> dict[str, Issue]:
    """An issue for each large item there is, with everything that can accompany it, more than a letter ever holds."""
    proposed = suggestion(1, "Lauenfurt")
    asked = Request(4, AT, peer(4, "Oberdallen"), "telephone", "asked")
    full = Issue(
        large=proposed,
        waiting=(
            Waiting(3, AT, peer(3, "Kirchwerlau"), suggestion(3, "Kirchwerlau")),
            Waiting(9, AT, peer(9, "Steinbracken")),
            replace(asked, exchange_id=5, turn="replied"),
            replace(asked, exchange_id=6, turn="question"),
        ),
        suggestions=(suggestion(2, "Mühlenqualm"),),
        introduction=Statement(1, "innenstadt", "strength", "", DAY),
        example=PracticeNews(
            1,
            "Läden auf Zeit",
            "Lauenfurt (Hessen)",
            "innenstadt",
            "seeking",
            "to_50",
            "eine Stelle",
            "Bauamt",
            True,
        ),
        statement=Spoken(
            peer(2, "Mühlenqualm"),
            Statement(2, "innenstadt", "strength", "Elf Läden sind wieder vermietet.", DAY),
        ),
        dates=(
            AppointmentNews(1, 21, "Lauenfurt", AT, waits=False),
            AppointmentNews(2, 22, "Kirchwerlau", AT, waits=True),
        ),
        review=PeerReviewNews(1, "Hohenwispel", DAY, waits=False),
        others=(
            OtherTown(8, "Birkensee", ("request:8:asked",), ("suggestion:8", "suggestion:9")),
            OtherTown(10, "Ahornitz", (), ("suggestion:10",)),
            OtherTown(11, "Tannwies", ("request:9:asked", "waiting:3"), ("suggestion:11",)),
        ),
        helped=(HelpNews(1, 23, "Hohenwispel"),),
        adoptions=(AdoptionNews(1, 2, "Bürgerbus", "Steinbracken", "running"),),
        circle=CircleNews(1, "waerme", 4, 2, False, None),
        meetings=(MeetingNews(2, 1, "innenstadt", DAY, "Rathaus", "Oberdallen"),),
        asked=QuestionNews(1, "Wer hat einen Bürgerbus?", "mobilitaet", DAY),
        joined=(Joined(1, "oberland", "Oberland", ((4, "Oberdallen"), (5, "Hohenwispel"))),),
        events=(
            EventNews(1, "Markt & Mitte", AT, "Stadthalle", True, "Oberland", "", "innenstadt", True),
            EventNews(2, "Erstes Treffen", AT, "", True, "", "waerme", None, True),
        ),
        strengths=(StrengthNews(1, 12, "99000112", "tannwies", "Tannwies (Hessen)", "waerme", DAY),),
        examples=(
            PracticeNews(3, "Wärmeplan", "Birkensee (Hessen)", "waerme", "seeking", None, "", "", True),
        ),
        found=(Found(1, "Städte in Hessen", tuple((n, f"Neustadt {n}") for n in range(1, 6))),),
        question=Question(1, "waerme", "seeking", date(2025, 3, 1)),
        counted=Counted((("messages", 3), ("dates", 1)), ("notification:1",)),
    )
    return {
        "suggestion": full,
        "waiting": replace(full, large=Waiting(2, AT, peer(7, "Hohenwispel"), suggestion(7, "Hohenwispel"))),
        "waiting in one direction": replace(full, large=full.waiting[1]),
        "request": replace(full, large=asked, waiting=()),
        "documents": replace(full, large=replace(asked, form="documents"), waiting=()),
        "replied": replace(full, large=full.waiting[2], waiting=()),
        "question": replace(full, large=full.waiting[3], waiting=()),
        "adoption": Issue(large=full.adoptions[0]),
        "helped": Issue(large=full.helped[0], adoptions=full.adoptions),
        "alone": Issue(large=proposed),
    }
