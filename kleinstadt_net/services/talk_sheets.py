"""Sprechzettel: one page to have at hand during a talk, from what both towns have said.

For the two town halls alone: it may name needs, which only confirmed towns see, and quotes the request.
"""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.documents import pdf
from kleinstadt_net.mail.letters import Enclosure
from kleinstadt_net.models import Exchange, Stance
from kleinstadt_net.services import appointments, exchange_letters, exchanges, installation, towns
from kleinstadt_net.services.exchange_letters import Contact
from kleinstadt_net.services.exchanges import Party, UnknownExchangeError
from kleinstadt_net.services.towns import Statement, TownPage
from kleinstadt_net.vocabulary import SUBJECTS, State

FILE_NAME = "sprechzettel-{slug}.pdf"
# One page has a tenth of it; letters wait in the database.
ENCLOSED = 300_000
QUESTIONS = 3
# For towns that have said little: there are always three.
FALLBACKS = ("differently", "next", "show")
CHALLENGES = (State.IN_PROGRESS, State.SEEKING)


@dataclass(frozen=True)
class Detail:
    """How much a sheet takes: numbers of entries, and characters of each text."""

    strengths: int
    sentence: int
    shared: int
    quoted: int
    note: int


# From the first that fits. The last is short enough for whatever the towns may have written.
DETAILS = (
    Detail(strengths=12, sentence=200, shared=10, quoted=700, note=600),
    Detail(strengths=8, sentence=120, shared=8, quoted=400, note=300),
    Detail(strengths=6, sentence=60, shared=6, quoted=200, note=120),
    Detail(strengths=4, sentence=0, shared=4, quoted=90, note=0),
)
# A browser's page is printed with more air around it.
FOR_THE_PAGE = DETAILS[1]


@dataclass(frozen=True)
class Strength:
    """Something the other town can show; ``helps``: the own town works on it or seeks advice."""

    subject: str
    sentence: str
    helps: bool


@dataclass(frozen=True)
class Question:
    """A question to begin with: its code, and the quoted text or the subject it is about. Worded in the template."""

    code: str
    about: str = ""


@dataclass(frozen=True)
class Sheet:
    """A sheet before it is shortened to one page. ``contact``: whom of the other town to speak to, while they talk."""

    party: Party
    contact: Contact | None
    date: appointments.Date | None
    peer: TownPage | None
    strengths: tuple[Strength, ...]
    shared: tuple[str, ...]
    questions: tuple[Question, ...]


def sheet(exchange_id: int, town_id: int) -> Sheet:
    """The sheet of a talk for one of its towns: a constant number of queries.

    Raises UnknownExchangeError for every other town, and before both have agreed.
    """
    party = exchanges.party(exchange_id, town_id)
    if party.accepted_at is None:
        raise UnknownExchangeError(exchange_id)
    peer = towns.find_for_verified(party.peer.ags)
    own = _own(town_id)
    theirs = {one.subject: one for one in peer.statements} if peer is not None else {}
    challenges = {subject for subject, state in own.items() if state in CHALLENGES}
    shared = tuple(
        subject for subject in SUBJECTS if subject in challenges and _is_challenge(theirs.get(subject))
    )
    return Sheet(
        party=party,
        contact=_contact(party),
        date=appointments.of_exchange(party).agreed,
        peer=peer,
        strengths=_strengths(peer, challenges),
        shared=shared,
        questions=_questions(party, own, theirs, shared),
    )


def context(made: Sheet, detail: Detail = FOR_THE_PAGE) -> dict[str, Any]:
    """What ``documents/_talk_sheet.html`` asks for; ``more`` says whether anything was left out or shortened."""
    strengths = [
        Strength(one.subject, _short(one.sentence, detail.sentence), one.helps)
        for one in made.strengths[: detail.strengths]
    ]
    questions = [
        Question(one.code, _short(one.about, detail.quoted) if one.code in ("concern", "need") else one.about)
        for one in made.questions
    ]
    note = _short(made.date.note, detail.note) if made.date is not None else ""
    return {
        "party": made.party,
        "contact": made.contact,
        "date": made.date,
        "note": note,
        "peer": made.peer,
        "strengths": strengths,
        "shared": made.shared[: detail.shared],
        "questions": questions,
        "today": clock.today(),
        "demonstration": installation.is_demonstration(),
        "more": len(made.strengths) > detail.strengths or len(made.shared) > detail.shared,
    }


def paper(made: Sheet) -> bytes:
    """The sheet as a PDF of one page. Raises PdfUnavailable where no PDF can be drawn."""
    return pdf.render_on_one_page("talk_sheet", [context(made, detail) for detail in DETAILS])


def enclosure(exchange_id: int, town_id: int) -> Enclosure | None:
    """The sheet to go with a letter; None where no PDF can be drawn, or it is too large for one.

    Without the contact: a person whose account goes takes her name out of our letters, not out of the files in them.
    """
    if not can_make_pdf():
        return None
    made = replace(sheet(exchange_id, town_id), contact=None)
    content = paper(made)
    return (
        Enclosure(FILE_NAME.format(slug=made.party.peer.slug), content) if len(content) <= ENCLOSED else None
    )


def can_make_pdf() -> bool:
    """Whether this machine can draw PDF."""
    return pdf.is_available()


def _contact(party: Party) -> Contact | None:
    if not exchanges.may_write(party):
        return None
    return exchange_letters.contact_of(db.session.get_one(Exchange, party.exchange_id), party.peer_id)


def _own(town_id: int) -> dict[str, str]:
    rows = db.session.scalars(select(Stance).where(Stance.town_id == town_id))
    return {row.subject: row.state for row in rows}


def _is_challenge(statement: Statement | None) -> bool:
    return statement is not None and statement.state in CHALLENGES


def _strengths(peer: TownPage | None, challenges: set[str]) -> tuple[Strength, ...]:
    """What helps the own town first, then what the other puts first, then its order."""
    if peer is None:
        return ()
    stated = sorted(
        peer.of_state(State.STRENGTH),
        key=lambda one: (one.subject not in challenges, one.subject not in peer.focus),
    )
    return tuple(Strength(one.subject, one.sentence or "", one.subject in challenges) for one in stated)


def _questions(
    party: Party, own: dict[str, str], theirs: dict[str, Statement], shared: Iterable[str]
) -> tuple[Question, ...]:
    """Three: from the two answers of the request, then from what both towns say of themselves."""
    quoted = (Question("concern", party.concern), Question("need", party.need))
    found = [question for question in quoted if question.about]
    found += [
        Question("learn", subject)
        for subject, state in own.items()
        if state in CHALLENGES and subject in theirs and theirs[subject].state == State.STRENGTH
    ]
    found += [Question("shared", subject) for subject in shared]
    found += [
        Question("teach", subject)
        for subject, state in own.items()
        if state == State.STRENGTH and _is_challenge(theirs.get(subject))
    ]
    # What the talk is about comes before what the towns might talk about as well.
    found.sort(key=lambda one: (one.code not in ("concern", "need"), one.about != party.subject))
    return (*found, *map(Question, FALLBACKS))[:QUESTIONS]


def _short(text: str, length: int) -> str:
    """The text in one line, or its beginning up to the end of a word; nothing where there is no room at all."""
    if not length:
        return ""
    line = " ".join(text.split())
    shortened = textwrap.shorten(line, length, placeholder=" …")
    # One word longer than the line is cut in the middle.
    return shortened if shortened.strip(" …") or not line else line[: length - 1] + "…"
