"""What we remember: one file per noun; columns and relations only."""

from kleinstadt_net.models.account import (
    Account,
    AccountSession,
    Consent,
    Membership,
    OneTimeLink,
    RecoveryCode,
)
from kleinstadt_net.models.adoption import Adoption
from kleinstadt_net.models.appointment import Appointment, AppointmentSlot, CalendarFeed, TalkRecord
from kleinstadt_net.models.attachment import Attachment
from kleinstadt_net.models.bookmark import Bookmark, SavedSearch
from kleinstadt_net.models.circle import Circle, CircleMeeting, CircleTown
from kleinstadt_net.models.digest import DigestFeed, DigestIssue, DigestItem, DigestMonth
from kleinstadt_net.models.event import Event, EventRegistration
from kleinstadt_net.models.exchange import Exchange
from kleinstadt_net.models.indicator import Indicator, IndicatorValue
from kleinstadt_net.models.letter import Bounce, Letter, LetterContent, Subscription, Suppression
from kleinstadt_net.models.message import ExchangeMute, Message
from kleinstadt_net.models.network import Network, NetworkMember
from kleinstadt_net.models.notification import Notification, NotificationPreference
from kleinstadt_net.models.operation import (
    AuditEntry,
    DeletionEntry,
    Installation,
    JobHeartbeat,
    JobRun,
    OperatorAlert,
    OperatorTask,
    Throttle,
)
from kleinstadt_net.models.outcome import Outcome
from kleinstadt_net.models.outreach import InvitationObjection, InvitationSeries, SeriesLetter
from kleinstadt_net.models.peer_review import PeerReview, PeerReviewTown
from kleinstadt_net.models.picture import Picture
from kleinstadt_net.models.practice import Practice, PracticeSubject
from kleinstadt_net.models.question import Question, QuestionAnswer, QuestionSubject
from kleinstadt_net.models.report import Report
from kleinstadt_net.models.round_figures import RoundFigures
from kleinstadt_net.models.section import Section, SectionDraft, SectionVersion, Typed
from kleinstadt_net.models.stance import Focus, Stance, StanceDraft
from kleinstadt_net.models.suggestion import Round, Suggestion, SuggestionAnswer
from kleinstadt_net.models.town import RegisterImport, Town, TownCode, TownFigure
from kleinstadt_net.models.town_block import TownBlock
from kleinstadt_net.models.verification import Invitation, LetterCode, TownAddress, TownDomain
from kleinstadt_net.models.welcome import Welcome

__all__ = [
    "Account",
    "AccountSession",
    "Adoption",
    "Appointment",
    "AppointmentSlot",
    "Attachment",
    "AuditEntry",
    "Bookmark",
    "Bounce",
    "CalendarFeed",
    "Circle",
    "CircleMeeting",
    "CircleTown",
    "Consent",
    "DeletionEntry",
    "DigestFeed",
    "DigestIssue",
    "DigestItem",
    "DigestMonth",
    "Event",
    "EventRegistration",
    "Exchange",
    "ExchangeMute",
    "Focus",
    "Indicator",
    "IndicatorValue",
    "Installation",
    "Invitation",
    "InvitationObjection",
    "InvitationSeries",
    "JobHeartbeat",
    "JobRun",
    "Letter",
    "LetterCode",
    "LetterContent",
    "Membership",
    "Message",
    "Network",
    "NetworkMember",
    "Notification",
    "NotificationPreference",
    "OneTimeLink",
    "OperatorAlert",
    "OperatorTask",
    "Outcome",
    "PeerReview",
    "PeerReviewTown",
    "Picture",
    "Practice",
    "PracticeSubject",
    "Question",
    "QuestionAnswer",
    "QuestionSubject",
    "RecoveryCode",
    "RegisterImport",
    "Report",
    "Round",
    "RoundFigures",
    "SavedSearch",
    "Section",
    "SectionDraft",
    "SectionVersion",
    "SeriesLetter",
    "Stance",
    "StanceDraft",
    "Subscription",
    "Suggestion",
    "SuggestionAnswer",
    "Suppression",
    "TalkRecord",
    "Throttle",
    "Town",
    "TownAddress",
    "TownBlock",
    "TownCode",
    "TownDomain",
    "TownFigure",
    "Typed",
    "Welcome",
]
