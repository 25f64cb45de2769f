"""An address that letters came back from is shown to be good again."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from kleinstadt_net.blueprints.accounts import bp
from kleinstadt_net.blueprints.accounts.mailbox_links import not_yet_used
from kleinstadt_net.security.access import BY_LINK, SIGNED_IN, access
from kleinstadt_net.services import addresses
from kleinstadt_net.web.forms import BaseForm


@bp.post("/konto/e-mail/wieder-erreichbar")
@access(SIGNED_IN)
def ask_reachable() -> ResponseReturnValue:
    """Have a link sent to the own address."""
    if not BaseForm().validate_on_submit():
        abort(400)
    try:
        addresses.ask(current_user.account_id)
    except addresses.TooManyAttempts as error:
        raise TooManyRequests(retry_after=error.until) from error
    flash(
        "Wir haben an Ihre Adresse geschrieben. Kommt der Brief an, benutzen Sie bitte den Link darin.",
        "success",
    )
    return redirect(url_for("accounts.settings"))


@bp.route("/konto/e-mail/wieder-erreichbar/<token>", methods=["GET", "POST"])
@access(BY_LINK)
def reachable_again(token: str) -> ResponseReturnValue:
    """Letters go to the address again; looking at the page changes nothing."""
    address = addresses.address_of(token)
    page = not_yet_used(
        address,
        lambda: addresses.confirm(token),
        page="accounts/reachable.html",
        gone="accounts/reachable_expired.html",
    )
    return page or render_template("accounts/reachable_done.html", address=address)
