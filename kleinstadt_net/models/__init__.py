"""What we remember: one file per noun; columns and relations only."""

from kleinstadt_net.models.account import Account, AccountSession, Membership, OneTimeLink
from kleinstadt_net.models.letter import DigestItem, Letter, Subscription, Suppression
from kleinstadt_net.models.operation import AuditEntry, Installation, JobHeartbeat, JobRun, Throttle
from kleinstadt_net.models.stance import Focus, Stance, StanceDraft
from kleinstadt_net.models.suggestion import Round, Suggestion, SuggestionAnswer
from kleinstadt_net.models.town import RegisterImport, Town, TownCode, TownFigure

__all__ = [
    "Account",
    "AccountSession",
    "AuditEntry",
    "DigestItem",
    "Focus",
    "Installation",
    "JobHeartbeat",
    "JobRun",
    "Letter",
    "Membership",
    "OneTimeLink",
    "RegisterImport",
    "Round",
    "Stance",
    "StanceDraft",
    "Subscription",
    "Suggestion",
    "SuggestionAnswer",
    "Suppression",
    "Throttle",
    "Town",
    "TownCode",
    "TownFigure",
]
