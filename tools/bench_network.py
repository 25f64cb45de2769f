"""A network for the benchmarks: an application with as many invented towns as asked for, and what they write."""

import logging
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, text

# A script's own directory is searched first, and a tool here bears the name of a library.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

import config
from kleinstadt_net import clock, create_app, register_data
from kleinstadt_net.database import Base, db
from kleinstadt_net.models import Focus, Installation, Section, Stance, Town, TownFigure
from kleinstadt_net.services import accounts, town_names
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.vocabulary import SUBJECTS, THESES, State

EMAIL = "karla@ellernrode.example"
PASSWORD = "ein langer satz"


@contextmanager
def application(directory: Path, count: int, url: str = "") -> Iterator[Flask]:
    """An application with ``count`` towns, all taking part, and one account, on the empty database at ``url``.

    Without an address the database is a file in ``directory``.
    """
    url = url or f"sqlite:///{directory / 'bench.sqlite3'}"
    overrides: dict[str, Any] = {"secret_key": "x" * 40, "data_dir": directory, "database_url": url}
    app = create_app(config.load("testing", **overrides))
    logging.disable(logging.INFO)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        db.session.add(Installation(id=1, kind="regular", revision=0))
        db.session.commit()
        _invent(count)
        accounts.create(EMAIL, town_ags="99000000")
        token = accounts.create(EMAIL, is_operator=True).token
        accounts.set_password(token, PASSWORD)
        db.session.remove()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _invent(count: int) -> None:
    draw, today, now = random.Random(7), clock.today(), clock.now()
    names = register_data.invented_names()
    words = _words(draw)
    db.session.execute(insert(Town), [_town(draw, number, names, today) for number in range(count)])
    ids = db.session.scalars(select(Town.id).order_by(Town.ags)).all()
    for model, rows in (
        (TownFigure, (row for town in ids for row in _figures(draw, town))),
        (Focus, ({"town_id": town, "thesis": key} for town in ids for key in draw.sample(list(THESES), 2))),
        (Stance, (row for town in ids for row in _statements(draw, town, words, today, now))),
        (Section, (row for town in ids for row in _sections(draw, town, words, today, now))),
    ):
        db.session.execute(insert(model), list(rows))
    db.session.commit()
    analyse()


def analyse() -> None:
    """Let the database look at what has been filled in, which it plans by; in service it does so by itself."""
    db.session.execute(text("ANALYZE"))
    db.session.commit()


def _words(draw: random.Random) -> list[str]:
    """Some thousand words to write with, of which a text holds a few."""
    syllables = (
        "markt",
        "bau",
        "platz",
        "rat",
        "weg",
        "haus",
        "feld",
        "werk",
        "bad",
        "schul",
        "lauf",
        "netz",
    )
    made = ["".join(draw.choices(syllables, k=3)) for _ in range(4_000)]
    return [*made, *("wochenmarkt", "genossenschaft", "und", "die", "der", "mit") * 40]


def _town(draw: random.Random, number: int, names: Sequence[str], today: date) -> dict[str, Any]:
    suffix = number // len(names)
    name = names[number % len(names)] + (f" {_numeral(suffix)}" if suffix else "")
    kreis = f"{names[number % 290]}kreis"
    return {
        "ags": f"99{number:06d}",
        "name_official": name,
        **town_names.columns(name, kreis),
        "kreis_name": kreis,
        "postcode": f"{number % 99_000 + 1_000:05d}",
        "land": draw.choice(list(LAENDER)),
        "kreis": "99001",
        "lat": draw.uniform(47.5, 54.5),
        "lon": draw.uniform(6.2, 14.8),
        "register_source": "invented",
        "joined_on": today,
        "revision": 0,
    }


def _numeral(number: int) -> str:
    """A number as letters, because names hold none."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def _figures(draw: random.Random, town_id: int) -> Iterator[dict[str, Any]]:
    area, population = draw.uniform(10, 200), draw.randint(5_500, 19_000)
    for year, now in ((2019, population), (2024, int(population * draw.uniform(0.95, 1.05)))):
        yield {
            "town_id": town_id,
            "population_on": date(year, 12, 31),
            "population": now,
            "area_km2": area,
            "source": "invented",
            "quality": "official",
        }


def _statements(draw: random.Random, town_id: int, words: list[str], today: date, now: Any) -> Iterator[Any]:
    for subject in draw.sample(list(SUBJECTS), 6):
        yield {
            "town_id": town_id,
            "subject": subject,
            "state": draw.choice(list(State)).value,
            "sentence": " ".join(draw.choices(words, k=12)),
            "confirmed_on": today,
            "version": 1,
            "changed_at": now,
        }


def _sections(draw: random.Random, town_id: int, words: list[str], today: date, now: Any) -> Iterator[Any]:
    for thesis in draw.sample(list(THESES), 2):
        yield {
            "town_id": town_id,
            "thesis": thesis,
            "fields": {},
            "text": " ".join(draw.choices(words, k=60)),
            "visibility": draw.choice(("public", "verified")),
            "confirmed_on": today,
            "changed_at": now,
        }
