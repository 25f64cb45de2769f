"""Everything the service knows about a person: for herself to read and to take along, at once."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from sqlalchemy import select

from kleinstadt_net import formats
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Town
from kleinstadt_net.profile.fields import VISIBILITY_TITLES
from kleinstadt_net.security.tokens import TOKEN_BYTES
from kleinstadt_net.services.personal_kept import Kept
from kleinstadt_net.services.personal_sections import SECTIONS
from kleinstadt_net.vocabulary import (
    ANSWER_TITLES,
    AUDIT_TITLES,
    DECLINE_REASONS,
    FORMER_OUTCOMES,
    NOTIFICATION_KINDS,
    NOTIFICATION_MODES,
    OUTCOME_QUESTIONS,
    REPORT_REASONS,
    REPORT_TARGETS,
    ROLE_TITLES,
    STATE_TITLES,
    SUBJECTS,
    THESES,
    WISH_TITLES,
)

# Codes in words, by the column they stand in; a code without a word is shown as it is.
WORDS: Mapping[str, Mapping[str, str]] = {
    "role": ROLE_TITLES,
    "answer": ANSWER_TITLES,
    "action": AUDIT_TITLES,
    "subject": {key: subject.title for key, subject in SUBJECTS.items()},
    "topics": {key: subject.title for key, subject in SUBJECTS.items()},
    "thesis": {key: thesis.title for key, thesis in THESES.items()},
    "visibility": VISIBILITY_TITLES,
    "state": {
        **{state.value: title for state, title in STATE_TITLES.items()},
        "none": "soll zurückgenommen werden",
        "pending": "offen",
        "confirmed": "bestätigt",
        "ended": "beendet",
        "claimed": "wird gerade verschickt",
        "sent": "verschickt",
        "failed": "nicht zugestellt",
        "unknown": "ungewiss, wird erneut versucht",
        "kept": "nur zum Lesen im Netz",
        "open": "offen",
        "decided": "entschieden",
        "complained": "Beschwerde eingelegt",
        "closed": "abgeschlossen",
    },
    "frequency": {"monthly": "einmal im Monat", "quarterly": "einmal im Vierteljahr", "off": "gar nicht"},
    "via": {"page": "die Seite Vorschläge", "letter": "den Brief"},
    "proof": {
        "sign_up": "die Registrierung",
        "invitation": "die Annahme einer Einladung",
        "account_page": "die Seite Ihres Kontos",
        "letter_link": "den Link in einem Monatsbrief",
        "confirmed": "den Link in einem Brief an Sie",
        "carried_over": "Ihre Bestellung des Monatsbriefs",
    },
    "outcome": {
        "kept": "bleibt stehen",
        "removed": "entfernt",
        "town_suspended": "Stadt gesperrt",
        "written": "Brief geschrieben",
        "nothing_new": "nichts Neues, kein Brief",
        "pause_asked": "gefragt, ob der Brief pausieren soll",
        **OUTCOME_QUESTIONS["helped"],
        **OUTCOME_QUESTIONS["became"],
        **FORMER_OUTCOMES,
    },
    "question": {"helped": "Hat es geholfen?", "became": "Was ist daraus geworden?"},
    "reason": {**REPORT_REASONS, **DECLINE_REASONS},
    "target_kind": REPORT_TARGETS,
    "wishes": WISH_TITLES,
    "mode": NOTIFICATION_MODES,
    "purpose": {
        "sign_up": "Registrierung bestätigen",
        "password": "Passwort setzen",
        "email_change": "neue Adresse bestätigen",
        "address_again": "bestätigen, dass eine Adresse wieder erreichbar ist",
        "invitation": "von Ihnen verschickte Einladung",
        "answer": "auf einen Vorschlag antworten",
        "outcome": "sagen, was aus einem Gespräch geworden ist",
        "report_town": "Entscheidung über eine Meldung lesen",
        "still_here": "Konto behalten",
    },
    "kind": {
        "house_rules": "Hausregeln",
        "show_name": "Name für bestätigte Städte",
        "digest": "Monatsbrief",
        **NOTIFICATION_KINDS,
        "hard": "Adresse nicht erreichbar",
        "soft": "zurzeit nicht zustellbar",
        "complaint": "Beschwerde",
        "asked": "auf Ihren Wunsch",
        "operator": "durch den Betreiber",
        "missing_town": "fehlende Stadt",
        "last_lead_inactive": "Profilverantwortung ohne Lebenszeichen",
        "last_lead_leaves": "Profilverantwortung geht",
    },
}


@dataclass(frozen=True)
class Part:
    """One section of the page: its title and its rows, each as (label, value) pairs without empty values."""

    title: str
    rows: tuple[tuple[tuple[str, str], ...], ...]


TOWN_COLUMNS = frozenset({"town_id", "peer_id", "acting_town_id"})
# What a link of a letter opens, it opens for everybody who reads the file, an operator who printed it included.
OPENING = re.compile(rf"(https?://\S*?/)[\w-]{{{TOKEN_BYTES * 4 // 3}}}(?![\w-])")


def parts(account_id: int) -> tuple[Part, ...]:
    """The sections that hold anything, in German, for the page."""
    return tuple(
        Part(section.title, tuple(_readable(section, row) for row in rows))
        for section, rows in _collect(account_id)
        if rows
    )


def as_json(account_id: int) -> str:
    """Everything as JSON: a list of rows per table, times in UTC.

    A table with more than one section has the rows of all of them, each with what its section tells.
    """
    tables: dict[str, list[dict[str, Any]]] = {}
    for section, rows in _collect(account_id):
        tables.setdefault(section.model.__tablename__, []).extend(rows)
    document = {"format": "kleinstadt_net personal data, version 1", **tables}
    return json.dumps(document, ensure_ascii=False, indent=2, default=_json_value) + "\n"


def _collect(account_id: int) -> list[tuple[Kept, list[dict[str, Any]]]]:
    account = db.session.get_one(Account, account_id)
    found = [(section, _rows(section, account)) for section in SECTIONS]
    _name_towns(found)
    return found


def _rows(section: Kept, account: Account) -> list[dict[str, Any]]:
    columns = [getattr(section.model, name) for name in section.columns]
    query = select(*columns).where(section.belongs_to(account)).order_by(section.model.__table__.c.id)
    rows = [dict(zip(section.columns, row, strict=True)) for row in db.session.execute(query)]
    for row in rows:
        if isinstance(row.get("content"), bytes):
            row["content"] = OPENING.sub(r"\1…", text_of(row["content"]))
    return rows


def _name_towns(found: list[tuple[Kept, list[dict[str, Any]]]]) -> None:
    """Towns by name and AGS instead of numbers that mean nothing outside."""
    cells = [
        (row, name)
        for _, rows in found
        for row in rows
        for name in TOWN_COLUMNS & row.keys()
        if row[name] is not None
    ]
    ids = {row[name] for row, name in cells}
    towns = db.session.execute(select(Town.id, Town.name, Town.ags).where(Town.id.in_(ids))).all()
    named = {town_id: f"{name} ({ags})" for town_id, name, ags in towns}
    for row, name in cells:
        row[name] = named[row[name]]


def text_of(content: bytes) -> str:
    """The text twin of a letter as it was sent."""
    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
    return str(body.get_content()) if body is not None else ""


def _readable(section: Kept, row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    labelled = ((section.columns[name], _worded(name, value)) for name, value in row.items())
    return tuple((label, value) for label, value in labelled if value)


def _worded(column: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_worded(column, item) for item in value)
    words = WORDS.get(column.removeprefix("final_"), {})
    return words.get(value, _german(value)) if isinstance(value, str) else _german(value)


def _german(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, datetime):
        return f"{formats.day(value)}, {formats.time_of(value)}"
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_german(item)}" for name, item in value.items() if item is not None)
    return "" if value is None else str(value)


def _json_value(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value)} has no form in JSON")
