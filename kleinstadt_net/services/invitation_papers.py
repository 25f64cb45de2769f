"""The letters of a series as they are printed: each with towns like the one it goes to."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.documents import pdf
from kleinstadt_net.matching import ranking
from kleinstadt_net.matching.similarity import distance_km
from kleinstadt_net.models import Town, TownAddress
from kleinstadt_net.services import letterhead, outreach, snapshot, town_cards, urls
from kleinstadt_net.services.invitation_series import OBJECTION_PATH, LetterRow, SeriesPage
from kleinstadt_net.services.town_cards import TownCard

NEIGHBOURS = 5


@dataclass(frozen=True)
class Paper:
    """One printed letter; ``address_source`` says where the address comes from, or else the town's name alone."""

    town: str
    address_lines: tuple[str, ...]
    address_source: str
    has_address: bool
    code: str
    neighbours: tuple[TownCard, ...]
    join_at: str
    object_at: str


def context(page: SeriesPage) -> dict[str, Any]:
    """What the document, or the page printed from a browser, shows: the letterhead and every letter to print."""
    return {**letterhead.context(), "title": page.row.title, "papers": papers(page)}


def as_pdf(page: SeriesPage) -> bytes:
    """All letters in one file. Raises PdfUnavailable where the machine cannot make one."""
    return pdf.render("invitation_series", context(page))


def papers(page: SeriesPage) -> list[Paper]:
    """The letters of all towns one may still write to: four queries, however many."""
    letters = [letter for letter in page.letters if letter.left_out is None]
    addresses = _addresses([letter.town_id for letter in letters])
    neighbours = _neighbours([letter.town_id for letter in letters])
    return [_paper(letter, *addresses[letter.town_id], neighbours[letter.town_id]) for letter in letters]


def _paper(letter: LetterRow, lines: tuple[str, ...], source: str, neighbours: tuple[TownCard, ...]) -> Paper:
    return Paper(
        town=letter.name,
        address_lines=lines,
        address_source=source,
        has_address=letter.has_address,
        code=letter.code,
        neighbours=neighbours,
        join_at=urls.absolute(outreach.JOIN_PATH.format(ags=letter.ags)),
        object_at=urls.absolute(OBJECTION_PATH.format(token=letter.code)),
    )


def _addresses(town_ids: list[int]) -> dict[int, tuple[tuple[str, ...], str]]:
    """Lines and source of each address; where none is known, what the register says of the town."""
    rows = db.session.execute(
        select(Town, TownAddress)
        .outerjoin(TownAddress, TownAddress.town_id == Town.id)
        .where(Town.id.in_(town_ids))
    )
    return {town.id: _address(town, address) for town, address in rows}


def _address(town: Town, known: TownAddress | None) -> tuple[tuple[str, ...], str]:
    if known is None:
        place = f"{town.postcode or ''} {town.name}".strip()
        return (town.name_official, "Rathaus", place), town.register_source
    return (known.recipient, known.street, f"{known.postcode} {known.place}"), known.source


def _neighbours(town_ids: list[int]) -> dict[int, tuple[TownCard, ...]]:
    """The towns taking part that are most like each of these, by figures and place alone."""
    picture = snapshot.current()
    candidates = picture.taking_part & picture.listed
    nearest = {
        town_id: [
            int(picture.ids[row])
            for row in ranking.rank(
                picture.features, picture.rows[town_id], candidates=candidates, limit=NEIGHBOURS
            ).rows
        ]
        for town_id in town_ids
    }
    named = town_cards.cards(picture, {other for others in nearest.values() for other in others})
    return {
        town_id: tuple(_seen_from(picture, town_id, named[other]) for other in others)
        for town_id, others in nearest.items()
    }


def _seen_from(picture: snapshot.Snapshot, town_id: int, card: TownCard) -> TownCard:
    own, other = picture.rows[town_id], picture.rows[card.town_id]
    return replace(card, distance_km=distance_km(picture.features, own, other))
