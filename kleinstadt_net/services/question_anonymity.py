"""Asking without the town's name: what in a text would give the town away, and what may be said of its size."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine, func, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Membership, RegisterImport, Town
from kleinstadt_net.search.folding import fold
from kleinstadt_net.search.name_index import SMALL_WORDS
from kleinstadt_net.services import practice_directory, snapshot
from kleinstadt_net.services.question_words import BEFORE_PLACES, FIRST_NAMES, ORDINARY
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.vocabulary import SIZE_LIMITS

PLACE, ADDRESS, PERSON, CONTACT = "place", "address", "person", "contact"
# A size is told only of a town that so many active towns, itself among them, have in common.
SIZE_SHARED_BY = 20
# The longest names, such as "Neustadt an der Aisch", have so many words.
WORDS_AT_MOST = 5
SHORTEST = 3
_WORD = re.compile(r"[^\W_]+")
_CAPITAL = r"[A-ZÄÖÜ][\wäöüß]+"
_TITLES = (
    r"(?:Herrn?|Frau|Dr\.|Prof\.|Bgm\.|Bürgermeister(?:in)?s?|Landrat|Landrätin|Amtsleiter(?:in)?|Kämmerer|Kämmerin|"
    r"Stadtrat|Stadträtin|Pfarrer(?:in)?|Familie|Kolleg(?:e|en|in)|Eigentümer(?:in)?|Inhaber(?:in)?|Investor(?:in)?|"
    r"Unternehmer(?:in)?|Architekt(?:en|in)?|Ortsvorsteher(?:in)?)"
)
_TITLED = re.compile(rf"\b{_TITLES}(?:\s+(?:{_TITLES}|von|van|de))*\s+(?P<name>{_CAPITAL}(?:-{_CAPITAL})?)")
_NAMED = re.compile(
    rf"(?P<first>{_CAPITAL})(?:-{_CAPITAL})?\s+(?:von\s+|van\s+|de\s+)?{_CAPITAL}(?:-{_CAPITAL})?"
)
# Parts of a town stand in no register, and streets neither.
_PARTS = re.compile(rf"\b(?:Ortsteils?|Stadtteils?|Gemeindeteils?|Ortschaft|OT)\s+{_CAPITAL}(?:-{_CAPITAL})?")
_STREETS = re.compile(
    r"\b(?:[A-ZÄÖÜ][\wäöüß-]+(?:straße|strasse|str\.|gasse|allee|platz|weg|ring|damm|ufer|chaussee|steig)|"
    r"Straße|Gasse|Allee|(?:Alt|Neu|Ober|Unter|Holz|Korn|Vieh)?[Mm]arkt)\s+\d{1,3}(?:\s?[a-z])?\b(?!\s?%)",
)
_CONTACTS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+|\+?\d[\d /()-]{6,}\d")
# Inhabitants and adjectives: "Ellernroder", "Ellernrodes", and those that take an umlaut: "Ellernröder".
_ENDINGS = (
    *(("", ""), ("s", ""), ("er", ""), ("r", ""), ("er", "en"), ("ern", ""), ("rn", ""), ("ers", "")),
    *(("roeder", "rode"), ("roeder", "roda"), ("roeder", "rod"), ("haeuser", "hausen"), ("hoefer", "hofen")),
    *(("doerfer", "dorf"), ("waelder", "walde"), ("waelder", "wald")),
)


@dataclass(frozen=True, order=True)
class Mark:
    """A piece ``[start:end]`` of a text that names a ``kind`` of thing by which a town might be known."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Piece:
    """A text taken apart for showing; ``kind`` is None where nothing gives the town away."""

    text: str
    kind: str | None


@dataclass(frozen=True)
class Names:
    """What is looked for: folded names of all towns and Kreise, those of the asking town, and its people's."""

    places: frozenset[str]
    own: frozenset[str]
    people: frozenset[str]


_places: "WeakKeyDictionary[Engine, tuple[Any, frozenset[str]]]" = WeakKeyDictionary()


def names_for(town_id: int) -> Names:
    """Every place of the register and the Länder, and who acts for this town: four queries at most."""
    town = db.session.execute(select(Town.name, Town.kreis_name).where(Town.id == town_id)).one()
    people = db.session.execute(
        select(Account.first_name, Account.last_name)
        .join(Membership, Membership.account_id == Account.id)
        .where(Membership.town_id == town_id, Membership.state == "confirmed")
    )
    return Names(
        places=_register(),
        own=frozenset(_forms(town.name, town.kreis_name)),
        people=frozenset(
            word for row in people for name in row for word in fold(name).split() if len(word) >= SHORTEST
        ),
    )


def marks(text: str, names: Names) -> tuple[Mark, ...]:
    """What would give the town away, from left to right, none over another."""
    found = [*_contacts(text), *_addresses(text), *_places_in(text, names), *_people_in(text, names)]
    return tuple(_apart(found))


def pieces(text: str, names: Names) -> tuple[Piece, ...]:
    """The whole text in pieces, the marked ones with their kind."""
    shown: list[Piece] = []
    reached = 0
    for mark in marks(text, names):
        shown.append(Piece(text[reached : mark.start], None))
        shown.append(Piece(text[mark.start : mark.end], mark.kind))
        reached = mark.end
    shown.append(Piece(text[reached:], None))
    return tuple(piece for piece in shown if piece.text)


def names_town(text: str, town_id: int) -> bool:
    """Whether a text names this town or its Kreis: four queries at most."""
    own = replace(names_for(town_id), places=frozenset(), people=frozenset())
    return next(_places_in(text, own), None) is not None


def size_band(town_id: int) -> str | None:
    """The town's band of sizes if enough active towns share it, else None."""
    picture = snapshot.current()
    population = picture.population[picture.rows[town_id]]
    if np.isnan(population):
        return None
    limits = SIZE_LIMITS
    known = picture.population[picture.active & ~np.isnan(picture.population)]
    bands = np.searchsorted(limits, known, side="right")
    shared = int(np.count_nonzero(bands == np.searchsorted(limits, population, side="right")))
    return practice_directory.band(int(population)) if shared >= SIZE_SHARED_BY else None


def _register() -> frozenset[str]:
    """The names of all towns and Kreise, folded; read again when the register has changed."""
    version = tuple(
        db.session.execute(
            select(func.count(Town.id), select(func.max(RegisterImport.id)).scalar_subquery())
        ).one()
    )
    known = _places.get(db.engine)
    if known is None or known[0] != version:
        rows = db.session.execute(select(Town.name, Town.kreis_name)).all()
        laender = (land.name for land in LAENDER.values())
        known = (version, frozenset(_forms(*laender, *(name for row in rows for name in row))))
        _places[db.engine] = known
    return known[1]


def _forms(*names: str | None) -> Iterator[str]:
    """Each name folded, and what people say instead: without bracket, second half, "an der …", "Landkreis"."""
    for name in names:
        if not name:
            continue
        for part in (name, name.partition("(")[0], *name.split("/")):
            words = fold(part).split()
            words = words[1:] if words[:1] in (["landkreis"], ["kreis"]) and len(words) > 1 else words
            head = next((n for n, word in enumerate(words) if n and word in SMALL_WORDS), len(words))
            for form in (words, words[:head]):
                if form and len(form[0]) >= SHORTEST:
                    yield " ".join(form)


def _contacts(text: str) -> Iterator[Mark]:
    for match in _CONTACTS.finditer(text):
        yield Mark(match.start(), match.end(), CONTACT)


def _addresses(text: str) -> Iterator[Mark]:
    for pattern in (_PARTS, _STREETS):
        for match in pattern.finditer(text):
            yield Mark(match.start(), match.end(), ADDRESS)


def _people_in(text: str, names: Names) -> Iterator[Mark]:
    for match in _TITLED.finditer(text):
        yield Mark(match.start(), match.end(), PERSON)
    for match in _NAMED.finditer(text):
        if fold(match["first"]) in FIRST_NAMES:
            yield Mark(match.start(), match.end(), PERSON)
    for match in _WORD.finditer(text):
        word = match.group()
        if word[0].isupper() and any(form in names.people for form in (fold(word), fold(word).rstrip("s"))):
            yield Mark(match.start(), match.end(), PERSON)


def _places_in(text: str, names: Names) -> Iterator[Mark]:
    words = list(_WORD.finditer(text))
    for place, first in enumerate(words):
        if not first.group()[0].isupper():
            continue
        before = fold(words[place - 1].group()) if place else ""
        for count in range(min(WORDS_AT_MOST, len(words) - place), 0, -1):
            window = words[place : place + count]
            if _is_place(fold(text[first.start() : window[-1].end()]), before, names):
                yield Mark(first.start(), window[-1].end(), PLACE)
                break


def _is_place(folded: str, before: str, names: Names) -> bool:
    for ending, instead in _ENDINGS:
        if not folded.endswith(ending):
            continue
        stem = folded[: len(folded) - len(ending)] + instead
        if stem in names.own:
            return True
        is_whole = not ending or ending == "s"
        if stem in names.places and (is_whole or len(stem) > SHORTEST + 1):
            return stem not in ORDINARY or before in BEFORE_PLACES
    return False


def _apart(found: Iterable[Mark]) -> list[Mark]:
    """From left to right; those that lie over one another become one."""
    joined: list[Mark] = []
    for mark in sorted(found, key=lambda one: (one.start, -one.end)):
        if joined and mark.start < joined[-1].end:
            joined[-1] = replace(joined[-1], end=max(joined[-1].end, mark.end))
        else:
            joined.append(mark)
    return joined
