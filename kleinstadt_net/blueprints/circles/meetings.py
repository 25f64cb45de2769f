"""A date of a circle: day, place, agenda and what came out of it."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.circles import bp
from kleinstadt_net.blueprints.circles.forms import meeting_form
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import circle_meetings
from kleinstadt_net.services.circle_meetings import StaleVersionError
from kleinstadt_net.services.circles import UnknownCircleError


@bp.route("/lernkreis/<int:circle_id>/termin/<int:number>", methods=["GET", "POST"])
@access(EDITOR, town=acting, keeps_text=True)
def meeting(circle_id: int, number: int) -> ResponseReturnValue:
    """Change a date; only towns of the circle find it."""
    own = current_user.acting
    try:
        page, shown = circle_meetings.for_editing(circle_id, number, own.town_id)
    except UnknownCircleError:
        abort(404)
    form = meeting_form(shown)
    given = {"page": page, "meeting": shown, "town": own, "form": form}
    if not form.validate_on_submit():
        return render_template("circles/meeting.html", **given), 422 if form.is_submitted() else 200
    try:
        circle_meetings.edit(
            circle_id,
            number,
            form.content,
            form.version.data or 0,
            town_id=own.town_id,
            account_id=current_user.account_id,
        )
    except UnknownCircleError:
        abort(404)
    except StaleVersionError as stale:
        # What was typed stays in the form; saving once more replaces what the other wrote, knowingly.
        form.rebase(stale)
        return render_template("circles/meeting.html", **given, stale=stale.content), 409
    flash("Das Treffen ist gespeichert.", "success")
    return redirect(url_for("circles.show", circle_id=circle_id))
