"""Coming back to the Monatsbrief by the link of a letter: agreed to only from the mailbox of the person herself.

The link may have been forwarded. So it orders nothing by itself, but has a letter sent to her, whose link does.
"""

from dataclasses import dataclass
from typing import Literal

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest import due
from kleinstadt_net.models import Account, Subscription
from kleinstadt_net.services import correspondence, links, subscriptions, urls
from kleinstadt_net.services.links import Minted
from kleinstadt_net.services.subscriptions import Choices

CONFIRM_PATH = "/brief/bestaetigen/{token}"
CONFIRM_PURPOSE, CONFIRM_DAYS = "digest_confirm", 14
PROOF = "confirmed"
# What stands in the link instead of the word: months from one letter to the next.
MONTHS = {due.MONTHLY: 1, due.QUARTERLY: 3}

Saved = Literal["saved", "confirmation_sent"]


@dataclass(frozen=True)
class Asked:
    """What the link in the letter would order, for whom."""

    name: str
    frequency: str


def choose(token: str, choices: Choices, wording: str) -> Saved | None:
    """Store what was chosen behind the link of a letter; None for an unknown one. Commits.

    Whoever has left gets a letter to confirm that she wants to come back, one a day at most.
    """
    row = subscriptions.locked(token)
    if row is None:
        db.session.rollback()
        return None
    comes_back = choices.frequency != due.OFF and not subscriptions.receives(row)
    if comes_back:
        _ask(row, choices.frequency)
    subscriptions.apply(row, choices, wording, "letter_link", frequency=due.OFF if comes_back else None)
    db.session.commit()
    return "confirmation_sent" if comes_back else "saved"


def find(token: str) -> Asked | None:
    """What the link orders; None where it is used up, too old or of nobody. Changes nothing."""
    link = links.find(token, CONFIRM_PURPOSE)
    account = db.session.get(Account, link.account_id) if link is not None else None
    if link is None or account is None:
        return None
    return Asked(f"{account.first_name} {account.last_name}".strip(), _frequency(link.target_id))


def confirm(token: str, wording: str) -> Asked | None:
    """Order the Monatsbrief, with this as its consent; None where the link leads nowhere. Commits."""
    asked = find(token)
    if asked is None:
        return None
    begin_writing(db.session)
    link = links.find(token, CONFIRM_PURPOSE)
    row = subscriptions.of(link.account_id) if link is not None else None
    if link is None or row is None or not links.consume(link):
        db.session.rollback()
        return None
    subscriptions.change(row, asked.frequency, row.paused_until, wording, PROOF)
    db.session.commit()
    return asked


def _ask(row: Subscription, frequency: str) -> None:
    account = db.session.get_one(Account, row.account_id)
    link: Minted = links.mint(CONFIRM_PURPOSE, account.id, days=CONFIRM_DAYS, target_id=MONTHS[frequency])
    is_new = correspondence.write(
        CONFIRM_PURPOSE,
        account,
        key=f"{account.id}:{clock.today().isoformat()}",
        context={
            "confirm_url": urls.absolute(CONFIRM_PATH.format(token=link.token)),
            "is_quarterly": frequency == due.QUARTERLY,
            "days": CONFIRM_DAYS,
        },
    )
    if is_new:
        links.store([link])


def _frequency(months: int | None) -> str:
    return due.QUARTERLY if months == MONTHS[due.QUARTERLY] else due.MONTHLY
