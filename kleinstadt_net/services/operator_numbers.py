"""The numbers of a period, for the operator and whoever pays: by Land and in total, small ones hidden.

What two towns do together counts for the Land of the town that began it. No number is of a single town, and none can
be worked out from the others (``small_counts``).
"""

import csv
import io
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, true, union, union_all

from kleinstadt_net import formats, territory
from kleinstadt_net.database import db
from kleinstadt_net.documents import pdf
from kleinstadt_net.models import (
    Adoption,
    Event,
    Exchange,
    Outcome,
    Practice,
    Question,
    QuestionAnswer,
    Town,
)
from kleinstadt_net.services import installation, small_counts
from kleinstadt_net.services.outcomes import GOOD, HELPED
from kleinstadt_net.services.small_counts import Hidden, Shown

# A period of more months than this is a slip of the keyboard.
MAX_MONTHS = 120
# Of networks, circles and the operator: no town's, so of no Land either.
NO_LAND, NO_LAND_NAME = "", "länderübergreifend"
TOWNS, ACTIVE = "towns", "active"


@dataclass(frozen=True)
class Measure:
    """One thing that is counted: its key, the short head of its column, and what it means in a sentence."""

    key: str
    title: str
    meaning: str


MEASURES = (
    Measure(TOWNS, "Städte dabei", "Städte, die am Ende des Zeitraums mitmachten."),
    Measure(
        ACTIVE, "davon aktiv", "Städte, die im Zeitraum etwas von dem getan haben, was hier gezählt ist."
    ),
    Measure("requests", "Anfragen", "Eine Stadt hat eine andere um ein Gespräch gebeten."),
    Measure("accepted", "Zusagen", "Die gefragte Stadt hat einer solchen Anfrage zugestimmt."),
    Measure("talks", "Gespräche", "Begonnene Gespräche: aus Zusagen, und weil beide Städte es wünschten."),
    Measure("helped", "hat geholfen", "Eine Stadt hat gesagt, dass ihr ein Gespräch geholfen hat."),
    Measure("practices", "Beispiele", "Freigegebene Praxisbeispiele."),
    Measure(
        "adoptions",
        "Nachahmungen",
        "Eine Stadt setzt das Beispiel einer anderen bei sich um oder hat es vor.",
    ),
    Measure("questions", "Fragen", "Fragen in die Runde."),
    Measure("answers", "Antworten", "Antworten anderer Städte darauf."),
    Measure("events", "Termine", "Veranstaltungen von Städten, Netzwerken, Lernkreisen und dem Betreiber."),
)

_REQUESTED = Exchange.origin != "wishes"
_ASKER = select(Question.town_id).where(Question.id == QuestionAnswer.question_id).scalar_subquery()
# By measure: whose it is, when it happened, and what else must be.
_SOURCES: dict[str, tuple[Any, Any, ColumnElement[bool]]] = {
    "requests": (Exchange.town_id, Exchange.requested_at, _REQUESTED),
    "accepted": (Exchange.town_id, Exchange.accepted_at, _REQUESTED),
    "talks": (Exchange.town_id, Exchange.accepted_at, true()),
    "helped": (
        Outcome.town_id,
        Outcome.answered_at,
        and_(Outcome.question == HELPED, Outcome.answer == GOOD),
    ),
    "practices": (Practice.town_id, Practice.released_at, true()),
    "adoptions": (Adoption.town_id, Adoption.created_at, Adoption.state != "given_up"),
    "questions": (Question.town_id, Question.asked_at, true()),
    "answers": (QuestionAnswer.town_id, QuestionAnswer.created_at, QuestionAnswer.town_id != _ASKER),
    "events": (Event.town_id, Event.starts_at, Event.state == "announced"),
}


@dataclass(frozen=True)
class Period:
    """Whole months, both included, such as "2026-01" to "2026-06".

    Raises ValueError where one is no month, the first is after the last, or there are too many.
    """

    first: str
    last: str

    def __post_init__(self) -> None:
        if not 1 <= self._months <= MAX_MONTHS:
            raise ValueError(f"no period: {self.first} to {self.last}")

    @property
    def _months(self) -> int:
        first, last = formats.first_day(self.first), formats.first_day(self.last)
        return (last.year - first.year) * 12 + last.month - first.month + 1

    @property
    def title(self) -> str:
        """ "Januar 2026 bis Juni 2026", or the one month."""
        names = dict.fromkeys((formats.month(self.first), formats.month(self.last)))
        return " bis ".join(names)

    @property
    def since(self) -> datetime:
        """The moment it begins in Germany."""
        return _moment(formats.first_day(self.first))

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return _moment(self.after)

    @property
    def after(self) -> date:
        """The first day after it."""
        last = formats.first_day(self.last)
        return date(last.year + last.month // 12, last.month % 12 + 1, 1)


@dataclass(frozen=True)
class Row:
    """The numbers of a Land, or of all together, in the order of the measures."""

    name: str
    counts: tuple[Shown, ...]


@dataclass(frozen=True)
class Numbers:
    """Everything of a period; Länder of which no town took part are left out."""

    period: Period
    rows: tuple[Row, ...]
    total: Row


def of_period(period: Period) -> Numbers:
    """Count a period: three queries, however many towns."""
    counted = _counted(period)
    counted[ACTIVE] = _by_land(_active(period))
    counted[TOWNS] = _by_land(_taking_part(period))
    seen = {land for counts in counted.values() for land in counts}
    lands = [key for key in territory.LAENDER if key in seen] + [NO_LAND] * (NO_LAND in seen)
    columns = [small_counts.protected([counted[measure.key][land] for land in lands]) for measure in MEASURES]
    return Numbers(
        period=period,
        rows=tuple(
            Row(_name(land), tuple(parts[place] for parts, _ in columns)) for place, land in enumerate(lands)
        ),
        total=Row("zusammen", tuple(total for _, total in columns)),
    )


def as_csv(numbers: Numbers) -> str:
    """The table as spreadsheet programs open it here: semicolons, and a mark that it is UTF-8."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";")
    writer.writerow([numbers.period.title, *(measure.title for measure in MEASURES)])
    for row in (*numbers.rows, numbers.total):
        writer.writerow([row.name, *(_plain(count) for count in row.counts)])
    return "\ufeff" + written.getvalue()


def sheet(numbers: Numbers) -> dict[str, Any]:
    """What ``documents/_numbers.html`` asks for."""
    shown = (count for row in (*numbers.rows, numbers.total) for count in row.counts)
    return {
        "numbers": numbers,
        "measures": MEASURES,
        "hides": any(isinstance(count, Hidden) for count in shown),
        "is_invented": installation.is_demonstration(),
    }


def paper(numbers: Numbers) -> bytes:
    """The report as a tagged PDF of one page. Raises documents.pdf.PdfUnavailable where none can be drawn."""
    return pdf.render("numbers", sheet(numbers))


def can_make_paper() -> bool:
    """Whether this machine can draw PDF."""
    return pdf.is_available()


def _counted(period: Period) -> defaultdict[str, Counter[str]]:
    """By measure and Land what happened in the period: one query."""
    told = union_all(*(_happened(key, period) for key in _SOURCES)).subquery()
    land = func.coalesce(Town.land, NO_LAND)
    rows = db.session.execute(
        select(told.c.measure, land, func.count())
        .outerjoin_from(told, Town, Town.id == told.c.town_id)
        .group_by(told.c.measure, land)
    )
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for measure, key, count in rows:
        found[measure][key] = count
    return found


def _happened(key: str, period: Period) -> Select[Any]:
    town_id, at, condition = _SOURCES[key]
    query = select(literal_column(f"'{key}'").label("measure"), town_id.label("town_id"))
    return query.where(at >= period.since, at < period.until, condition)


def _active(period: Period) -> Select[str, int]:
    """Towns that did something themselves: who agrees to a talk does as well as who asks for one."""
    doing = [_happened(key, period).with_only_columns(_SOURCES[key][0].label("town_id")) for key in _SOURCES]
    agreeing = select(Exchange.peer_id.label("town_id")).where(
        Exchange.accepted_at >= period.since, Exchange.accepted_at < period.until
    )
    acting = union(*doing, agreeing).subquery()
    return _taking_part(period).where(Town.id.in_(select(acting.c.town_id)))


def _taking_part(period: Period) -> Select[str, int]:
    return (
        select(Town.land, func.count().label("towns"))
        .where(
            Town.joined_on < period.after,
            or_(Town.gone_on.is_(None), Town.gone_on >= period.after),
        )
        .group_by(Town.land)
    )


def _by_land(query: Select[str, int]) -> Counter[str]:
    return Counter({row.land: row.towns for row in db.session.execute(query)})


def _name(land: str) -> str:
    return territory.LAENDER[land].name if land else NO_LAND_NAME


def _plain(count: Shown) -> str:
    return count.value if isinstance(count, Hidden) else str(count)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time.min, territory.TIME_ZONE).astimezone(UTC)
