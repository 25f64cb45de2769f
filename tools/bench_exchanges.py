"""Measure the Gespräche of towns with 200,000 of them in the net, and the list of Fragen, on SQLite and PostgreSQL.

    python tools/bench_exchanges.py [--sqlite | --postgresql]

As ``bench_pages.py``: warm requests of a signed-in person, all lines in turn. A few towns, hers among them, have
thousands of talks, as none will for years; the rest some hundred each. All of it is invented and exists only there.
"""

import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select

# A script's own directory is searched first, and a tool here bears the name of a library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import (
    Account,
    Appointment,
    AppointmentSlot,
    Exchange,
    Message,
    Outcome,
    Question,
    QuestionAnswer,
    QuestionSubject,
    Town,
)
from kleinstadt_net.services import exchange_rules, question_rules
from kleinstadt_net.vocabulary import SUBJECTS
from tools import bench_requests
from tools.bench_network import analyse, application
from tools.bench_requests import Page

TOWNS, EXCHANGES, QUESTIONS = 2_300, 200_000, 5_000
# The person's own town has the most; so many others have as many as the second number says.
OWN, BUSY, OF_BUSY = 6_000, 9, 3_000
# How many of a hundred end so; two towns have one open exchange at most.
STATES = {"closed": 58, "declined": 13, "lapsed": 12, "withdrawn": 6, "talking": 8, "requested": 3}
LONG_THREAD = 120
SEED = 200
BATCH = 5_000
PROMISED, QUERIES = 80.0, 8
# The talk of the person's town with the long thread.
LONG = 1


def pages() -> tuple[Page, ...]:
    """The lists from the first to the last page, and what a list leads to."""
    lists = [
        ("Gespräche, all", "/gespraeche"),
        ("Gespräche, all, page 200", "/gespraeche?seite=200"),
        *((f"Gespräche, {word}", f"/gespraeche?stand={word}") for word in WORDS.values()),
        (f"Gespräche, {WORDS['closed']}, page 100", f"/gespraeche?stand={WORDS['closed']}&seite=100"),
        ("Fragen, all", "/fragen"),
        ("Fragen, all, page 150", "/fragen?seite=150"),
        ("Fragen, open", "/fragen?stand=offen"),
        ("Fragen, one topic, ended", "/fragen?thema=innenstadt&stand=beendet"),
        ("Fragen, own strengths", "/fragen?welche=staerken"),
        ("Fragen, two words", "/fragen?suche=wort7+wort31"),
        ("Fragen, answered by the town", "/fragen?welche=beantwortet"),
    ]
    return (
        *(Page(name, address, PROMISED, queries=QUERIES) for name, address in lists),
        # No lists: each tells all there is of one.
        Page("one Gespräch with a long thread", f"/gespraeche/{LONG}", PROMISED),
        Page("one Frage", "/fragen/17", PROMISED),
        Page("similar while typing", "/fragen/aehnlich?titel=Wer+hat+wort7+und+wort31&thema=innenstadt"),
        Page("Übersicht", "/uebersicht"),
    )


WORDS = {
    "requested": "angefragt",
    "talking": "im-gespraech",
    "closed": "abgeschlossen",
    "declined": "abgelehnt",
    "withdrawn": "zurueckgezogen",
    "lapsed": "nicht-zustande-gekommen",
}


@contextmanager
def network(url: str) -> Iterator[Flask]:
    """An application with all the talks and questions."""
    with tempfile.TemporaryDirectory() as directory, application(Path(directory), TOWNS, url) as app:
        with app.app_context():
            _fill(random.Random(SEED))
        yield app


def _fill(draw: random.Random) -> None:
    towns = db.session.scalars(select(Town.id).order_by(Town.ags)).all()
    account_id = db.session.scalars(select(Account.id)).one()
    exchanges = list(_exchanges(draw, towns, account_id))
    _store(Exchange, exchanges)
    _store(Message, _messages(draw, exchanges, account_id))
    dates = list(_appointments(draw, exchanges))
    _store(Appointment, dates)
    _store(AppointmentSlot, (slot for date in dates for slot in _slots(date)))
    _store(Outcome, _outcomes(draw, exchanges))
    questions = list(_questions(draw, towns))
    _store(Question, questions)
    _store(QuestionSubject, _subjects(draw, questions))
    _store(QuestionAnswer, _answers(draw, questions, towns))
    db.session.commit()
    analyse()


def _store(model: Any, rows: Any) -> None:
    left = iter(rows)
    while some := list(islice(left, BATCH)):
        db.session.execute(insert(model), some)


def _exchanges(draw: random.Random, towns: Sequence[int], account_id: int) -> Iterator[dict[str, Any]]:
    now, open_pairs = clock.now(), set[str]()
    for number in range(1, EXCHANGES + 1):
        town_id, peer_id = _pair(draw, towns, number)
        state = "talking" if number == LONG else draw.choices([*STATES], [*STATES.values()])[0]
        pair = f"{min(town_id, peer_id)}:{max(town_id, peer_id)}"
        if state in exchange_rules.OPEN and pair in open_pairs:
            state = "closed"
        is_open = state in exchange_rules.OPEN
        open_pairs |= {pair} if is_open else set()
        asked = now - timedelta(minutes=draw.randrange(15_000 if state == "requested" else 1_500_000))
        has_talked = state in ("talking", "closed")
        yield {
            "id": number,
            "town_id": town_id,
            "peer_id": peer_id,
            "origin": "request",
            "subject": draw.choice([*SUBJECTS]),
            "form": draw.choice(("telephone", "video", "visit", "documents")),
            "concern": "Wir möchten wissen, wie Sie das gemacht haben. " * 5,
            "need": "Eine halbe Stunde am Telefon und Ihren Vertrag. " * 5,
            "query": "Worum genau geht es?" if state == "requested" and draw.random() < 0.2 else "",
            "query_reply": "",
            "state": state,
            "open_pair": pair if is_open else None,
            "opened_by_id": account_id,
            "requested_at": asked,
            "accepted_at": asked + timedelta(days=2) if has_talked else None,
            "accepted_via": "page" if has_talked else None,
            "ended_at": None if is_open else asked + timedelta(days=20),
            "changed_at": asked + timedelta(minutes=draw.randrange(40_000)),
            "version": 1,
        }


def _pair(draw: random.Random, towns: Sequence[int], number: int) -> tuple[int, int]:
    """Two towns; the first ones of all belong to those with thousands."""
    if number <= OWN:
        one = towns[0]
    elif number <= OWN + BUSY * OF_BUSY:
        one = towns[1 + number % BUSY]
    else:
        one = draw.choice(towns)
    other = draw.choice(towns)
    while other == one:
        other = draw.choice(towns)
    return (one, other) if draw.random() < 0.5 else (other, one)


def _messages(draw: random.Random, exchanges: list[dict[str, Any]], account_id: int) -> Iterator[Any]:
    """About three in every talk that came about, and many in one."""
    for row in exchanges:
        if row["accepted_at"] is None:
            continue
        count = LONG_THREAD if row["id"] == LONG else draw.randrange(7)
        for place in range(count):
            yield {
                "exchange_id": row["id"],
                "town_id": row["town_id"] if place % 2 else row["peer_id"],
                "account_id": account_id,
                "text": "Danke für Ihre Nachricht. **Am Dienstag** passt es uns gut.\n\n- Vertrag\n- Miete\n"
                * 3,
                "written_at": row["accepted_at"] + timedelta(hours=place),
            }


def _appointments(draw: random.Random, exchanges: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    talks = (row for row in exchanges if row["accepted_at"] is not None and draw.random() < 0.5)
    for number, row in enumerate(talks, start=1):
        starts_at: datetime = row["accepted_at"] + timedelta(days=draw.randrange(5, 40))
        yield {
            "id": number,
            "exchange_id": row["id"],
            "town_id": row["town_id"],
            "form": "telephone",
            "place": "03322 4711",
            "state": "agreed",
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=45),
            "uid": f"gespraech-{number}@bench.example",
            "proposed_at": row["accepted_at"],
            "agreed_at": row["accepted_at"],
            "changed_at": row["accepted_at"],
            "sequence": 0,
            "version": 1,
        }


def _slots(date: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for position in range(3):
        later = timedelta(days=position)
        yield {
            "appointment_id": date["id"],
            "position": position,
            "starts_at": date["starts_at"] + later,
            "ends_at": date["ends_at"] + later,
        }


def _outcomes(draw: random.Random, exchanges: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in exchanges:
        if row["state"] == "closed" and draw.random() < 0.5:
            for town_id in (row["town_id"], row["peer_id"]):
                yield {
                    "exchange_id": row["id"],
                    "town_id": town_id,
                    "question": "helped",
                    "answer": draw.choice(("yes", "partly", "no", None)),
                    "asked_at": row["ended_at"],
                }


def _questions(draw: random.Random, towns: Sequence[int]) -> Iterator[dict[str, Any]]:
    now, today = clock.now(), clock.today()
    words = [f"wort{number}" for number in range(4_000)]
    weights = [1 / (rank + 1) for rank in range(len(words))]
    for number in range(1, QUESTIONS + 1):
        days = draw.randrange(1_000)
        title = " ".join(["Wer hat", *draw.choices(words, weights, k=5)])
        said = " ".join(draw.choices(words, weights, k=60))
        yield {
            "id": number,
            "town_id": draw.choice(towns),
            "title": title,
            "text": said,
            "is_anonymous": draw.random() < 0.2,
            "search_text": question_rules.search_text(title, said),
            "state": "open" if days < 30 else "closed",
            "asked_at": now - timedelta(days=days, minutes=draw.randrange(1_000)),
            "deadline": today + timedelta(days=40 - days),
            "summary": "Wir haben viel gelernt." if days >= 30 else "",
        }


def _subjects(draw: random.Random, questions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for row in questions:
        for subject in draw.sample([*SUBJECTS], k=draw.randint(1, 2)):
            yield {"question_id": row["id"], "subject": subject}


def _answers(
    draw: random.Random, questions: list[dict[str, Any]], towns: Sequence[int]
) -> Iterator[dict[str, Any]]:
    # The person's own town answers many of them.
    answering = [*[towns[0]] * 200, *towns]
    for row in questions:
        for town_id in draw.choices(answering, k=draw.randrange(7)):
            yield {
                "question_id": row["id"],
                "town_id": town_id,
                "text": "Wir haben das vor zwei Jahren gemacht. Rufen Sie gern im Bauamt an. " * 4,
                "created_at": row["asked_at"] + timedelta(days=1),
            }


def measure(url: str) -> list[str]:
    """Print what was measured in the empty database at ``url``; answers what was not held."""
    with network(url) as app:
        with app.app_context():
            counted = {
                model.__tablename__: db.session.scalar(select(func.count()).select_from(model))
                for model in (Exchange, Message, Appointment, Question, QuestionAnswer)
            }
        print("  " + ", ".join(f"{number:,} {name}" for name, number in counted.items()), flush=True)
        return bench_requests.measure(bench_requests.signed_in(app), pages())


def main() -> None:
    """Print the figures for both databases."""
    options = bench_requests.parse(__doc__ or "", "and nothing else")
    complaints: list[str] = []
    for database, place in bench_requests.places(options).items():
        print(f"{EXCHANGES:,} talks on {database} ({bench_requests.HEAD}), {bench_requests.load()}")
        with place() as url:
            complaints += measure(url)
    bench_requests.finish(complaints)


if __name__ == "__main__":
    main()
