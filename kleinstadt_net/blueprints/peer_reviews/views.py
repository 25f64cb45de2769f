"""The list of peer reviews, inviting to one, its page, and the answer of an invited town."""

from collections.abc import Iterable

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.peer_reviews import bp
from kleinstadt_net.blueprints.peer_reviews.forms import AnotherForm, AnswerForm, InvitationForm, SubjectForm
from kleinstadt_net.security.access import EDITOR, LEAD, VERIFIED, access, acting
from kleinstadt_net.services import peer_review_invitations, peer_reviews
from kleinstadt_net.services.peer_review_invitations import RefusedError
from kleinstadt_net.services.peer_reviews import PeerReviewPage, UnknownPeerReviewError
from kleinstadt_net.services.town_cards import TownCard
from kleinstadt_net.territory import LAENDER

# Why an invitation cannot be sent, by the service's reason.
REFUSED = {
    "few": "Bitte wählen Sie mindestens zwei Städte.",
    "many": "Bitte wählen Sie höchstens drei Städte: Jede soll zu Wort kommen.",
    "unknown": "Eine der Städte steht zurzeit nicht zur Verfügung. Bitte nehmen Sie sie heraus.",
    "open_enough": "Ihre Stadt hat schon drei offene Beratungen. Bitte schließen Sie erst eine davon ab.",
}


@bp.get("/kollegiale-beratung")
@access(VERIFIED)
def index() -> str:
    """The own town's, and what others have made public."""
    own = current_user.acting
    return render_template("peer_reviews/index.html", found=peer_reviews.listing(own.town_id), town=own)


@bp.route("/kollegiale-beratung/neu", methods=["GET", "POST"])
@access(LEAD, town=acting, keeps_text=True)
def new() -> ResponseReturnValue:
    """Choose a subject, then ask the question and invite two or three towns."""
    own, form, subject = current_user.acting, InvitationForm(), request.args.get("thema", "")
    try:
        towns = peer_review_invitations.offered(subject, own.town_id) if subject else None
    except ValueError:
        abort(404)
    if towns is not None:
        form.offer(described(towns))
    chooser = SubjectForm(request.args)
    shown = {"chooser": chooser, "form": form, "towns": towns, "subject": subject, "town": own}
    if towns is None or not form.validate_on_submit():
        status = 422 if towns is not None and form.is_submitted() else 200
        return render_template("peer_reviews/new.html", **shown), status
    try:
        made = peer_review_invitations.invite(
            subject,
            form.frage.data or "",
            form.staedte.data or [],
            town_id=own.town_id,
            account_id=current_user.account_id,
        )
    except RefusedError as refused:
        form.staedte.errors = [REFUSED[refused.reason]]
        return render_template("peer_reviews/new.html", **shown), 422
    flash("Die Einladungen sind unterwegs. Wir sagen Ihnen, wer kommt.", "success")
    return redirect(url_for("peer_reviews.show", peer_review_id=made))


@bp.get("/kollegiale-beratung/<int:peer_review_id>")
@access(EDITOR, town=acting)
def show(peer_review_id: int) -> ResponseReturnValue:
    """One visit, for its host and the invited towns."""
    if peer_reviews.has_declined(peer_review_id, current_user.acting.town_id):
        flash("Ihre Stadt hat zu dieser Beratung abgesagt. Sie müssen nichts mehr tun.", "info")
        return redirect(url_for("peer_reviews.index"))
    page = the_page(peer_review_id)
    return render_template("peer_reviews/show.html", page=page, town=current_user.acting)


@bp.post("/kollegiale-beratung/<int:peer_review_id>/antwort")
@access(EDITOR, town=acting)
def answer(peer_review_id: int) -> ResponseReturnValue:
    """Come or not."""
    form = AnswerForm()
    if not form.validate_on_submit():
        page = the_page(peer_review_id)
        flash("Bitte wählen Sie eine der beiden Antworten.", "danger")
        return render_template("peer_reviews/show.html", page=page, town=current_user.acting), 422
    try:
        host = peer_review_invitations.answer(
            peer_review_id,
            town_id=current_user.acting.town_id,
            account_id=current_user.account_id,
            says_yes=form.says_yes,
        )
    except UnknownPeerReviewError:
        abort(404)
    if not form.says_yes:
        flash(f"In Ordnung. Wir sagen es {host} freundlich.", "success")
        return redirect(url_for("peer_reviews.index"))
    flash(f"Schön. {host} weiß jetzt, dass Sie kommen.", "success")
    return redirect(url_for("peer_reviews.show", peer_review_id=peer_review_id))


@bp.route("/kollegiale-beratung/<int:peer_review_id>/einladen", methods=["GET", "POST"])
@access(LEAD, town=acting)
def invite_another(peer_review_id: int) -> ResponseReturnValue:
    """Another town in the place of one that has declined."""
    page, form = the_page(peer_review_id), AnotherForm()
    if not page.is_host or page.state != peer_reviews.OPEN:
        abort(404)
    present = {guest.town.ags for guest in page.guests}
    towns = peer_review_invitations.offered(page.subject, current_user.acting.town_id)
    form.offer(described(town for town in towns if town.ags not in present))
    if not form.validate_on_submit() or not form.stadt.data:
        if form.is_submitted():
            form.stadt.errors = ["Bitte wählen Sie eine Stadt."]
        shown = render_template("peer_reviews/invite.html", page=page, form=form, town=current_user.acting)
        return shown, 422 if form.is_submitted() else 200
    try:
        peer_review_invitations.invite_another(
            peer_review_id,
            form.stadt.data,
            town_id=current_user.acting.town_id,
            account_id=current_user.account_id,
        )
    except RefusedError as refused:
        form.stadt.errors = [REFUSED[refused.reason]]
        shown = render_template("peer_reviews/invite.html", page=page, form=form, town=current_user.acting)
        return shown, 422
    flash("Die Einladung ist unterwegs.", "success")
    return redirect(url_for("peer_reviews.show", peer_review_id=peer_review_id))


def described(towns: Iterable[TownCard]) -> dict[str, str]:
    """What stands beside each town's box, by the town's key."""
    return {town.ags: f"{town.name}, {LAENDER[town.land].name}" for town in towns}


def the_page(peer_review_id: int) -> PeerReviewPage:
    """The visit as the acting town sees it; 404 for everybody else."""
    try:
        return peer_reviews.page(peer_review_id, current_user.acting.town_id)
    except UnknownPeerReviewError:
        abort(404)
