"""The list of what one was told, and the choice of letters. Looking at it changes nothing."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.notifications import bp
from kleinstadt_net.blueprints.notifications.forms import PlainForm, PreferencesForm, ReadAllForm
from kleinstadt_net.security.access import VERIFIED, access
from kleinstadt_net.services import accounts, notifications, subscriptions
from kleinstadt_net.web.paging import PAGE_SIZE, Page, requested_number


@bp.get("/benachrichtigungen")
@access(VERIFIED)
def index() -> str:
    """Everything one was told in the last half year, the newest first."""
    account_id = current_user.account_id
    page = Page(requested_number(request.args), PAGE_SIZE, notifications.count(account_id)).must_exist()
    lines = notifications.lines(account_id, limit=page.size, offset=(page.number - 1) * page.size)
    return render_template("notifications/index.html", lines=lines, page=page, form=PlainForm())


@bp.post("/benachrichtigungen/<int:notification_id>")
@access(VERIFIED)
def read(notification_id: int) -> ResponseReturnValue:
    """Mark a line as read, and go where it leads, for the town it was told for."""
    if not PlainForm().validate_on_submit():
        abort(400)
    opened = notifications.read(notification_id, current_user.account_id)
    if opened is None:
        abort(404)
    if request.form.get("nur_gelesen"):
        return redirect(url_for("notifications.index"))
    if current_user.acting.ags != opened.ags:
        accounts.act_for(current_user.session_id, current_user.account_id, opened.ags)
    return redirect(opened.path)


@bp.post("/benachrichtigungen/gelesen")
@access(VERIFIED)
def read_all() -> ResponseReturnValue:
    """Mark everything that was shown, and what is older, as read."""
    form = ReadAllForm()
    if not form.validate_on_submit():
        abort(400)
    notifications.read_all(current_user.account_id, form.bis.data or 0)
    flash("Alle Benachrichtigungen sind als gelesen markiert.", "success")
    return redirect(url_for("notifications.index"))


@bp.route("/benachrichtigungen/einstellungen", methods=["GET", "POST"])
@access(VERIFIED)
def preferences() -> ResponseReturnValue:
    """Choose for each kind in which letter one wishes to read it."""
    form = PreferencesForm(data=notifications.preferences(current_user.account_id))
    if not form.validate_on_submit():
        return _preferences(form), 422 if form.is_submitted() else 200
    notifications.set_preferences(current_user.account_id, form.modes)
    flash("Gespeichert. Das gilt für alles, was von jetzt an geschieht.", "success")
    return redirect(url_for("notifications.preferences"))


def _preferences(form: PreferencesForm) -> str:
    subscription = subscriptions.of_account(current_user.account_id)
    return render_template(
        "notifications/preferences.html",
        form=form,
        reads_digest=subscription is not None and subscription.frequency == subscriptions.MONTHLY,
    )
