"""``flask accounts``: let a person in. Prints a one-time link; the operator hands it over."""

import click
from flask.cli import AppGroup

from kleinstadt_net.services import accounts, erasure, personal_data, second_factor

group = AppGroup("accounts", help="Create accounts for towns and operators.")


@group.command("create")
@click.argument("email")
@click.option("--town", "town_ags", metavar="AGS", help="Key of the town (8 digits); see 'flask towns find'.")
@click.option("--role", type=click.Choice(["lead", "editor"]), default="lead", show_default=True)
@click.option("--operator", "is_operator", is_flag=True, help="Runs the service; edits no town's statements.")
@click.option("--first-name", default="")
@click.option("--last-name", default="")
@click.option(
    "--salutation", type=click.Choice(["Frau", "Herr"]), help="As the person wishes; never guessed."
)
@click.option("--office", default="", help="For instance Bürgermeisterin, Stadtplanung.")
def create(
    email: str,
    town_ags: str | None,
    role: str,
    is_operator: bool,
    first_name: str,
    last_name: str,
    salutation: str | None,
    office: str,
) -> None:
    """Create an account, or add a town to an existing one, and print the link to set its password."""
    if not town_ags and not is_operator:
        raise click.UsageError("say for which town (--town AGS), or that it is an operator (--operator)")
    try:
        made = accounts.create(
            email,
            town_ags=town_ags,
            role=role,
            is_operator=is_operator,
            first_name=first_name,
            last_name=last_name,
            salutation=salutation or "",
            office=office,
        )
    except accounts.AccountError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Account for {made.email}" + (f", {role} of {made.town}" if made.town else ", operator"))
    click.echo(f"Link to set the password, valid {accounts.PASSWORD_LINK_DAYS} days, once:")
    click.echo(made.password_url)


@group.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Let a person in by password alone who lost telephone and recovery codes; make sure who asks first."""
    try:
        second_factor.reset(email)
    except second_factor.NotSetUp as error:
        raise click.ClickException(f"no account with a second factor has the address {email!r}") from error
    click.echo("The second factor is off; a letter tells the person so.")


@group.command("export")
@click.argument("email")
def export(email: str) -> None:
    """Print everything that is stored about a person as JSON; make sure who asks first."""
    click.echo(personal_data.as_json(_account_id(email)), nl=False)


@group.command("erase")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(email: str, yes: bool) -> None:
    """Delete a person and everything about her; what her town said stays with the town."""
    account_id = _account_id(email)
    alone = erasure.names_of_towns_left_alone(account_id)
    if alone:
        click.echo(f"She is the last lead of {', '.join(alone)}; the town will no longer take part.")
    if not yes:
        click.confirm(f"Delete {email} for good?", abort=True)
    erasure.erase(account_id, erasure.BY_OPERATOR)
    click.echo("Deleted.")


def _account_id(email: str) -> int:
    account_id = accounts.id_of(email)
    if account_id is None:
        raise click.ClickException(f"no account has the address {email!r}")
    return account_id
