"""Informationsvorlage (Entwurf): an example of another town as a paper for one's own council."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from kleinstadt_net import clock, formats
from kleinstadt_net.database import db
from kleinstadt_net.documents import office, pdf
from kleinstadt_net.documents.papers import (
    INVENTED,
    Block,
    Gap,
    Grid,
    Items,
    Paper,
    Paragraph,
    Section,
    plain,
    text_blocks,
)
from kleinstadt_net.models import Town, TownFigure
from kleinstadt_net.services import adoptions, installation, practices, towns, urls
from kleinstadt_net.services.directory_filters import Reader
from kleinstadt_net.services.practice_content import Content
from kleinstadt_net.services.practices import PracticePage
from kleinstadt_net.services.towns import Figure
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.vocabulary import COST_BANDS, DURATIONS, INSTRUMENTS

TITLE = "Informationsvorlage (Entwurf)"
TEXT_LENGTH = 3000
COMMITTEE_LENGTH = 200
GAP_LINES = 6
ODT, DOCX, PDF = "odt", "docx", "pdf"
TYPES = {ODT: office.ODT_TYPE, DOCX: office.DOCX_TYPE, PDF: "application/pdf"}
UNKNOWN = "keine Angabe"


class UnknownPracticeError(LookupError):
    """No released example of another town that this town may read."""


@dataclass(frozen=True)
class Additions:
    """What the town hall adds; nothing of it is stored.

    ``with_failures``: take over what did not work, which is for confirmed towns and not for a public session.
    """

    committee: str = ""
    situation: str = ""
    money: str = ""
    risks: str = ""
    with_failures: bool = False


@dataclass(frozen=True)
class Draft:
    """The paper and what its page says about it."""

    practice_id: int
    example: str
    example_town: str
    slug: str
    has_failures: bool
    paper: Paper


def can_make_pdf() -> bool:
    """Whether this machine can draw PDF."""
    return pdf.is_available()


def draft(practice_id: int, town_id: int, town: str, additions: Additions) -> Draft:
    """The paper for the council of ``town``, the name of the acting town. Raises UnknownPracticeError."""
    page = practices.page(practice_id, Reader(town_id, verified=True))
    if page is None or page.state != practices.RELEASED:
        raise UnknownPracticeError(practice_id)
    try:
        example = adoptions.example(practice_id)
    except adoptions.UnknownPracticeError as unknown:
        raise UnknownPracticeError(practice_id) from unknown
    figures, laender = _figures({town_id, example.town_id}), (_land(town_id), example.land)
    grid, sources = _figures_side_by_side(
        (town, example.town), laender, (figures.get(town_id), figures.get(example.town_id))
    )
    content = page.content
    sections = (
        Section("Sachverhalt", (*_situation(content, town, example.town, additions), grid, *sources)),
        Section("Beispiel", _example(content, page, example.town)),
        Section("Aufwand und Finanzierung", _effort(content, town, example.town, additions)),
        Section("Risiken", _risks(content, town, example.town, laender, additions)),
        Section("Beschlussvorschlag", (Gap(GAP_LINES),)),
    )
    paper = Paper(
        title=TITLE,
        subtitle=f"{content.title}: ein Beispiel aus {example.town}",
        facts=_facts(town, additions),
        sections=sections,
        author=town,
        made_on=clock.today(),
    )
    return Draft(practice_id, content.title, example.town, example.slug, bool(content.failures), paper)


def file(made: Draft, kind: str) -> bytes:
    """The paper as a file of one of ``TYPES``. Raises PdfUnavailable where no PDF can be drawn, KeyError."""
    if kind == PDF:
        return pdf.render("paper", {"paper": made.paper})
    return {ODT: office.odt, DOCX: office.docx_file}[kind](made.paper)


def _facts(town: str, additions: Additions) -> tuple[tuple[str, str], ...]:
    facts = [("Stadt", town), ("Gremium und Sitzung", additions.committee or "noch offen")]
    facts.append(("Stand", formats.day(clock.today())))
    if installation.is_demonstration():
        facts.append(INVENTED)
    return tuple(facts)


def _situation(content: Content, town: str, other: str, additions: Additions) -> list[Block]:
    own = text_blocks(additions.situation) or [Paragraph(f"Bitte ergänzen: So ist die Lage in {town}.")]
    return [
        Paragraph(f"{other} stand vor dieser Aufgabe:"),
        *text_blocks(content.problem),
        Paragraph(f"Lage in {town}:"),
        *own,
    ]


def _example(content: Content, page: PracticePage, other: str) -> tuple[Block, ...]:
    blocks: list[Block] = [Paragraph(f"{other} ist so vorgegangen:")]
    if content.steps:
        blocks.append(Items(tuple(plain(step) for step in content.steps), is_numbered=True))
    named = (
        ("Zeitraum", _period(content)),
        ("Dauer", DURATIONS.get(content.duration or "", "")),
        ("Mittel", INSTRUMENTS.get(content.instrument or "", "")),
        ("Partner in der Stadt", content.partners_inside),
        ("Partner darüber hinaus", content.partners_outside),
        ("Rechtsgrundlage", content.legal_basis),
        ("Auskunft gibt", f"{content.contact_office} in {other}" if content.contact_office else ""),
    )
    blocks += _named(named)
    address = urls.absolute(practices.PATH.format(practice_id=page.practice_id))
    blocks.append(
        Paragraph(
            f"Quelle: Selbsteinschätzung der Stadt {other}, abgerufen am "
            f"{formats.day(clock.today())} unter {address}",
            is_note=True,
        )
    )
    return tuple(blocks)


def _effort(content: Content, town: str, other: str, additions: Additions) -> tuple[Block, ...]:
    funding = content.funding or {None: "", True: "ja", False: "keine"}[content.is_funded]
    named = (
        (f"Kosten in {other}", COST_BANDS.get(content.cost_band or "", UNKNOWN)),
        (f"Personal in {other}", content.staff or UNKNOWN),
        (f"Förderung in {other}", funding or UNKNOWN),
    )
    own = text_blocks(additions.money) or [
        Paragraph("Bitte ergänzen: Kosten im eigenen Haushalt, Personal und mögliche Förderung.")
    ]
    return (*_named(named), Paragraph(f"Für {town}:"), *own)


def _risks(
    content: Content, town: str, other: str, laender: tuple[str, str], additions: Additions
) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if content.success_factors:
        blocks += [Paragraph(f"In {other} hing der Erfolg davon ab:"), *text_blocks(content.success_factors)]
    if content.failures and additions.with_failures:
        blocks += [Paragraph(f"In {other} hat nicht funktioniert:"), *text_blocks(content.failures)]
        blocks.append(
            Paragraph(
                f"Diese Angabe hat {other} nur für Städte gemacht, die im Netz bestätigt sind. "
                "Bitte nur nichtöffentlich beraten.",
                is_note=True,
            )
        )
    own_land, other_land = map(_land_name, laender)
    if UNKNOWN not in (own_land, other_land) and own_land != other_land:
        blocks.append(
            Paragraph(
                f"{other} liegt in einem anderen Land ({other_land}). Kommunalrecht und Förderung in {own_land} "
                "sind gesondert zu prüfen."
            )
        )
    blocks += text_blocks(additions.risks)
    return tuple(blocks) or (Paragraph(f"Bitte ergänzen: Was könnte in {town} schwierig werden?"),)


def _land_name(key: str) -> str:
    return LAENDER[key].name if key in LAENDER else UNKNOWN


def _land(town_id: int) -> str:
    return db.session.scalars(select(Town.land).where(Town.id == town_id)).one()


def _figures(town_ids: set[int]) -> dict[int, Figure | None]:
    rows: dict[int, list[TownFigure]] = {}
    for row in db.session.scalars(select(TownFigure).where(TownFigure.town_id.in_(town_ids))):
        rows.setdefault(row.town_id, []).append(row)
    return {town_id: towns.figure_of(found) for town_id, found in rows.items()}


def _figures_side_by_side(
    names: tuple[str, str], laender: tuple[str, str], figures: tuple[Figure | None, Figure | None]
) -> tuple[Grid, list[Block]]:
    """The facts of both towns in a table, and where each comes from below it; what nobody knows is left out."""
    columns = [(_land_name(land), *_column(figure)) for land, figure in zip(laender, figures, strict=True)]
    titles = ("Land", "Einwohner", "Fläche", "Einwohner je km²", "Veränderung der Einwohnerzahl im Jahr")
    told = ((title, *(column[row] for column in columns)) for row, title in enumerate(titles))
    rows = tuple(row for row in told if set(row[1:]) != {UNKNOWN})
    sources = [
        Paragraph(f"{name}: {_source(figure)}", is_note=True)
        for name, figure in zip(names, figures, strict=True)
        if figure
    ]
    return Grid("Beide Städte in Zahlen", ("Angabe", *names), rows), list(sources)


def _column(figure: Figure | None) -> tuple[str, str, str, str]:
    if figure is None:
        return (UNKNOWN,) * 4
    quality = "Schätzwert" if figure.is_estimate else f"amtlich, {formats.day(figure.population_on)}"
    return (
        f"{formats.number(figure.population)} ({quality})",
        f"{formats.number(figure.area_km2, 1)} km²" if figure.area_km2 else UNKNOWN,
        formats.number(figure.density) if figure.density is not None else UNKNOWN,
        formats.signed_percent(figure.growth) if figure.growth is not None else UNKNOWN,
    )


def _source(figure: Figure) -> str:
    parts = [f"Quelle {figure.source}"]
    if figure.area_source and figure.area_source != figure.source:
        parts.append(f"Fläche: {figure.area_source}")
    if figure.growth_from:
        parts.append(f"Veränderung im Mittel seit {formats.day(figure.growth_from)}")
    return "; ".join(parts)


def _named(pairs: Iterable[tuple[str, Any]]) -> list[Block]:
    return [Paragraph(f"{name}: {value}") for name, value in pairs if value]


def _period(content: Content) -> str:
    began, ended = (_year_or_month(value) for value in (content.began_on, content.ended_on))
    if began and ended:
        return f"{began} bis {ended}"
    return f"seit {began}" if began else (f"bis {ended}" if ended else "")


def _year_or_month(value: str | None) -> str:
    if not value:
        return ""
    return formats.month(value) if "-" in value else value
