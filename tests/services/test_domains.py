"""Official domains: what may be entered, whose address matches, and the table an operator imports."""

from pathlib import Path

import pytest
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.importers import UnreadableFile
from kleinstadt_net.models import TownDomain
from kleinstadt_net.services import domains
from tests.factories import AccountFactory, TownDomainFactory, TownFactory

FREE = (
    "t-online.de", "web.de", "gmx.de", "gmx.net", "gmail.com", "googlemail.com", "outlook.com", "hotmail.co.uk",
    "yahoo.de", "icloud.com", "freenet.de", "arcor.de", "posteo.de", "mailbox.org", "aol.com", "live.de",
    "proton.me", "rathaus.web.de", "WEB.DE.",
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" @Ellernrode.Example. ", "ellernrode.example"),
        ("mühlenqualm.example", "xn--mhlenqualm-9db.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("ellernrode.b\u00fcrger.example", "ellernrode.xn--brger-kva.example"),
    ],
)
def test_a_domain_is_kept_in_plain_ascii(typed: str, kept: str) -> None:
    assert domains.normalised(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "ellernrode", "k@ellernrode.example", "192.168.2.1", "a..example", "x" * 64]
)
def test_what_is_no_domain_is_refused(typed: str) -> None:
    with pytest.raises(domains.DomainError) as refused:
        domains.normalised(typed)
    assert refused.value.code == "malformed"


@pytest.mark.parametrize("provider", FREE)
def test_free_mail_can_neither_be_entered_nor_match(provider: str) -> None:
    with pytest.raises(domains.DomainError) as refused:
        domains.normalised(provider)
    assert refused.value.code == "free_mail"
    assert domains.candidates(f"k@{provider}") == []


def test_an_address_matches_at_its_domain_and_below_and_nowhere_else(app: object) -> None:
    town, neighbour = TownFactory(), TownFactory()
    TownDomainFactory(town=town, domain="ellernrode.example")
    TownDomainFactory(town=town, domain="hauptamt.lauenfurt.example")
    for email, fits in (
        ("k@ellernrode.example", True),
        ("k@rathaus.ellernrode.example", True),
        ("k@notellernrode.example", False),
        ("k@ellernrode.example.angreifer.example", False),
        # A Cyrillic е in place of the first letter, as typed and as mail programs send it.
        ("k@\u0435llernrode.example", False),
        ("k@xn--llernrode-u8h.example", False),
        ("k@lauenfurt.example", False),
        ("k@", False),
    ):
        assert domains.matches(email, town.id) is fits, email
    assert not domains.matches("k@ellernrode.example", neighbour.id)


def test_the_operator_adds_shares_finds_and_strikes_out(app: object) -> None:
    town, neighbour = TownFactory(name="Ellernrode"), TownFactory(name="Lauenfurt")
    operator = AccountFactory(is_operator=True)
    assert domains.count() == 0
    assert domains.add(town.ags, "Amt-Ellern.example", operator.id, "Impressum")
    assert not domains.add(town.ags, "amt-ellern.example", operator.id)
    assert domains.add(neighbour.ags, "amt-ellern.example", operator.id)
    with pytest.raises(domains.UnknownTownError):
        domains.add("00000000", "amt-ellern.example", operator.id)

    rows = domains.listing("lauen", limit=10, offset=0)
    assert [(row.domain, row.town_name, row.shared_with) for row in rows] == [
        ("amt-ellern.example", "Lauenfurt", 1)
    ]
    assert domains.count("AMT-") == 2 and domains.count("%") == 0

    assert domains.remove(rows[0].domain_id, operator.id)
    assert not domains.remove(rows[0].domain_id, operator.id)
    assert domains.matches("k@amt-ellern.example", town.id)


@pytest.mark.parametrize(("encoding", "separator"), [("utf-8-sig", ","), ("cp1252", ";")])
def test_a_table_is_imported_and_its_bad_rows_are_told(
    app: object, tmp_path: Path, encoding: str, separator: str
) -> None:
    town = TownFactory()
    rows = [
        ("AGS", "Domain", "Source"), (town.ags, "müllstadt.example", "Übersicht"), (town.ags, "web.de", ""),
        ("99999999", "fremd.example", ""), ("abc", "x.example", ""), (town.ags, "kein", ""),
        (town.ags, "MÜLLSTADT.example", ""), (town.ags, "", ""),
    ]  # fmt: skip
    file = tmp_path / "domains.csv"
    file.write_bytes("\r\n".join(separator.join(row) for row in rows).encode(encoding))

    assert domains.import_file(file, dry_run=True).added == 1
    assert domains.count() == 0

    report = domains.import_file(file)
    assert (report.added, report.unchanged) == (1, 1)
    assert [(p.line, p.reason.split(" ", 1)[1][:22]) for p in report.problems] == [
        (3, "is a free mail provide"), (4, "is no town with the ke"), (5, "ags is 'abc' instead o"),
        (6, "is no mail domain"), (8, "is no mail domain"),
    ]  # fmt: skip
    stored = db.session.scalars(select(TownDomain)).one()
    assert (stored.domain, stored.source) == ("xn--mllstadt-65a.example", "Übersicht")


@pytest.mark.parametrize(
    "content", [b"", b"town,domain\n1,2\n", b"PK\x03\x04", b"ags,domain\n\0\n", b"%PDF-1.7"]
)
def test_an_unreadable_table_changes_nothing(app: object, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "domains.csv"
    file.write_bytes(content)
    with pytest.raises(UnreadableFile):
        domains.import_file(file)
    assert domains.count() == 0
