"""What the service keeps about a person herself: account, sessions, traces of what she did."""

from sqlalchemy import func, or_, select

from kleinstadt_net.models import (
    Account,
    AccountSession,
    AuditEntry,
    Consent,
    Installation,
    Invitation,
    InvitationSeries,
    LetterCode,
    Membership,
    OneTimeLink,
    OperatorTask,
    RecoveryCode,
    Report,
)
from kleinstadt_net.services.personal_kept import Kept

PERSON: tuple[Kept, ...] = (
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
)

TRACES: tuple[Kept, ...] = (
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
            "subject": "Thema",
            "target_kind": "Art des Inhalts",
            "reason": "Grund",
            "explanation": "Erläuterung",
            "reporter_name": "Ihr Name",
            "reporter_email": "Ihre Adresse",
            "state": "Stand",
            "created_at": "gemeldet",
            "outcome_reason": "Begründung der Entscheidung",
            "decided_at": "entschieden",
            "complained_at": "Beschwerde",
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
        "Dass Sie den Versand aller Briefe angehalten haben",
        Installation,
        lambda account: Installation.sending_paused_by_id == account.id,
        {"sending_paused_at": "angehalten"},
    ),
    Kept(
        "Protokoll Ihrer Handlungen",
        AuditEntry,
        lambda account: AuditEntry.account_id == account.id,
        {"at": "wann", "action": "was", "town_id": "Stadt", "detail": "Einzelheiten"},
    ),
)
