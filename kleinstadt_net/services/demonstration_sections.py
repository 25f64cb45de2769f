"""Invented sections for the invented towns of the demonstration; nobody real has written any of them."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Section, SectionDraft, SectionVersion
from kleinstadt_net.profile.fields import PUBLIC, VERIFIED
from kleinstadt_net.vocabulary import THESES

SEED = 410
# In the order of the invented names; the first town has written them all.
FULL_TOWN, TOWN_WITH_DRAFT = 0, 0
EDITOR_EMAIL = "jonas.wieland@ellernrode.example"


def project(
    title: str, aim: str, state: str, months: tuple[int, int], result: str, *, quick: bool = False
) -> Any:
    """A project; ``months`` are its beginning and its first result, counted from the present month."""
    told = {"title": title, "aim": aim, "state": state, "months": months, "result": result}
    return {**told, "quick": True} if quick else told


# By thesis: fields and text; a town draws one of them.
BANK: dict[str, tuple[tuple[dict[str, Any], str], ...]] = {
    "t01": (
        (
            {
                "strengths": [{"text": "Bahnhof mitten in der Stadt"}, {"text": "Starke Vereine"}],
                "weaknesses": [{"text": "Viele Hausbesitzer wohnen weit weg"}],
                "unmistakable": "Der Markt am Fluss und das **Lichterfest** im Oktober.",
            },
            "Alle zwei Jahre fragen wir 400 zufällig ausgewählte Menschen, was gut läuft und was nicht.",
        ),
        (
            {
                "strengths": [{"text": "Kurze Wege ins Grüne"}, {"text": "Drei Ausbildungsbetriebe im Ort"}],
                "unmistakable": "Fachwerk, das bewohnt ist und nicht nur fotografiert wird.",
            },
            "",
        ),
    ),
    "t02": (
        (
            {
                "housing": "Mietwohnungen zwischen 6 und 7 Euro je Quadratmeter, Häuser mit Garten.",
                "cohesion": "Im Begegnungscafé treffen sich jeden Donnerstag Alt und Neu.",
                "living": "- Grundschule und Hausarzt im Ort\n- zum See zehn Minuten mit dem Rad",
            },
            "",
        ),
        (
            {"living": "Morgens hört man die Bäckerin, nicht die Straße."},
            "Neue bekommen für ein Jahr eine Patin.",
        ),
    ),
    "t03": (
        (
            {
                "formats": [
                    {
                        "format": "Bürgerwerkstatt Marktplatz",
                        "year": 2024,
                        "outcome": "Bänke, Bäume und Wasser sind gebaut; die Parkplätze blieben.",
                    },
                    {
                        "format": "Offene Ratsstunde",
                        "year": 2025,
                        "outcome": "Jede Frage bekommt binnen sechs Wochen eine Antwort.",
                    },
                ]
            },
            "Was nicht geht, sagen wir sofort und mit Grund.",
        ),
        (
            {
                "formats": [
                    {
                        "format": "Haushalt zum Mitreden",
                        "year": 2023,
                        "outcome": "Nur 40 haben mitgemacht; wir versuchen es mit Hausbesuchen.",
                    }
                ]
            },
            "",
        ),
    ),
    "t04": (
        (
            {
                "formats": [{"format": "Jugendforum mit 8.000 Euro", "year": 2024}],
                "wishes": [
                    {"wish": "Ein Platz zum Skaten", "outcome": "Seit Mai offen, selbst geplant."},
                    {"wish": "Bus bis 23 Uhr", "outcome": "Freitags fährt er; der Landkreis prüft den Rest."},
                ],
            },
            "",
        ),
    ),
    "t05": (
        ({"office": "Stabsstelle Stadtentwicklung", "share": 0.5, "reports_to": "mayor"}, ""),
        (
            {"office": "Bauamt, Sachgebiet Planung", "share": 0.25, "reports_to": "department"},
            "Die andere Hälfte der Stelle teilen wir mit der Nachbarstadt.",
        ),
    ),
    "t06": (
        (
            {
                "used": [
                    {
                        "who": "Hochschule, Entwurfsseminar",
                        "year": 2023,
                        "outcome": "Zwölf Entwürfe für die Brauerei, einer wird gebaut.",
                    }
                ],
                "wanted": [{"text": "Jemand, der mit frischem Blick durch unsere Hauptstraße geht"}],
            },
            "",
        ),
    ),
    "t07": (
        (
            {
                "vision": "2035 erledigt man hier alles Wichtige zu Fuß und trifft dabei jemanden.",
                "projects": [
                    project(
                        "Wohnen im Amtsgericht",
                        "Zwölf barrierefreie Wohnungen im Kern",
                        "running",
                        (-22, 4),
                        "Musterwohnung",
                    ),
                    project(
                        "Nahwärme Altstadt",
                        "140 Häuser ohne eigenen Kessel",
                        "running",
                        (-14, -2),
                        "Schule und Bad hängen am Netz",
                    ),
                    project(
                        "Haus der Vereine",
                        "Ein Dach für elf Vereine",
                        "planned",
                        (3, 20),
                        "Probebetrieb im Saal",
                    ),
                ],
            },
            "",
        ),
    ),
    "t08": (
        (
            {
                "projects": [
                    project(
                        "Sommerplatz",
                        "Sitzen statt parken",
                        "done",
                        (-7, -6),
                        "Drei Buchten in zwei Wochen umgebaut",
                        quick=True,
                    ),
                    project(
                        "Glasfaser Ortsteile",
                        "Netz in alle Dörfer",
                        "visible",
                        (-18, -3),
                        "Zwei Dörfer sind dran",
                    ),
                ]
            },
            "Der Stand hängt als Plan im Rathausflur und steht auf unserer Seite.",
        ),
        (
            {
                "projects": [
                    project(
                        "Ladenlokal auf Probe",
                        "Leben im leeren Laden",
                        "visible",
                        (-10, -8),
                        "Der vierte Betreiber ist geblieben",
                        quick=True,
                    )
                ]
            },
            "",
        ),
    ),
    "t09": (
        (
            {
                "inside": [
                    {"partner": "Gewerbeverein", "does": "Gemeinsame Öffnungszeiten im Advent"},
                    {"partner": "Gesamtschule", "does": "Schülerfirma betreibt das Café im Rathaus"},
                ],
                "outside": [{"partner": "Nachbarstadt", "does": "Gemeinsame Vergabestelle"}],
            },
            "",
        ),
    ),
    "t10": (
        (
            {
                "offers": [{"text": "Ein Nachmittag im Nahwärmenetz, mit allen Zahlen"}],
                "asks": [{"text": "Eine Satzung für den Rufbus, die schon einmal geprüft wurde"}],
            },
            "",
        ),
    ),
}


def insert_sections(ids: Sequence[int], today: date) -> None:
    """Write sections for the towns with these ids, in the order of the invented names; in the running transaction."""
    draw = random.Random(SEED)
    rows = [
        _section(draw, town_id, thesis, today)
        for number, town_id in enumerate(ids)
        for thesis in (THESES if number == FULL_TOWN else draw.sample(list(THESES), draw.randint(1, 5)))
    ]
    db.session.execute(insert(Section), rows)
    versions = [{name: value for name, value in row.items() if name != "confirmed_on"} for row in rows]
    db.session.execute(insert(SectionVersion), versions)
    _let_one_wait(ids[TOWN_WITH_DRAFT])


def _section(draw: random.Random, town_id: int, thesis: str, today: date) -> dict[str, Any]:
    fields, text = draw.choice(BANK[thesis])
    confirmed_on = today - timedelta(days=int(draw.triangular(2, 470, 80)))
    return {
        "town_id": town_id,
        "thesis": thesis,
        "fields": {key: _with_months(value, today) for key, value in fields.items()},
        "text": text,
        "visibility": VERIFIED if draw.random() < 0.1 else PUBLIC,
        "confirmed_on": confirmed_on,
        "version": 1,
        "changed_at": clock.now(),
    }


def _with_months(value: Any, today: date) -> Any:
    if not isinstance(value, list):
        return value
    return [_dated(row, today) if "months" in row else row for row in value]


def _dated(row: dict[str, Any], today: date) -> dict[str, Any]:
    begins, shows = (_month(today, distance) for distance in row["months"])
    kept = {key: value for key, value in row.items() if key != "months"}
    return {**kept, "begins": begins, "result_month": shows}


def _month(today: date, distance: int) -> str:
    year, month = divmod(today.year * 12 + today.month - 1 + distance, 12)
    return f"{year}-{month + 1:02d}"


def _let_one_wait(town_id: int) -> None:
    editor = db.session.scalar(select(Account.id).where(Account.email == EDITOR_EMAIL))
    stored = db.session.scalars(
        select(Section).where(Section.town_id == town_id, Section.thesis == "t03")
    ).one()
    db.session.add(
        SectionDraft(
            town_id=town_id,
            thesis="t03",
            fields={"formats": [*stored.fields["formats"], {"format": "Rundgang mit dem Rat", "year": 2026}]},
            text=stored.text,
            visibility=PUBLIC,
            author_id=editor,
            created_at=clock.now(),
        )
    )
