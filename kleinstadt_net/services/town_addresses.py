"""Postal and e-mail addresses of town halls: entered by operators or imported, never taken from an applicant."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.importers.cells import BrokenRow
from kleinstadt_net.importers.tables import read_table
from kleinstadt_net.mail.letters import mailable
from kleinstadt_net.models import Town, TownAddress
from kleinstadt_net.services import accounts, audit, operator_tables, town_hall
from kleinstadt_net.services.domains import BY_OPERATOR
from kleinstadt_net.services.operator_tables import TableReport
from kleinstadt_net.territory import is_postcode

LENGTHS = {"recipient": 120, "street": 120, "postcode": 10, "place": 120, "email": 254, "source": 200}
REQUIRED = ("recipient", "street", "postcode", "place")


@dataclass(frozen=True)
class Address:
    """Where a town hall gets its letters; ``email`` is "" where only the postal address is known."""

    recipient: str
    street: str
    postcode: str
    place: str
    email: str = ""
    source: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """As it is written on an envelope."""
        return tuple(line for line in (self.recipient, self.street, f"{self.postcode} {self.place}") if line)


@dataclass(frozen=True)
class TownToAddress:
    """The town an address is entered for."""

    ags: str
    name: str
    name_official: str
    kreis_name: str | None
    address: Address | None


def find(ags: str) -> TownToAddress | None:
    """The town with the address known of its town hall; None for a key nobody has."""
    town = db.session.scalar(select(Town).where(Town.ags == ags))
    if town is None:
        return None
    return TownToAddress(town.ags, town.name, town.name_official, town.kreis_name, of_town(town.id))


def of_town(town_id: int) -> Address | None:
    """The address of a town's hall, if it was ever entered."""
    row = db.session.scalar(select(TownAddress).where(TownAddress.town_id == town_id))
    if row is None:
        return None
    return Address(row.recipient, row.street, row.postcode, row.place, row.email or "", row.source)


def save(ags: str, address: Address, by_account_id: int) -> bool:
    """Enter or correct an address by the operator's hand; False for a key nobody has.

    A town hall whose e-mail address becomes known is told at once who acts for its town.
    """
    begin_writing(db.session)
    town_id = db.session.scalar(select(Town.id).where(Town.ags == ags))
    if town_id is None:
        db.session.rollback()
        return False
    if _store(town_id, address, BY_OPERATOR) != "unchanged":
        audit.record("town_address.saved", account_id=by_account_id, town_id=town_id)
    db.session.commit()
    return True


def checked_email(text: str) -> str:
    """The address as it is stored; raises ValueError for one that cannot be written to."""
    try:
        address = accounts.normalised_address(text)
    except accounts.AccountError as error:
        raise ValueError(text) from error
    mailable(address)
    return address


def import_file(path: Path, *, dry_run: bool = False) -> TableReport:
    """Bring a table with the columns ags, recipient, street, postcode, place and perhaps email and source in.

    A bad row is reported and left out. Raises UnreadableFile before anything is changed.
    """
    table = read_table(path, ("ags", *REQUIRED), ("email", "source"))
    begin_writing(db.session)
    report = operator_tables.apply_rows(table, lambda town_id, row: _store(town_id, _address(row), path.name))
    if not dry_run and report.added + report.changed:
        audit.record("town_address.imported", added=report.added, changed=report.changed)
    db.session.rollback() if dry_run else db.session.commit()
    return report


def _address(row: Mapping[str, str]) -> Address:
    for name in REQUIRED:
        if not row[name]:
            raise BrokenRow(f"the {name} is missing")
    for name, longest in LENGTHS.items():
        if len(row[name]) > longest:
            raise BrokenRow(f"the {name} is longer than {longest} characters")
    if not is_postcode(row["postcode"]):
        raise BrokenRow(f"the postcode {row['postcode']!r} has not five digits")
    return Address(**{field.name: row[field.name] for field in fields(Address)} | {"email": _email(row)})


def _email(row: Mapping[str, str]) -> str:
    try:
        return checked_email(row["email"]) if row["email"] else ""
    except ValueError as error:
        raise BrokenRow(f"{row['email'][:60]!r} is no e-mail address that can be written to") from error


def _store(town_id: int, address: Address, default_source: str) -> str:
    row = db.session.scalar(select(TownAddress).where(TownAddress.town_id == town_id))
    source = (address.source or (row.source if row else "") or default_source)[: LENGTHS["source"]]
    new = {**vars(address), "email": address.email or None, "source": source}
    if row is not None and all(getattr(row, name) == value for name, value in new.items()):
        return "unchanged"
    outcome = "added" if row is None else "changed"
    if row is None:
        row = TownAddress(town_id=town_id)
        db.session.add(row)
    for name, value in {**new, "changed_at": clock.now()}.items():
        setattr(row, name, value)
    db.session.flush()
    town_hall.tell(town_id)
    return outcome
