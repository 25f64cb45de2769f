"""An operator looks at somebody's Monatsbrief: written down first, then open for a quarter of an hour.

What the reader's links end with is hers: it opens her answers and preferences, so here it is left out.
"""

import re
from dataclasses import dataclass, replace

from itsdangerous import BadSignature
from sqlalchemy import select

from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.mail.letters import Rendered
from kleinstadt_net.models import Account
from kleinstadt_net.security.tokens import new_token, serializer
from kleinstadt_net.services import audit, digest_people, digest_preview
from kleinstadt_net.services.digest_preview import PREVIEW, Preview

SECONDS = 15 * 60
_PURPOSE = "digest-inspection"
# A part of an address as long as a token; the names of towns may be so, and are what the address ends with.
_TOKEN = re.compile(rf"(?<!/stadt)/[\w-]{{{len(new_token())}}}(?![\w-])")


@dataclass(frozen=True)
class Inspected:
    """Whose letter it is, for which town, and the letter; ``preview`` is None for who reads none."""

    name: str
    town: str
    preview: Preview | None


def open_for(operator_id: int, email: str) -> str | None:
    """Note that the operator looks at the letter of whoever has this address; what its page's address ends with.

    None where nobody has it. Commits.
    """
    begin_writing(db.session)
    account_id = db.session.scalar(select(Account.id).where(Account.email == email.strip().lower()))
    if account_id is not None:
        audit.record("digest.previewed", account_id=operator_id, person=account_id)
    db.session.commit()
    return None if account_id is None else str(serializer(_PURPOSE).dumps([operator_id, account_id]))


def find(signed: str, operator_id: int) -> Inspected | None:
    """The letter the same operator has opened a moment ago; changes nothing."""
    try:
        opened_by, account_id = serializer(_PURPOSE).loads(signed, max_age=SECONDS)
    except (BadSignature, ValueError):
        return None
    account = db.session.get(Account, account_id) if opened_by == operator_id else None
    if account is None:
        return None
    readers = digest_people.readers([account.id])
    found = digest_preview.preview(account.id)
    return Inspected(
        name=f"{account.first_name} {account.last_name}".strip() or account.email,
        town=readers[0].town.name if readers else "",
        preview=replace(found, letter=_without_tokens(found.letter)) if found and found.letter else found,
    )


def _without_tokens(letter: Rendered) -> Rendered:
    text, html = (_TOKEN.sub(f"/{PREVIEW}", body) for body in (letter.text, letter.html))
    return replace(letter, text=text, html=html)
