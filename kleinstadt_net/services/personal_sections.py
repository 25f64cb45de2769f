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
    Bookmark,
    CircleTown,
    Consent,
    DigestItem,
    Invitation,
    InvitationSeries,
    Letter,
    LetterCode,
    Membership,
    Network,
    NetworkMember,
    OneTimeLink,
    OperatorTask,
    Picture,
    RecoveryCode,
    Report,
    SavedSearch,
    Section,
    SectionDraft,
    SectionVersion,
    Stance,
    StanceDraft,
    Subscription,
    SuggestionAnswer,
    TalkOutcome,
    Typed,
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
        "pictures.token",
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
class Kept:
    """A table, which of its rows are about a person, and what its columns are called in German."""

    title: str
    model: type[Base]
    belongs_to: Condition
    columns: Mapping[str, str]


SECTIONS = (
    Kept(
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
    Kept(
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
    Kept(
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
    Kept(
        "Monatsbrief",
        Subscription,
        lambda account: Subscription.account_id == account.id,
        {
            "frequency": "wie oft",
            "paused_until": "Pause bis",
            "consent_at": "Einwilligung gegeben",
            "consent_wording": "Wortlaut der Einwilligung",
            "changed_at": "zuletzt geändert",
            "wishes": "wenn eine Stadt sprechen möchte",
        },
    ),
    Kept(
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
    Kept(
        "Was der Monatsbrief Ihnen schon erzählt hat",
        DigestItem,
        lambda account: DigestItem.account_id == account.id,
        {"item_key": "Schlüssel der Nachricht", "letter_id": "Brief"},
    ),
    Kept(
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
    Kept(
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
    Kept(
        "Abschnitte des Stadtprofils, die Sie zuletzt geändert haben",
        Section,
        lambda account: Section.changed_by_id == account.id,
        {
            "town_id": "Stadt",
            "thesis": "These",
            "fields": "Angaben",
            "text": "Text",
            "visibility": "sichtbar für",
            "confirmed_on": "bestätigt",
            "version": "Fassung",
            "changed_at": "geändert",
        },
    ),
    Kept(
        "Fassungen des Stadtprofils von Ihnen",
        SectionVersion,
        lambda account: SectionVersion.changed_by_id == account.id,
        {
            "town_id": "Stadt",
            "thesis": "These",
            "version": "Fassung",
            "fields": "Angaben",
            "text": "Text",
            "visibility": "sichtbar für",
            "restored_version": "zurückgeholte Fassung",
            "changed_at": "geändert",
        },
    ),
    Kept(
        "Ihre Entwürfe für das Stadtprofil",
        SectionDraft,
        lambda account: SectionDraft.author_id == account.id,
        {
            "town_id": "Stadt",
            "thesis": "These",
            "fields": "Angaben",
            "text": "Text",
            "visibility": "sichtbar für",
            "created_at": "geschrieben",
        },
    ),
    Kept(
        "Was Sie getippt und noch nicht gespeichert haben",
        Typed,
        lambda account: Typed.account_id == account.id,
        {"town_id": "Stadt", "form": "Formular", "content": "Text", "saved_at": "getippt"},
    ),
    Kept(
        "Bilder, die Sie hochgeladen haben",
        Picture,
        lambda account: Picture.uploaded_by_id == account.id,
        {
            "town_id": "Stadt",
            "alternative_text": "Beschreibung",
            "photographer": "Fotografin oder Fotograf",
            "right_of_use": "Nutzungsrecht",
            "width": "Breite",
            "height": "Höhe",
            "uploaded_at": "hochgeladen",
            "released_at": "freigegeben",
        },
    ),
    Kept(
        "Netzwerke, die Sie angelegt haben",
        Network,
        lambda account: Network.created_by_id == account.id,
        {
            "name": "Name",
            "slug": "Adresse",
            "sort_key": "Ordnung",
            "kind": "Art",
            "topic": "Thema",
            "about": "Beschreibung",
            "website": "Internetseite",
            "contact_town_id": "Ansprechpartner",
            "created_at": "angelegt",
            "version": "Fassung",
        },
    ),
    Kept(
        "Netzwerke, für die Sie Ihre Stadt angemeldet haben",
        NetworkMember,
        lambda account: NetworkMember.asked_by_id == account.id,
        {
            "network_id": "Netzwerk",
            "town_id": "Stadt",
            "state": "Stand",
            "asked_at": "angefragt",
            "confirmed_at": "bestätigt",
        },
    ),
    Kept(
        "Städte, die Sie auf die Merkliste gesetzt haben",
        Bookmark,
        lambda account: Bookmark.account_id == account.id,
        {"town_id": "Stadt", "marked_town_id": "gemerkt", "note": "Notiz", "marked_at": "wann"},
    ),
    Kept(
        "Suchen, die Sie gespeichert haben",
        SavedSearch,
        lambda account: SavedSearch.account_id == account.id,
        {
            "town_id": "Stadt",
            "name": "Name",
            "query": "Suche",
            "known": "schon bekannte Städte",
            "saved_at": "gespeichert",
        },
    ),
    Kept(
        "Antworten auf Vorschläge, die Sie gegeben haben",
        SuggestionAnswer,
        lambda account: SuggestionAnswer.account_id == account.id,
        {
            "suggestion_id": "Vorschlag",
            "answer": "Antwort",
            "reason": "Grund",
            "via": "gegeben über",
            "answered_at": "gegeben",
            "changed_at": "zuletzt geändert",
        },
    ),
    Kept(
        "Was Sie über Gespräche mit anderen Städten gesagt haben",
        TalkOutcome,
        lambda account: TalkOutcome.account_id == account.id,
        {
            "town_id": "Stadt",
            "peer_id": "andere Stadt",
            "outcome": "was daraus geworden ist",
            "asked_at": "gefragt",
            "answered_at": "geantwortet",
        },
    ),
    Kept(
        "Antworten auf Lernkreise, die Sie gegeben haben",
        CircleTown,
        lambda account: CircleTown.account_id == account.id,
        {
            "circle_id": "Lernkreis",
            "town_id": "Stadt",
            "position": "Stelle",
            "answer": "Antwort",
            "answered_at": "geantwortet",
        },
    ),
    Kept(
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
    Kept(
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
    Kept(
        "Ersatzcodes für den zweiten Schritt",
        RecoveryCode,
        lambda account: RecoveryCode.account_id == account.id,
        {"used_at": "benutzt"},
    ),
    Kept(
        "Links in unseren Briefen an Sie",
        OneTimeLink,
        lambda account: OneTimeLink.account_id == account.id,
        {"purpose": "Zweck", "target_id": "gehört zu", "expires_at": "gilt bis", "used_at": "benutzt"},
    ),
    Kept(
        "Codes, die wir Ihrem Rathaus geschickt haben",
        LetterCode,
        lambda account: LetterCode.membership_id.in_(
            select(Membership.id).where(Membership.account_id == account.id)
        ),
        {"created_at": "erstellt", "expires_at": "gilt bis", "tries": "Fehlversuche", "used_at": "benutzt"},
    ),
    Kept(
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
    Kept(
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
    Kept(
        "Einladungen per Post, die Sie angelegt haben",
        InvitationSeries,
        lambda account: InvitationSeries.created_by_id == account.id,
        {"title": "Titel", "created_at": "angelegt"},
    ),
    Kept(
        "Protokoll Ihrer Handlungen",
        AuditEntry,
        lambda account: AuditEntry.account_id == account.id,
        {"at": "wann", "action": "was", "town_id": "Stadt", "detail": "Einzelheiten"},
    ),
)
