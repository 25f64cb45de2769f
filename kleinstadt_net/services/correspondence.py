"""Letters to one person about one event: rendered and laid into the outbox in the running transaction.

Every such letter is a folder under ``templates/letters``; ``key`` makes sending the same one twice impossible.
"""

from collections.abc import Mapping
from typing import Any

from kleinstadt_net.mail import letters, outbox
from kleinstadt_net.mail.letters import CalendarPart, Enclosure
from kleinstadt_net.models import Account
from kleinstadt_net.services import installation


def write(
    name: str,
    account: Account,
    *,
    key: str,
    context: Mapping[str, Any],
    calendar: CalendarPart | None = None,
    enclosure: Enclosure | None = None,
) -> bool:
    """The letter ``name`` to a person; the template gets ``greeting`` beside the context.

    ``key`` is what is unique about the event, such as "confirm:17"; False where that letter exists already.
    """
    return _post(
        name,
        account.email,
        key=key,
        context={"greeting": greeting(account), **context},
        recipient_name=f"{account.first_name} {account.last_name}".strip(),
        account_id=account.id,
        calendar=calendar,
        enclosure=enclosure,
    )


def write_to_address(
    name: str, address: str, *, key: str, context: Mapping[str, Any], account_id: int | None = None
) -> bool:
    """The same to an address that belongs to no account, such as a town hall's or an invited person's.

    ``account_id`` names the account a letter to another address is about, so that it goes when that goes.
    """
    return _post(name, address, key=key, context={"greeting": "Guten Tag", **context}, account_id=account_id)


def subject(name: str, context: Mapping[str, Any]) -> str:
    """What stands above the letter ``name``, for the list in which it is one line."""
    return letters.subject_line(name, context)


def greeting(account: Account) -> str:
    """The first line, "Guten Tag, Frau Brandtner"; without a salutation, which is never guessed, the whole name."""
    return greeting_to(account.salutation, account.first_name, account.last_name)


def greeting_to(salutation: str, first_name: str, last_name: str) -> str:
    """The same for a person of whom no more than her names is at hand."""
    if salutation and last_name:
        return f"Guten Tag, {salutation} {last_name}"
    name = f"{first_name} {last_name}".strip()
    return f"Guten Tag, {name}" if name else "Guten Tag"


def _post(
    name: str,
    address: str,
    *,
    key: str,
    context: Mapping[str, Any],
    recipient_name: str = "",
    account_id: int | None = None,
    calendar: CalendarPart | None = None,
    enclosure: Enclosure | None = None,
) -> bool:
    rendered = letters.render(name, context, demonstration=installation.is_demonstration())
    draft = letters.build(
        rendered,
        key=f"{name}:{key}",
        kind=name,
        recipient=address,
        recipient_name=recipient_name,
        account_id=account_id,
        calendar=calendar,
        enclosure=enclosure,
    )
    return outbox.post(draft) is not None
