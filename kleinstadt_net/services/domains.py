"""The register of official mail domains: which addresses belong to which town's administration.

Many to many, because towns share administrations. It starts empty: operators enter domains, import them, or let
an approval remember one. Domains are kept in their ASCII form, so that a look-alike in another script differs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import idna
from sqlalchemy import ColumnElement, delete, func, or_, select

from kleinstadt_net import clock
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.importers.cells import BrokenRow
from kleinstadt_net.importers.tables import read_table
from kleinstadt_net.models import Town, TownDomain
from kleinstadt_net.search.folding import fold
from kleinstadt_net.services import audit, operator_tables
from kleinstadt_net.services.operator_tables import TableReport

# Mailboxes anybody can have: an address there says nothing about a town hall.
FREE_MAIL = frozenset(
    {
        "arcor.de", "bluewin.ch", "email.de", "fastmail.com", "freenet.de", "gmail.com", "googlemail.com",
        "icloud.com", "kabelmail.de", "mac.com", "mail.com", "mail.de", "mail.ru", "mailbox.org", "me.com",
        "o2online.de", "online.de", "onlinehome.de", "pm.me", "posteo.de", "posteo.net", "riseup.net",
        "rocketmail.com", "t-online.de", "tuta.com", "tuta.io", "tutamail.com", "tutanota.com", "tutanota.de",
        "vodafone.de", "vodafonemail.de", "web.de", "zoho.com",
    }
)  # fmt: skip
# Providers under many endings: gmx.de, gmx.net, hotmail.co.uk …
FREE_MAIL_NAMES = re.compile(
    r"(?:^|\.)(?:gmx|outlook|hotmail|yahoo|ymail|aol|live|msn|proton|protonmail)\.(?:com?\.)?[a-z]{2,}$"
)
LAST_LABEL = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
MAX_SOURCE = 200
BY_OPERATOR = "vom Betrieb eingetragen"
BY_APPROVAL = "bei einer Bestätigung gemerkt"


class DomainError(ValueError):
    """No domain that can be entered; ``code`` says why: "malformed" or "free_mail"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class UnknownTownError(LookupError):
    """There is no town with this key."""


@dataclass(frozen=True)
class DomainRow:
    """A domain of one town as the operator's list shows it; ``shared_with`` counts the other towns that have it."""

    domain_id: int
    domain: str
    readable: str
    ags: str
    town_name: str
    kreis_name: str | None
    source: str
    shared_with: int


REASONS = {"malformed": "is no mail domain", "free_mail": "is a free mail provider's, open to anybody"}


def normalised(text: str) -> str:
    """The domain in lower-case ASCII, ``müllstadt.example`` as ``xn--mllstadt-65a.example``.

    Raises DomainError for what is no domain, or one where anybody gets a mailbox.
    """
    domain = _ascii(text.strip().removeprefix("@").rstrip("."))
    if domain is None:
        raise DomainError("malformed")
    if is_free_mail(domain):
        raise DomainError("free_mail")
    return domain


def is_free_mail(domain: str) -> bool:
    """Whether anybody gets a mailbox at this domain (in ASCII) or one above it."""
    return FREE_MAIL_NAMES.search(domain) is not None or not FREE_MAIL.isdisjoint(_with_parents(domain))


def of_address(email: str) -> str | None:
    """The address's domain in ASCII, free mail included; None when there is none to speak of."""
    return _ascii(email.rpartition("@")[2])


def candidates(email: str) -> list[str]:
    """The entries that would vouch for this address: its domain and those above; none for free mail.

    A subdomain counts as its town's (``rathaus.stadt.example`` under ``stadt.example``), because whoever holds a
    domain alone decides who gets one below it. The reverse does not hold: an entry ``rathaus.stadt.example`` says
    nothing about the rest of ``stadt.example``.
    """
    domain = of_address(email)
    return [] if domain is None or is_free_mail(domain) else _with_parents(domain)


def matches(email: str, town_id: int) -> bool:
    """Whether the address is on an approved domain of this town."""
    wanted = candidates(email)
    if not wanted:
        return False
    found = select(TownDomain.id).where(TownDomain.town_id == town_id, TownDomain.domain.in_(wanted))
    return db.session.scalar(found.limit(1)) is not None


def remember(town_id: int, text: str, source: str) -> bool:
    """Enter a domain for a town in the running transaction; False when the town has it. Raises DomainError."""
    domain = normalised(text)
    same = select(TownDomain.id).where(TownDomain.town_id == town_id, TownDomain.domain == domain)
    if db.session.scalar(same) is not None:
        return False
    db.session.add(
        TownDomain(town_id=town_id, domain=domain, source=source[:MAX_SOURCE], added_at=clock.now())
    )
    db.session.flush()
    return True


def add(ags: str, text: str, by_account_id: int, source: str = "") -> bool:
    """Enter a domain by the operator's hand; False when the town has it already.

    Raises DomainError, and UnknownTownError for a key nobody has.
    """
    begin_writing(db.session)
    town_id = db.session.scalar(select(Town.id).where(Town.ags == ags.strip(), Town.gone_on.is_(None)))
    if town_id is None:
        raise UnknownTownError(ags)
    added = remember(town_id, text, source or BY_OPERATOR)
    if added:
        audit.record("domain.added", account_id=by_account_id, town_id=town_id)
    db.session.commit()
    return added


def remove(domain_id: int, by_account_id: int) -> bool:
    """Strike an entry out; False when there is none. Memberships confirmed by it stay as they are."""
    begin_writing(db.session)
    gone = db.session.execute(
        delete(TownDomain).where(TownDomain.id == domain_id).returning(TownDomain.town_id)
    ).scalar_one_or_none()
    if gone is not None:
        audit.record("domain.removed", account_id=by_account_id, town_id=gone)
    db.session.commit()
    return gone is not None


def import_file(path: Path, *, dry_run: bool = False) -> TableReport:
    """Bring a table with the columns ags, domain and perhaps source into the register.

    A bad row is reported and left out. Raises UnreadableFile before anything is changed.
    """
    table = read_table(path, ("ags", "domain"), ("source",))
    begin_writing(db.session)

    def store(town_id: int, row: Mapping[str, str]) -> str:
        try:
            return "added" if remember(town_id, row["domain"], row["source"] or path.name) else "unchanged"
        except DomainError as error:
            raise BrokenRow(f"{row['domain'][:60]!r} {REASONS[error.code]}") from error

    report = operator_tables.apply_rows(table, store)
    if not dry_run and report.added:
        audit.record("domain.imported", added=report.added)
    db.session.rollback() if dry_run else db.session.commit()
    return report


def count(search: str = "") -> int:
    """How many entries the search finds; all without one."""
    found = select(func.count()).select_from(TownDomain).join(TownDomain.town).where(*_conditions(search))
    return db.session.scalar(found) or 0


def listing(search: str, *, limit: int, offset: int) -> list[DomainRow]:
    """Entries by domain and town; ``search`` is part of a domain or the beginning of a town's name."""
    towns = func.count().label("towns")
    sizes = select(TownDomain.domain, towns).group_by(TownDomain.domain).subquery("sizes")
    rows = db.session.execute(
        select(TownDomain, Town.ags, Town.name, Town.kreis_name, sizes.c.towns)
        .join(TownDomain.town)
        .join(sizes, sizes.c.domain == TownDomain.domain)
        .where(*_conditions(search))
        .order_by(TownDomain.domain, Town.sort_key, TownDomain.id)
        .limit(limit)
        .offset(offset)
    )
    return [
        DomainRow(entry.id, entry.domain, readable(entry.domain), ags, name, kreis, entry.source, size - 1)
        for entry, ags, name, kreis, size in rows
    ]


def readable(domain: str) -> str:
    """The domain as people write it, with umlauts; the ASCII form where it is none."""
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain


def _conditions(search: str) -> list[ColumnElement[bool]]:
    text = search.strip()
    if not text:
        return []
    part = _ascii(text) or text.lower()
    found: list[ColumnElement[bool]] = [TownDomain.domain.contains(part, autoescape=True)]
    if folded := fold(text):
        found.append(Town.search_fold.startswith(folded, autoescape=True))
    return [or_(*found)]


def _ascii(text: str) -> str | None:
    """The domain in lower-case ASCII; None for anything else, an address of a machine or a bare name too."""
    try:
        domain = idna.encode(text, uts46=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return None
    labels = domain.split(".")
    return domain if len(labels) > 1 and LAST_LABEL.fullmatch(labels[-1]) else None


def _with_parents(domain: str) -> list[str]:
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]
