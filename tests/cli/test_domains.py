"""``flask domains import`` and ``flask towns import-addresses``: what an operator types and reads."""

from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Letter, TownAddress, TownDomain
from tests.factories import MembershipFactory, TownFactory


def test_domains_are_imported_and_bad_rows_reported(runner: FlaskCliRunner, tmp_path: Path) -> None:
    town = TownFactory()
    file = tmp_path / "domains.csv"
    file.write_text(f"ags,domain\n{town.ags},amt.example\n{town.ags},gmx.de\n", encoding="utf-8")
    dry = runner.invoke(args=["domains", "import", str(file), "--dry-run"])
    assert dry.exit_code == 0 and "added: 1" in dry.output and "nothing was written" in dry.output
    assert db.session.scalar(select(TownDomain.id)) is None
    result = runner.invoke(args=["domains", "import", str(file)])
    assert result.exit_code == 0
    assert "line 3: 'gmx.de' is a free mail provider's, open to anybody" in result.output
    assert "added: 1, changed: 0, unchanged: 0" in result.output
    assert db.session.scalars(select(TownDomain)).one().source == "domains.csv"


def test_addresses_are_imported_corrected_and_town_halls_told(runner: FlaskCliRunner, tmp_path: Path) -> None:
    membership = MembershipFactory()
    ags, other = membership.town.ags, TownFactory().ags
    file = tmp_path / "addresses.csv"
    head = "ags;recipient;street;postcode;place;email\n"
    good = f"{ags};Stadt Müllrode;Markt 1;99998;Müllrode;rathaus@muellrode.example\n"
    bad = (
        f"{other};Rathaus;;99998;Ort;\n{other};Rathaus;Weg 1;123;Ort;\n{other};Rathaus;Weg 1;12345;Ort;kein\n"
    )
    file.write_bytes((head + good + bad).encode("cp1252"))
    result = runner.invoke(args=["towns", "import-addresses", str(file)])
    assert result.exit_code == 0 and "added: 1, changed: 0" in result.output
    for words in (
        "line 3: the street is missing",
        "line 4: the postcode '123'",
        "line 5: 'kein' is no e-mail",
    ):
        assert words in result.output
    stored = db.session.scalars(select(TownAddress)).one()
    assert (stored.recipient, stored.email) == ("Stadt Müllrode", "rathaus@muellrode.example")
    assert db.session.scalars(select(Letter.recipient)).all() == ["rathaus@muellrode.example"]

    file.write_bytes((head + good + good.replace("Markt 1", "Markt 2")).encode("cp1252"))
    again = runner.invoke(args=["towns", "import-addresses", str(file)])
    assert "added: 0, changed: 1, unchanged: 1" in again.output


@pytest.mark.parametrize("command", [["domains", "import"], ["towns", "import-addresses"]])
def test_an_unreadable_file_is_refused_in_a_sentence(
    runner: FlaskCliRunner, tmp_path: Path, command: list[str]
) -> None:
    for name, content in (("missing.csv", None), ("empty.csv", b""), ("other.csv", b"name,value\n1,2\n")):
        file = tmp_path / name
        if content is not None:
            file.write_bytes(content)
        result = runner.invoke(args=[*command, str(file)])
        assert result.exit_code == 1 and "Nothing was changed." in result.output
        assert "Traceback" not in result.output
