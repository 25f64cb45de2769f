"""The own data: reading them, taking them along, deleting the account, and "Ich bin noch dabei"."""

from flask import Response, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from kleinstadt_net.blueprints.privacy import bp
from kleinstadt_net.blueprints.privacy.forms import ErasureForm, PlainForm
from kleinstadt_net.security.access import BY_LINK, SIGNED_IN, access
from kleinstadt_net.services import erasure, inactivity, personal_data


@bp.get("/konto/meine-daten")
@access(SIGNED_IN, recent=True)
def own_data() -> str:
    """Everything that is stored about the person, to be read."""
    return render_template("privacy/own_data.html", parts=personal_data.parts(current_user.account_id))


@bp.get("/konto/meine-daten.json")
@access(SIGNED_IN, recent=True)
def own_data_file() -> ResponseReturnValue:
    """The same as a file, to be taken along."""
    named = {"Content-Disposition": 'attachment; filename="meine-daten.json"'}
    return Response(
        personal_data.as_json(current_user.account_id), mimetype="application/json", headers=named
    )


@bp.route("/konto/loeschen", methods=["GET", "POST"])
@access(SIGNED_IN, recent=True)
def erase() -> ResponseReturnValue:
    """Say what goes and what stays; delete the account once the person is sure."""
    form = ErasureForm()
    if not form.validate_on_submit():
        towns = erasure.names_of_towns_left_alone(current_user.account_id)
        page = render_template("privacy/erase.html", form=form, towns=towns)
        return page, 422 if form.is_submitted() else 200
    erasure.erase(current_user.account_id, erasure.BY_HERSELF)
    logout_user()
    session.clear()
    flash("Ihr Konto und alles, was wir über Sie gespeichert hatten, ist gelöscht.", "success")
    return redirect(url_for("pages.start"))


@bp.get("/dabei/<token>")
@access(BY_LINK)
def still_here(token: str) -> ResponseReturnValue:
    """The link of a warning: shows whom it was sent to, and waits for a click."""
    name = inactivity.find(token)
    if name is None:
        return _leads_nowhere()
    return render_template("privacy/still_here.html", name=name, form=PlainForm())


@bp.post("/dabei/<token>")
@access(BY_LINK)
def stay(token: str) -> ResponseReturnValue:
    """Keep the account."""
    if not PlainForm().validate_on_submit() or not inactivity.keep(token):
        return _leads_nowhere()
    return render_template("privacy/stays.html")


def _leads_nowhere() -> ResponseReturnValue:
    return render_template("privacy/link_gone.html"), 404
