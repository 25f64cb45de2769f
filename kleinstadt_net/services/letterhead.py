"""What stands at the edge of every printed letter of the operator's: who writes, from where, and when."""

from typing import Any

from kleinstadt_net import clock, formats, settings
from kleinstadt_net.services import installation


def is_complete() -> bool:
    """Whether a letter says who writes and where an answer on paper reaches them."""
    bound = settings.current()
    return bool(bound.operator_name and bound.operator_address)


def context() -> dict[str, Any]:
    """The values the frame ``documents/letter.html`` asks for, named at its top."""
    bound = settings.current()
    name = bound.operator_name or bound.network_name
    address = [line.strip() for line in bound.operator_address.split("|") if line.strip()]
    reached = [
        f"{label}: {value}"
        for label, value in (("Telefon", bound.operator_phone), ("E-Mail", bound.operator_email))
        if value
    ]
    represented = bound.operator_representative
    return {
        "sender_name": name,
        "sender_line": " · ".join([name, *address]),
        "operator_lines": [", ".join([name, *address]), " · ".join(reached)]
        + ([f"Vertreten durch: {represented}"] if represented else []),
        "contact_lines": [name, *address, *reached],
        "phone": bound.operator_phone,
        "contact_email": bound.operator_email,
        "network_name": bound.network_name,
        "date": formats.long_day(clock.today()),
        "demonstration": installation.is_demonstration(),
    }
