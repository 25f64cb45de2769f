"""Where the service keeps something about a person: every table, which rows are hers, every column in German.

A test holds this against the models, so that no later table or column can be forgotten: it is shown, or WITHHELD
says why not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from kleinstadt_net.database import Base
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
        # May be the town's; her own she reads by the link of her report.
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
            "outcome_reason": "Begründung",
            "decided_at": "entschieden",
            "complained_at": "Beschwerde",
            "final_outcome": "Entscheidung über die Beschwerde",
            "final_reason": "Begründung der Entscheidung über die Beschwerde",
            "closed_at": "abgeschlossen",
        },
    ),
    Section(
        "Aufgaben des Betreibers, die Sie betreffen",
        OperatorTask,
        lambda account: or_(
            OperatorTask.account_id == account.id,
            OperatorTask.note.icontains(account.email, autoescape=True),
        ),
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
