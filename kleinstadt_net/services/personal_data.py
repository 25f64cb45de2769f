"""Everything the service knows about a person: for herself to read and to take along, at once.

``SECTIONS`` names every table with something about persons and every column in it. A test holds it against the
models, so that no later table or column can be forgotten: it is shown here, or WITHHELD says why not.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from kleinstadt_net import formats
from kleinstadt_net.database import Base, db
from kleinstadt_net.models import (
    Account,
    AccountSession,
    AuditEntry,
    Consent,
    DigestItem,
    Invitation,
    InvitationSeries,
    Letter,
    LetterCode,
    Membership,
    OneTimeLink,
    OperatorTask,
    RecoveryCode,
    Report,
    Stance,
    StanceDraft,
    Subscription,
    SuggestionAnswer,
    Town,
)

Condition = Callable[[Account], ColumnElement[bool]]

# Shown nowhere: who has it could act as the person, or it says nothing without the service.
WITHHELD = frozenset(
    {
        "accounts.password_hash",
        "accounts.totp_secret",
        "accounts.totp_last_step",
        "account_sessions.key_hash",
        "recovery_codes.code_hash",
        "one_time_links.token_hash",
        "letter_codes.code_hash",
        "letter_codes.membership_id",
        "subscriptions.token",
        "reports.token",
        # How far a letter has come on its way, of no meaning once it has arrived.
        "letters.claim",
        "letters.claimed_at",
        "letters.attempt_started_at",
        "letters.next_try_at",
        # What was decided and by which rule concerns the town; the person who reported reads it by her link.
        "reports.outcome_reason",
        "reports.final_reason",
        "reports.complaint",
    }
)


@dataclass(frozen=True)
class Section:
    """A table, which of its rows are about a person, and what its columns are called in German."""

    title: str
    model: type[Base]
    belongs_to: Condition
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Part:
    """One section of the page: its title and its rows, each as (label, value) pairs without empty values."""

    title: str
    rows: tuple[tuple[tuple[str, str], ...], ...]


SECTIONS = (
    Section(
        "Ihr Konto",
        Account,
        lambda account: Account.id == account.id,
        {
            "email": "E-Mail-Adresse",
            "salutation": "Anrede",
            "first_name": "Vorname",
            "last_name": "Nachname",
            "is_operator": "betreibt das Netz",
            "created_at": "angelegt",
            "confirmed_at": "Adresse bestätigt",
            "seen_on": "letztes Lebenszeichen",
            "inactivity_warnings": "Erinnerungen wegen langer Pause",
            "inactivity_warned_on": "letzte Erinnerung",
            "shows_name": "Name für bestätigte Städte sichtbar",
            "totp_confirmed_at": "zweiter Schritt beim Anmelden eingerichtet",
        },
    ),
    Section(
        "Städte, für die Sie handeln oder gehandelt haben",
        Membership,
        lambda account: Membership.account_id == account.id,
        {
            "town_id": "Stadt",
            "role": "Rolle",
            "state": "Stand",
            "office": "Amt",
            "is_home": "Ihre Stadt im Monatsbrief",
            "requested_at": "angefragt",
            "confirmed_at": "bestätigt",
            "ended_at": "beendet",
        },
    ),
    Section(
        "Einwilligungen",
        Consent,
        lambda account: Consent.account_id == account.id,
        {
            "kind": "wofür",
            "version": "Fassung",
            "wording": "Wortlaut",
            "proof": "gegeben über",
            "given_at": "gegeben",
            "withdrawn_at": "widerrufen",
        },
    ),
    Section(
        "Monatsbrief",
        Subscription,
        lambda account: Subscription.account_id == account.id,
        {
            "frequency": "wie oft",
            "paused_until": "Pause bis",
            "consent_at": "Einwilligung gegeben",
            "consent_wording": "Wortlaut der Einwilligung",
            "changed_at": "zuletzt geändert",
        },
    ),
    Section(
        "Briefe an Sie",
        Letter,
        lambda account: or_(Letter.account_id == account.id, func.lower(Letter.recipient) == account.email),
        {
            "subject": "Betreff",
            "kind": "Art",
            "period": "Zeitraum",
            "recipient": "an",
            "sender": "von",
            "state": "Stand",
            "attempts": "Versuche",
            "created_at": "geschrieben",
            "sent_at": "verschickt",
            "error": "Meldung des Mailservers",
            "key": "Schlüssel",
            "message_id": "Nummer des Briefs",
            "content": "Text",
        },
    ),
    Section(
        "Was der Monatsbrief Ihnen schon erzählt hat",
        DigestItem,
        lambda account: DigestItem.account_id == account.id,
        {"item_key": "Schlüssel der Nachricht", "letter_id": "Brief"},
    ),
    Section(
        "Angaben der Stadt, die Sie zuletzt geändert haben",
        Stance,
        lambda account: Stance.changed_by_id == account.id,
        {
            "town_id": "Stadt",
            "subject": "Thema",
            "state": "Angabe",
            "sentence": "Satz",
            "since": "seit",
            "confirmed_on": "bestätigt",
            "version": "Fassung",
            "changed_at": "geändert",
        },
    ),
    Section(
        "Ihre Entwürfe",
        StanceDraft,
        lambda account: StanceDraft.author_id == account.id,
        {
            "town_id": "Stadt",
            "subject": "Thema",
            "state": "Angabe",
            "sentence": "Satz",
            "since": "seit",
            "confirmed_on": "bestätigt",
            "origin": "übernommen von",
            "created_at": "geschrieben",
        },
    ),
    Section(
        "Antworten auf Vorschläge, die Sie gegeben haben",
        SuggestionAnswer,
        lambda account: SuggestionAnswer.account_id == account.id,
        {"suggestion_id": "Vorschlag", "answer": "Antwort", "via": "gegeben über", "answered_at": "gegeben"},
    ),
    Section(
        "Einladungen von Ihnen und an Sie",
        Invitation,
        lambda account: or_(Invitation.invited_by_id == account.id, Invitation.email == account.email),
        {
            "town_id": "Stadt",
            "email": "an",
            "role": "Rolle",
            "office": "Amt",
            "hands_over": "Übergabe der Verantwortung",
            "created_at": "geschrieben",
            "accepted_at": "angenommen",
            "withdrawn_at": "zurückgezogen",
        },
    ),
    Section(
        "Wo Sie angemeldet sind",
        AccountSession,
        lambda account: AccountSession.account_id == account.id,
        {
            "device": "Gerät",
            "created_at": "angemeldet",
            "seen_on": "zuletzt",
            "reauthenticated_at": "Passwort zuletzt eingegeben",
            "acting_town_id": "handelt für",
        },
    ),
    Section(
        "Ersatzcodes für den zweiten Schritt",
        RecoveryCode,
        lambda account: RecoveryCode.account_id == account.id,
        {"used_at": "benutzt"},
    ),
    Section(
        "Links in unseren Briefen an Sie",
        OneTimeLink,
        lambda account: OneTimeLink.account_id == account.id,
        {"purpose": "Zweck", "target_id": "gehört zu", "expires_at": "gilt bis", "used_at": "benutzt"},
    ),
    Section(
        "Codes, die wir Ihrem Rathaus geschickt haben",
        LetterCode,
        lambda account: LetterCode.membership_id.in_(
            select(Membership.id).where(Membership.account_id == account.id)
        ),
        {"created_at": "erstellt", "expires_at": "gilt bis", "tries": "Fehlversuche", "used_at": "benutzt"},
    ),
    Section(
        "Was Sie gemeldet haben",
        Report,
        lambda account: func.lower(Report.reporter_email) == account.email,
        {
            "path": "Seite",
            "town_id": "Stadt",
            "subject": "Thema",
            "reason": "Grund",
            "explanation": "Erläuterung",
            "reporter_name": "Ihr Name",
            "reporter_email": "Ihre Adresse",
            "state": "Stand",
            "created_at": "gemeldet",
            "outcome": "Entscheidung",
            "decided_at": "entschieden",
            "complained_at": "Beschwerde",
            "final_outcome": "Entscheidung über die Beschwerde",
            "closed_at": "abgeschlossen",
        },
    ),
    Section(
        "Aufgaben des Betreibers, die Sie betreffen",
        OperatorTask,
        lambda account: OperatorTask.account_id == account.id,
        {
            "kind": "Art",
            "town_id": "Stadt",
            "note": "Notiz",
            "created_at": "entstanden",
            "done_at": "erledigt",
        },
    ),
    Section(
        "Einladungen per Post, die Sie angelegt haben",
        InvitationSeries,
        lambda account: InvitationSeries.created_by_id == account.id,
        {"title": "Titel", "created_at": "angelegt"},
    ),
    Section(
        "Protokoll Ihrer Handlungen",
        AuditEntry,
        lambda account: AuditEntry.account_id == account.id,
        {"at": "wann", "action": "was", "town_id": "Stadt", "detail": "Einzelheiten"},
    ),
)
TOWN_COLUMNS = frozenset({"town_id", "acting_town_id"})


def parts(account_id: int) -> tuple[Part, ...]:
    """The sections that hold anything, in German, for the page."""
    return tuple(
        Part(section.title, tuple(_readable(section, row) for row in rows))
        for section, rows in _collect(account_id)
        if rows
    )


def as_json(account_id: int) -> str:
    """Everything as JSON: a list of rows per table, times in UTC."""
    tables = {section.model.__tablename__: rows for section, rows in _collect(account_id)}
    document = {"format": "kleinstadt_net personal data, version 1", **tables}
    return json.dumps(document, ensure_ascii=False, indent=2, default=_json_value) + "\n"


def _collect(account_id: int) -> list[tuple[Section, list[dict[str, Any]]]]:
    account = db.session.get_one(Account, account_id)
    found = [(section, _rows(section, account)) for section in SECTIONS]
    _name_towns(found)
    return found


def _rows(section: Section, account: Account) -> list[dict[str, Any]]:
    columns = [getattr(section.model, name) for name in section.columns]
    query = select(*columns).where(section.belongs_to(account)).order_by(section.model.__table__.c.id)
    rows = [dict(zip(section.columns, row, strict=True)) for row in db.session.execute(query)]
    for row in rows:
        if isinstance(row.get("content"), bytes):
            row["content"] = _text_of(row["content"])
    return rows


def _name_towns(found: list[tuple[Section, list[dict[str, Any]]]]) -> None:
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


def _text_of(content: bytes) -> str:
    """The text twin of a letter as it was sent."""
    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
    return str(body.get_content()) if body is not None else ""


def _readable(section: Section, row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    labelled = ((section.columns[name], _german(value)) for name, value in row.items())
    return tuple((label, value) for label, value in labelled if value)


def _german(value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if isinstance(value, datetime):
        return f"{formats.day(value)}, {formats.time_of(value)} Uhr"
    if isinstance(value, date):
        return formats.day(value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_german(item)}" for name, item in value.items() if item is not None)
    return "" if value is None else str(value)


def _json_value(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value)} has no form in JSON")
