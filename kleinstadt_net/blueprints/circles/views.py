"""The list of circles, one circle, and what its towns decide."""

from collections.abc import Mapping

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.circles import bp
from kleinstadt_net.blueprints.circles.forms import AnswerForm, PlainForm, ProposalForm, SubjectForm
from kleinstadt_net.matching.weights import CIRCLE_TOWNS
from kleinstadt_net.security.access import EDITOR, LEAD, VERIFIED, access, acting
from kleinstadt_net.services import circle_answers, circle_meetings, circle_proposals, circles, member_news
from kleinstadt_net.services.circle_answers import TooLateError
from kleinstadt_net.services.circle_proposals import Offer, RefusedError
from kleinstadt_net.services.circles import UnknownCircleError
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.web.readers import reader

TOO_LATE = "Der Lernkreis ist inzwischen voll oder vorbei. Es hat sich nichts geändert."
# Why a proposal cannot be made, by the service's reason.
REFUSED = {
    "subject": "Diese Aufgabe gibt es nicht. Bitte wählen Sie eine aus der Liste.",
    "few": "Ein Lernkreis braucht mindestens vier Städte. Bitte wählen Sie noch welche dazu.",
    "many": "Ein Lernkreis hat höchstens sechs Städte. Bitte nehmen Sie welche heraus.",
    "unknown": "Eine der Städte ist nicht mehr dabei. Bitte nehmen Sie sie heraus.",
    "often": "Ihre Stadt hat im letzten Vierteljahr schon drei Lernkreise vorgeschlagen. Bitte warten Sie noch etwas.",
}


@bp.get("/lernkreise")
@access(VERIFIED)
def index() -> str:
    """What waits for the own town's answer, where it takes part, and where a place is free."""
    own = current_user.acting
    return render_template("circles/index.html", found=circles.listing(own.town_id), town=own)


@bp.get("/lernkreis/<int:circle_id>")
@access(VERIFIED)
def show(circle_id: int) -> str:
    """One circle with its towns and dates."""
    return _page(circle_id)


@bp.post("/lernkreis/<int:circle_id>/antwort")
@access(EDITOR, town=acting)
def answer(circle_id: int) -> ResponseReturnValue:
    """Say yes or no for the town; no to a circle that runs means to leave it."""
    form = AnswerForm()
    if not form.validate_on_submit():
        flash("Diese Antwort kennen wir nicht. Bitte wählen Sie eine der angebotenen.", "danger")
        return _page(circle_id), 422
    own = current_user.acting
    try:
        circle_answers.answer(circle_id, own.town_id, current_user.account_id, form.says_yes)
    except UnknownCircleError:
        abort(404)
    except TooLateError:
        flash(TOO_LATE, "warning")
        return redirect(url_for("circles.index"))
    if not form.says_yes:
        flash("In Ordnung, diesmal nicht. Die anderen Städte erfahren nicht, wer abgesagt hat.", "success")
        return redirect(url_for("circles.index"))
    flash(f"{own.name} ist dabei. Wir schreiben Ihnen, sobald es etwas Neues gibt.", "success")
    return redirect(url_for("circles.show", circle_id=circle_id))


@bp.post("/lernkreis/<int:circle_id>/weiter")
@access(LEAD, town=acting)
def go_on(circle_id: int) -> ResponseReturnValue:
    """Another date for a circle that has met."""
    _decide(circle_id, circle_meetings.go_on)
    flash("Der Lernkreis geht weiter, mit einem weiteren Treffen.", "success")
    return redirect(url_for("circles.show", circle_id=circle_id))


@bp.post("/lernkreis/<int:circle_id>/ende")
@access(LEAD, town=acting)
def end(circle_id: int) -> ResponseReturnValue:
    """The circle has done its work."""
    _decide(circle_id, circle_meetings.end)
    flash("Der Lernkreis ist beendet. Seine Seite mit den Ergebnissen bleibt stehen.", "success")
    return redirect(url_for("circles.show", circle_id=circle_id))


@bp.route("/lernkreise/neu", methods=["GET", "POST"])
@access(LEAD, town=acting)
def new() -> ResponseReturnValue:
    """Choose a challenge, then three to five towns to ask."""
    own, form, subject = current_user.acting, ProposalForm(), request.args.get("aufgabe", "")
    try:
        offered = circle_proposals.offer(subject, own.town_id) if subject else None
    except RefusedError:
        abort(404)
    if offered is not None:
        form.offer(offered, described(offered), CIRCLE_TOWNS - 1)
    shown = {"chooser": SubjectForm(request.args), "form": form, "offered": offered, "town": own}
    if offered is None or not form.validate_on_submit():
        return render_template("circles/new.html", **shown)
    try:
        made = circle_proposals.propose(
            subject, form.staedte.data or [], town_id=own.town_id, account_id=current_user.account_id
        )
    except RefusedError as refused:
        form.staedte.errors = [REFUSED[refused.reason]]
        return render_template("circles/new.html", **shown), 422
    flash(
        "Der Vorschlag ist unterwegs: Wir schreiben den Städten und sagen Ihnen, wie es ausgeht.", "success"
    )
    return redirect(url_for("circles.show", circle_id=made))


def described(offer: Offer) -> Mapping[str, str]:
    """What stands beside each town's box, by the town's key."""
    return {town.ags: f"{town.name}, {LAENDER[town.land].name}" for town in offer.towns}


def _page(circle_id: int) -> str:
    own = current_user.acting
    try:
        page = circles.page(circle_id, own.town_id)
    except UnknownCircleError:
        abort(404)
    town_ids = [town.town_id for town in page.towns]
    news = member_news.of_circle(circle_id, town_ids, reader(), current_user.account_id)
    return render_template("circles/show.html", page=page, town=own, news=news)


def _decide(circle_id: int, deed: circle_meetings.Decision) -> None:
    if not PlainForm().validate_on_submit():
        abort(400)
    try:
        deed(circle_id, town_id=current_user.acting.town_id, account_id=current_user.account_id)
    except UnknownCircleError:
        abort(404)
