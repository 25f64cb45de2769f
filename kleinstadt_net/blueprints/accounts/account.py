"""The own account: how one is addressed, and the e-mail address."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import TooManyRequests

from kleinstadt_net.blueprints.accounts import bp
from kleinstadt_net.blueprints.accounts.forms import EmailForm, PersonForm
from kleinstadt_net.blueprints.accounts.mailbox_links import not_yet_used
from kleinstadt_net.security.access import BY_LINK, SIGNED_IN, access
from kleinstadt_net.services import accounts, addresses, email_change


@bp.route("/konto", methods=["GET", "POST"])
@access(SIGNED_IN)
def settings() -> ResponseReturnValue:
    """How one is addressed, for which towns one acts, and the ways to all else about the account."""
    form = PersonForm(obj=current_user)
    if not form.validate_on_submit():
        held_back = addresses.is_held_back(current_user.email)
        page = render_template("accounts/settings.html", form=form, held_back=held_back)
        return page, 422 if form.is_submitted() else 200
    accounts.update_person(
        current_user.account_id,
        first_name=form.first_name.data or "",
        last_name=form.last_name.data or "",
        salutation=form.salutation.data,
    )
    flash("Gespeichert.", "success")
    return redirect(url_for("accounts.settings"))


@bp.route("/konto/e-mail", methods=["GET", "POST"])
@access(SIGNED_IN, recent=True)
def change_email() -> ResponseReturnValue:
    """Name another e-mail address, which gets a link to show that it is hers."""
    form = EmailForm()
    if not form.validate_on_submit():
        return render_template("accounts/email.html", form=form), 422 if form.is_submitted() else 200
    try:
        email_change.request(current_user.account_id, form.email.data or "")
    except email_change.TooManyAttempts as error:
        raise TooManyRequests(retry_after=error.until) from error
    flash(
        "Wir haben an die neue Adresse geschrieben. Sie gilt, sobald Sie den Link in diesem Brief benutzt haben.",
        "success",
    )
    return redirect(url_for("accounts.settings"))


@bp.route("/konto/e-mail/<token>", methods=["GET", "POST"])
@access(BY_LINK)
def confirm_email(token: str) -> ResponseReturnValue:
    """Take the new address with the link sent there; looking at the page changes nothing."""
    page = not_yet_used(
        email_change.address_of(token),
        lambda: email_change.confirm(token),
        page="accounts/email_confirm.html",
        gone="accounts/email_link_expired.html",
    )
    if page is not None:
        return page
    flash("Ihre neue E-Mail-Adresse gilt ab jetzt, auch zum Anmelden.", "success")
    return redirect(url_for("accounts.settings"))
