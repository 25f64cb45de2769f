"""How a table that may hold something about a person is described for her page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from kleinstadt_net.database import Base
from kleinstadt_net.models import Account

Condition = Callable[[Account], ColumnElement[bool]]


@dataclass(frozen=True)
class Kept:
    """A table, which of its rows are about a person, and what its columns are called in German."""

    title: str
    model: type[Base]
    belongs_to: Condition
    columns: Mapping[str, str]
