"""Where the service keeps something about a person: every table, which rows are hers, every column in German.

A test holds this against the models, so that no later table or column can be forgotten: it is shown, or WITHHELD
says why not.
"""

from kleinstadt_net.services.personal_account import PERSON, TRACES
from kleinstadt_net.services.personal_exchange import EXCHANGE
from kleinstadt_net.services.personal_kept import Kept
from kleinstadt_net.services.personal_letters import LETTERS
from kleinstadt_net.services.personal_practices import PRACTICES
from kleinstadt_net.services.personal_town import TOWN

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
        "attachments.token",
        # How far a letter has come on its way, of no meaning once it has arrived.
        "letters.claim",
        "letters.claimed_at",
        "letters.attempt_started_at",
        "letters.next_try_at",
        "letters.bounce_token",
        # Of an address, which is shown; and by which words a report was recognised.
        "suppressions.address_hash",
        "bounces.address_hash",
        "bounces.report_key",
        # That two towns have one open exchange at most, and which change of it came last.
        "exchanges.open_pair",
        "exchanges.version",
        "calendar_feeds.secret_hash",
        "digest_feeds.secret_hash",
        "digest_issues.view_token_hash",
        # What calendars know a date by, that it is the only one proposed, and which change of it came last.
        "appointments.open_in",
        "appointments.uid",
        "appointments.sequence",
        "appointments.replaces_id",
        "appointments.version",
        "talk_records.version",
        "events.version",
        "peer_reviews.version",
        "adoptions.version",
        # Made of what is shown, for the address and the search.
        "practices.slug",
        "practices.search_text",
        "questions.search_text",
        # Of the network, whoever has paused its letters.
        "installation.kind",
        "installation.revision",
        "installation.digest_weekday",
        "installation.digest_hour",
        # May be the town's; her own she reads by the link of her report.
        "reports.complaint",
        # Whose content it is: a town may have asked without its name. What was decided her letter says, as far as
        # that leaves the town unknown; a town that is suspended on that day would be known by it.
        "reports.town_id",
        "reports.target_id",
        "reports.removed_stamp",
        "reports.outcome",
        "reports.final_outcome",
    }
)

SECTIONS: tuple[Kept, ...] = (*PERSON, *LETTERS, *TOWN, *EXCHANGE, *PRACTICES, *TRACES)
