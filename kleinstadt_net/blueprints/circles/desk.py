"""The operator proposes a circle."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.circles import bp
from kleinstadt_net.blueprints.circles.forms import ProposalForm, SubjectForm
from kleinstadt_net.blueprints.circles.views import REFUSED, described
from kleinstadt_net.security.access import OPERATOR, access
from kleinstadt_net.services import circle_proposals, circles
from kleinstadt_net.services.circle_proposals import RefusedError


@bp.route("/betrieb/lernkreise", methods=["GET", "POST"])
@access(OPERATOR)
def propose() -> ResponseReturnValue:
    """The last circles, and a new one: choose the challenge, then whom to ask."""
    chooser, form = SubjectForm(request.args), ProposalForm()
    subject = request.args.get("aufgabe", "")
    try:
        offered = circle_proposals.offer(subject, None) if subject else None
    except RefusedError:
        abort(404)
    if offered is not None:
        form.offer(offered, described(offered))
    shown = {"chooser": chooser, "form": form, "offered": offered}
    if offered is None or not form.validate_on_submit():
        return render_template("circles/desk.html", **shown, latest=circles.latest())
    try:
        circle_proposals.propose(
            subject, form.staedte.data or [], town_id=None, account_id=current_user.account_id
        )
    except RefusedError as refused:
        form.staedte.errors = [REFUSED[refused.reason]]
        return render_template("circles/desk.html", **shown, latest=circles.latest()), 422
    flash("Die Städte sind eingeladen.", "success")
    return redirect(url_for("circles.propose"))
