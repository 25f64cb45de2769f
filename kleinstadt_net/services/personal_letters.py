"""What the service keeps about the letters of a person: her Monatsbrief, what was sent, what came back, her list."""

from sqlalchemy import func, or_

from kleinstadt_net.mail.suppressions import hashes
from kleinstadt_net.models import (
    Bounce,
    DigestFeed,
    DigestIssue,
    DigestItem,
    Letter,
    Notification,
    NotificationPreference,
    Subscription,
    Suppression,
)
from kleinstadt_net.services.personal_kept import Kept

LETTERS: tuple[Kept, ...] = (
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
            "weekday": "gewünschter Wochentag (Montag ist 0)",
            "hour": "gewünschte Stunde",
            "topics": "gewünschte Themen",
            "by_mail": "per E-Mail",
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
        "Dass wir an Ihre Adresse nicht schreiben",
        Suppression,
        lambda account: Suppression.address_hash.in_(hashes(account.email)),
        {"kind": "Anlass", "reason": "Begründung", "since": "seit"},
    ),
    Kept(
        "Was andere Mailserver über Briefe an Sie gemeldet haben",
        Bounce,
        lambda account: Bounce.address_hash.in_(hashes(account.email)),
        {"letter_id": "Brief", "kind": "Art", "status": "Kennziffer", "at": "gemeldet"},
    ),
    Kept(
        "Ihr Monatsbrief von Monat zu Monat",
        DigestIssue,
        lambda account: DigestIssue.account_id == account.id,
        {
            "period": "Monat",
            "outcome": "Ergebnis",
            "town_id": "für Ihre Stadt",
            "letter_id": "Brief",
            "at": "festgehalten",
        },
    ),
    Kept(
        "Ihr Monatsbrief als Feed",
        DigestFeed,
        lambda account: DigestFeed.account_id == account.id,
        {"created_at": "eingeschaltet"},
    ),
    Kept(
        "Was der Monatsbrief Ihnen schon erzählt hat",
        DigestItem,
        lambda account: DigestItem.account_id == account.id,
        {"item_key": "Schlüssel der Nachricht", "letter_id": "Brief"},
    ),
    Kept(
        "Benachrichtigungen in Ihrer Liste",
        Notification,
        lambda account: Notification.account_id == account.id,
        {
            "kind": "Art",
            "title": "Nachricht",
            "detail": "worum es geht",
            "town_id": "Stadt",
            "path": "Seite",
            "mode": "Weg zu Ihnen",
            "key": "Schlüssel",
            "created_at": "geschrieben",
            "bundled_at": "im Brief des Tages",
            "read_at": "gelesen",
        },
    ),
    Kept(
        "Wie Sie benachrichtigt werden möchten",
        NotificationPreference,
        lambda account: NotificationPreference.account_id == account.id,
        {"kind": "Art", "mode": "Weg zu Ihnen"},
    ),
)
