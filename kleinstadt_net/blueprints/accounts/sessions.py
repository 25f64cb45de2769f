"""The browsers one is signed in on."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net import clock
from kleinstadt_net.blueprints.accounts import bp
from kleinstadt_net.blueprints.accounts.sign_in import forget_cookie
from kleinstadt_net.security.access import SIGNED_IN, access
from kleinstadt_net.services import sessions
from kleinstadt_net.web.forms import BaseForm


@bp.get("/konto/sitzungen")
@access(SIGNED_IN)
def own_sessions() -> ResponseReturnValue:
    """Where one is signed in, this browser first."""
    found = sessions.own(current_user.account_id, current_user.session_id)
    return render_template("accounts/sessions.html", sessions=found, form=BaseForm())


@bp.post("/konto/sitzungen/<int:session_id>/beenden")
@access(SIGNED_IN)
def end_session(session_id: int) -> ResponseReturnValue:
    """Sign out on another browser."""
    if not sessions.end(session_id, current_user.account_id):
        abort(404)
    flash("Dort sind Sie jetzt abgemeldet.", "success")
    return redirect(url_for("accounts.own_sessions"))


@bp.post("/ueberall-abmelden")
@access(SIGNED_IN)
def sign_out_everywhere() -> ResponseReturnValue:
    """End all sessions of the account, this one included."""
    sessions.end_all(current_user.account_id)
    forget_cookie()
    flash("Sie sind jetzt auf allen Geräten abgemeldet, auch auf diesem.", "success")
    return redirect(url_for("pages.start"))


@bp.after_app_request
def note_use(response: Response) -> Response:
    """The day a session was last used, once a day and never by reading a page alone."""
    if request.method == "POST" and current_user.is_authenticated and current_user.seen_on < clock.today():
        sessions.touch(current_user.session_id)
    return response
