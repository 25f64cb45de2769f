"""How long what is kept, as the page about data protection says it: taken from what the jobs really do."""

from dataclasses import dataclass

from kleinstadt_net.security.devices import DEVICE_DAYS
from kleinstadt_net.security.identity import ABSOLUTE_DAYS, IDLE_DAYS
from kleinstadt_net.services import housekeeping, inactivity, verification
from kleinstadt_net.services import typed as half_typed


@dataclass(frozen=True)
class Periods:
    """All in days."""

    session_idle: int = IDLE_DAYS
    session: int = ABSOLUTE_DAYS
    device: int = DEVICE_DAYS
    unconfirmed: int = housekeeping.UNCONFIRMED_DAYS
    claim: int = verification.CLAIM_DAYS
    digest: int = housekeeping.DIGEST_DAYS
    letter: int = housekeeping.LETTER_DAYS
    bounce: int = housekeeping.BOUNCE_DAYS
    invitation: int = housekeeping.INVITATION_DAYS
    typed: int = half_typed.KEPT_DAYS
    notification: int = housekeeping.NOTIFICATION_DAYS
    reporter: int = housekeeping.REPORTER_DAYS
    audit: int = housekeeping.AUDIT_DAYS
    inactive: int = inactivity.INACTIVE_AFTER.days
    warned: int = sum(wait.days for wait in inactivity.WAITS)


PERIODS = Periods()
