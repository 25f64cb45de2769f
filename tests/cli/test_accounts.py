"""``flask accounts create`` and ``flask demo``: what an operator types and reads."""

import json

from flask.testing import FlaskCliRunner

from kleinstadt_net import clock
from kleinstadt_net.services import accounts
from tests.factories import AccountFactory, MembershipFactory, TownFactory


def test_an_account_is_made_with_a_link_that_works(runner: FlaskCliRunner) -> None:
    town = TownFactory(name="Ellernrode")
    result = runner.invoke(args=["accounts", "create", "Karla@Ellernrode.example", "--town", town.ags])
    assert result.exit_code == 0
    assert "lead of Ellernrode" in result.output
    token = result.output.strip().rsplit("/", 1)[1]
    assert accounts.account_for_link(token) == "karla@ellernrode.example"


def test_bad_input_is_refused_in_a_sentence(runner: FlaskCliRunner) -> None:
    for arguments, message in (
        (["nobody"], "say for which town"),
        (["nobody", "--operator"], "is not an e-mail address"),
        (["a@rathaus.example", "--town", "12"], "no town with the key"),
    ):
        result = runner.invoke(args=["accounts", "create", *arguments])
        assert result.exit_code != 0 and message in result.output
        assert "Traceback" not in result.output


def test_a_demonstration_is_not_loaded_beside_accounts(runner: FlaskCliRunner) -> None:
    accounts.create("karla@ellernrode.example", is_operator=True)
    result = runner.invoke(args=["demo", "load"])
    assert result.exit_code == 1 and "holds accounts already" in result.output


def test_a_second_factor_is_reset_only_where_there_is_one(runner: FlaskCliRunner) -> None:
    account = AccountFactory(totp_secret="X" * 32, totp_confirmed_at=clock.now())
    assert runner.invoke(args=["accounts", "reset-second-factor", account.email.upper()]).exit_code == 0
    again = runner.invoke(args=["accounts", "reset-second-factor", account.email])
    assert again.exit_code == 1 and "no account with a second factor" in again.stderr


def test_a_person_s_data_are_printed_and_deleted_on_demand(runner: FlaskCliRunner) -> None:
    lead = MembershipFactory()
    email, town = lead.account.email, lead.town.name
    told = json.loads(runner.invoke(args=["accounts", "export", email.upper()]).stdout)
    assert told["accounts"][0]["email"] == email

    asked = runner.invoke(args=["accounts", "erase", email], input="n\n")
    assert asked.exit_code == 1 and f"last lead of {town}" in asked.output
    assert accounts.id_of(email) is not None
    assert runner.invoke(args=["accounts", "erase", email, "--yes"]).exit_code == 0
    assert accounts.id_of(email) is None
    for command in ("export", "erase"):
        gone = runner.invoke(args=["accounts", command, email])
        assert gone.exit_code == 1 and "no account has the address" in gone.stderr
