"""A person's own towns: which is home, giving one up, asking for another, and whether her name is shown."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.memberships import bp
from kleinstadt_net.blueprints.memberships.forms import FurtherTownForm, PlainForm, ShowNameForm
from kleinstadt_net.security.access import SIGNED_IN, access
from kleinstadt_net.services import memberships, town_finder, town_people
from kleinstadt_net.services.verification_letters import STATUS_PATH


@bp.get("/konto/zugaenge")
@access(SIGNED_IN)
def own_towns() -> ResponseReturnValue:
    """The towns one acts for."""
    own = town_people.own(current_user.account_id)
    form = ShowNameForm(formdata=None, shows_name=own.shows_name)
    return render_template("memberships/own_towns.html", own=own, form=form)


@bp.post("/konto/zugaenge/<int:membership_id>/verlassen")
@access(SIGNED_IN)
def leave(membership_id: int) -> ResponseReturnValue:
    """Give up one's own access to a town."""
    _only_the_button()
    try:
        left = memberships.leave(current_user.account_id, membership_id)
    except memberships.LastLead:
        flash(
            "Das geht noch nicht: Niemand sonst ist für das Profil verantwortlich. Übergeben Sie es zuerst, "
            "oder bitten Sie den Betrieb darum, Ihren Zugang zu beenden.",
            "warning",
        )
        return _back()
    if not left:
        abort(404)
    flash("Ihr Zugang ist beendet. Wir haben Ihnen das auch geschrieben.", "success")
    return _back()


@bp.post("/konto/zugaenge/<int:membership_id>/heimat")
@access(SIGNED_IN)
def set_home(membership_id: int) -> ResponseReturnValue:
    """Choose the town for which one acts first and gets the Monatsbrief."""
    _only_the_button()
    if not memberships.set_home(current_user.account_id, membership_id):
        abort(404)
    flash("Gespeichert.", "success")
    return _back()


@bp.post("/konto/zugaenge/<int:membership_id>/betrieb")
@access(SIGNED_IN)
def ask_operator(membership_id: int) -> ResponseReturnValue:
    """A last lead who finds no successor asks the operator."""
    _only_the_button()
    if not memberships.ask_operator(current_user.account_id, membership_id):
        abort(404)
    flash("Der Betrieb weiß Bescheid und meldet sich bei Ihnen. Bis dahin bleibt Ihr Zugang.", "success")
    return _back()


@bp.post("/konto/zugaenge/name")
@access(SIGNED_IN)
def show_name() -> ResponseReturnValue:
    """Let verified towns see one's name and office, or no longer."""
    form = ShowNameForm()
    if not form.validate_on_submit():
        abort(400)
    memberships.set_shows_name(current_user.account_id, bool(form.shows_name.data))
    flash("Gespeichert.", "success")
    return _back()


@bp.route("/konto/weitere-stadt", methods=["GET", "POST"])
@access(SIGNED_IN)
def further_town() -> ResponseReturnValue:
    """Find a further town and ask to act for it."""
    form = FurtherTownForm(stadt=request.args.get("stadt", ""))
    town = town_finder.by_ags(form.stadt.data or "")
    if town is None:
        query = request.args.get("q", "")
        return render_template(
            "memberships/find_town.html",
            query=query,
            found=town_finder.find(query),
            is_unknown=bool(form.stadt.data),
        )
    if form.validate_on_submit():
        try:
            asked = memberships.claim_further_town(current_user.account_id, town.ags, form.office.data or "")
        except memberships.TooManyClaims:
            abort(429)
        if asked:
            flash("Ihre Anfrage ist gestellt. Wir haben Ihnen geschrieben, wie es weitergeht.", "success")
            return redirect(STATUS_PATH)
        form.form_errors.append("Für diese Stadt handeln Sie schon, oder Sie haben schon angefragt.")
    page = render_template("memberships/further_town.html", form=form, town=town)
    return page, 422 if form.is_submitted() else 200


def _only_the_button() -> None:
    if not PlainForm().validate_on_submit():
        abort(400)


def _back() -> ResponseReturnValue:
    return redirect(url_for("memberships.own_towns"))
