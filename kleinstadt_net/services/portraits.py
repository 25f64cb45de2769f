"""A town on one page for its council: what everybody may read, short enough for one sheet of paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any

from kleinstadt_net import clock
from kleinstadt_net.documents import pdf
from kleinstadt_net.profile.shapes import PROJECT_STATES
from kleinstadt_net.profile.words import posts
from kleinstadt_net.services import installation, urls
from kleinstadt_net.services.towns import TownPage
from kleinstadt_net.vocabulary import SUBJECTS, THESES, State

# Drawing one takes half a second of a processor; whoever asks for all of them leaves the others room.
_drawing = BoundedSemaphore(1)
WAIT_SECONDS = 2.0
SHORTENED = "…"


@dataclass(frozen=True)
class Detail:
    """How much of a town's words a sheet takes: characters, and numbers of entries."""

    vision: int
    strengths: int
    sentence: int
    line: int
    result: int


# From the first that fits. The last is short enough for whatever a town may have written.
DETAILS = (
    Detail(vision=200, strengths=14, sentence=200, line=200, result=200),
    Detail(vision=200, strengths=10, sentence=90, line=110, result=110),
    Detail(vision=200, strengths=8, sentence=0, line=90, result=60),
    Detail(vision=110, strengths=5, sentence=0, line=45, result=0),
)
# A browser's page is printed with more air around it.
FOR_THE_PAGE = DETAILS[1]


@dataclass(frozen=True)
class Strength:
    """Something the town can show: a subject's title or a line of its own, with what it says of it."""

    title: str
    sentence: str


@dataclass(frozen=True)
class Plan:
    """A flagship project as the sheet tells it; empty texts are left out."""

    title: str
    state: str
    result: str
    result_month: str


class Busy(Exception):
    """So many ask for a portrait at once that this one has to wait."""


def can_make_paper() -> bool:
    """Whether this machine can draw PDF."""
    return pdf.is_available()


def sheet(town: TownPage, detail: Detail = FOR_THE_PAGE) -> dict[str, Any]:
    """What ``documents/_portrait.html`` asks for; ``more`` says whether anything was left out or shortened."""
    strengths = _strengths(town, detail)
    plans = _plans(town, detail)
    vision = _fields(town, "t07").get("vision", "")
    office = _office(_fields(town, "t05"), detail)
    whole = DETAILS[0]
    return {
        "town": town,
        "states": {row.subject: row.state for row in town.statements if row.subject in THESES},
        "strengths": strengths[: detail.strengths],
        "vision": _short(vision, detail.vision),
        "plans": plans,
        "office": office,
        "address": urls.absolute(urls.town_path(town.slug, town.ags)),
        "today": clock.today(),
        "demonstration": installation.is_demonstration(),
        "more": len(strengths) > detail.strengths
        or strengths != _strengths(town, whole)
        or plans != _plans(town, whole),
    }


def paper(town: TownPage) -> bytes:
    """The portrait as a PDF of one page. Raises Busy while this process draws others."""
    if not _drawing.acquire(timeout=WAIT_SECONDS):
        raise Busy
    try:
        return pdf.render_on_one_page("portrait", [sheet(town, detail) for detail in DETAILS])
    finally:
        _drawing.release()


def _fields(town: TownPage, thesis: str) -> Mapping[str, Any]:
    row = town.sections.get(thesis)
    return row.fields if row else {}


def _strengths(town: TownPage, detail: Detail) -> list[Strength]:
    """Focus theses first, then theses and topics in their order, then the town's own lines."""
    stated = sorted(town.of_state(State.STRENGTH), key=lambda row: row.subject not in town.focus)
    own: Sequence[Mapping[str, str]] = _fields(town, "t01").get("strengths", ())
    return [
        Strength(SUBJECTS[row.subject].title, _short(row.sentence or "", detail.sentence)) for row in stated
    ] + [Strength(_short(line["text"], detail.line), "") for line in own]


def _plans(town: TownPage, detail: Detail) -> list[Plan]:
    return [
        Plan(
            _short(row["title"], detail.line),
            PROJECT_STATES.get(row.get("state", ""), ""),
            _short(row.get("result", ""), detail.result),
            row.get("result_month", "") if detail.result else "",
        )
        for row in _fields(town, "t07").get("projects", ())
    ]


def _office(fields: Mapping[str, Any], detail: Detail) -> list[str]:
    share = posts(fields["share"]) if fields.get("share") else ""
    return [
        text
        for text in (fields.get("office", ""), share, _short(fields.get("website", ""), detail.line))
        if text
    ]


def _short(text: str, length: int) -> str:
    """The text, or its beginning up to the end of a word; nothing where there is no room at all."""
    if len(text) <= length or not length:
        return text if length else ""
    cut = text[:length]
    return (cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut).rstrip(" ,;.:") + SHORTENED
