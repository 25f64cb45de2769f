"""Inviting towns by one's own post, and the list of those who object to it."""

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.outreach import bp
from kleinstadt_net.blueprints.outreach.forms import InvitationForm, ObjectionForm, PlainForm
from kleinstadt_net.security.access import OPERATOR, VERIFIED, access
from kleinstadt_net.services import outreach


@bp.route("/stadt/<slug>-<ags>/einladen", methods=["GET", "POST"])
@access(VERIFIED)
def invite(slug: str, ags: str) -> ResponseReturnValue:
    """A text to be changed, printed and posted by the member herself; sent and stored is nothing."""
    occasion = outreach.occasion(ags, current_user.acting.town_id) or abort(404)
    if occasion.slug != slug:
        return redirect(url_for("outreach.invite", slug=occasion.slug, ags=occasion.ags), 301)
    proposal = render_template("outreach/_proposal.txt", occasion=occasion, sender=current_user.full_name)
    form = InvitationForm(text=proposal.strip())
    if not occasion.is_open or not form.validate_on_submit():
        page = render_template(
            "outreach/invite.html", occasion=occasion, form=form, with_pdf=outreach.can_make_paper()
        )
        return page, 422 if form.is_submitted() and occasion.is_open else 200
    text = form.text.data or ""
    if not outreach.can_make_paper():
        return render_template("outreach/print_invitation.html", **outreach.sheet(occasion, text))
    named = {"Content-Disposition": f'attachment; filename="einladung-{occasion.ags}.pdf"'}
    return Response(outreach.paper(occasion, text), mimetype="application/pdf", headers=named)


@bp.route("/betrieb/widersprueche", methods=["GET", "POST"])
@access(OPERATOR)
def objections() -> ResponseReturnValue:
    """The towns that do not want to be written to, and a form for one more."""
    form = ObjectionForm()
    if form.validate_on_submit():
        if outreach.object_for(form.ags.data or "", form.note.data or "", current_user.account_id):
            flash("Der Widerspruch ist eingetragen.", "success")
            return redirect(url_for("outreach.objections"))
        form.ags.errors = ["Eine Stadt mit diesem Schlüssel kennen wir nicht."]
    page = render_template("outreach/objections.html", form=form, rows=outreach.objections())
    return page, 422 if form.is_submitted() else 200


@bp.post("/betrieb/widersprueche/<int:objection_id>/streichen")
@access(OPERATOR)
def withdraw_objection(objection_id: int) -> ResponseReturnValue:
    """Take a town off the list."""
    if not PlainForm().validate_on_submit():
        abort(400)
    if not outreach.withdraw_objection(objection_id, current_user.account_id):
        abort(404)
    flash("Der Widerspruch ist gestrichen.", "success")
    return redirect(url_for("outreach.objections"))
