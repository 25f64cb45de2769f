"""Stored values of sections as people read them."""

from collections.abc import Mapping
from typing import Any

from kleinstadt_net import formats
from kleinstadt_net.profile.fields import Field, Kind


def readable(field: Field, value: Any) -> str:
    """A value as a text; of a list each entry is a line."""
    if field.kind is Kind.ENTRIES:
        return "\n".join(entry(field, row) for row in value)
    if field.kind is Kind.CHOICE:
        return field.choices.get(value, "")
    if field.kind is Kind.SHARE:
        return posts(value)
    if field.kind is Kind.MONTH:
        return formats.month(value)
    return field.label if field.kind is Kind.TICK else str(value)


def entry(field: Field, row: Mapping[str, Any]) -> str:
    """One entry of a list on one line: its name, then what stands in the other columns."""
    first, *others = (readable(field.column[key], row[key]) for key in field.column if key in row)
    return f"{first} ({'; '.join(others)})" if others else first


def posts(share: float) -> str:
    """A share of a full post: ``0,5 Stellen``, ``1 Stelle``."""
    number = f"{share:g}".replace(".", ",")
    return f"{number} {'Stelle' if share == 1 else 'Stellen'}"
