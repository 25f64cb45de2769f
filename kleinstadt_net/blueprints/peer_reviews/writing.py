"""Day, agenda, minutes, result and what becomes public."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.peer_reviews import bp
from kleinstadt_net.blueprints.peer_reviews.forms import PlainForm, PublicForm, roles_sent, writing_form
from kleinstadt_net.blueprints.peer_reviews.views import the_page
from kleinstadt_net.security.access import EDITOR, LEAD, access, acting
from kleinstadt_net.services import peer_review_writing
from kleinstadt_net.services.peer_review_writing import RefusedError, StaleVersionError, TakenOutError
from kleinstadt_net.services.peer_reviews import CANCELLED, UnknownPeerReviewError

TAKEN_OUT = (
    "Diesen Text haben wir nach einer Meldung entfernt. Bitte ändern Sie, was die Begründung nennt, bevor er wieder "
    "erscheint."
)


@bp.route("/kollegiale-beratung/<int:peer_review_id>/bearbeiten", methods=["GET", "POST"])
@access(EDITOR, town=acting, keeps_text=True)
def edit(peer_review_id: int) -> ResponseReturnValue:
    """Write: the host everything, a guest minutes and result."""
    page = the_page(peer_review_id)
    if not page.may_write:
        abort(404)
    form = writing_form(page)
    given = {"page": page, "form": form, "town": current_user.acting}
    if not form.validate_on_submit():
        return render_template(
            "peer_reviews/edit.html", **given, stale=None
        ), 422 if form.is_submitted() else 200
    try:
        peer_review_writing.edit(
            peer_review_id,
            form.content,
            form.version.data or 0,
            town_id=current_user.acting.town_id,
            account_id=current_user.account_id,
            roles=roles_sent(request.form, (guest.town.ags for guest in page.guests)),
        )
    except RefusedError as refused:
        form.tag.errors = [refused.problem]
        return render_template("peer_reviews/edit.html", **given, stale=None), 422
    except StaleVersionError as stale:
        # What was typed stays in the form; saving once more replaces what the other wrote, knowingly.
        form.rebase(stale)
        return render_template("peer_reviews/edit.html", **given, stale=stale.content), 409
    except UnknownPeerReviewError:
        abort(404)
    flash("Gespeichert.", "success")
    return redirect(url_for("peer_reviews.show", peer_review_id=peer_review_id))


@bp.route("/kollegiale-beratung/<int:peer_review_id>/veroeffentlichen", methods=["GET", "POST"])
@access(LEAD, town=acting, keeps_text=True)
def publish(peer_review_id: int) -> ResponseReturnValue:
    """What all confirmed towns may read of it."""
    page = the_page(peer_review_id)
    if not page.is_host or page.state == CANCELLED:
        abort(404)
    form = PublicForm(data={"text": page.public_text or page.result})
    if not form.validate_on_submit():
        shown = render_template("peer_reviews/publish.html", page=page, form=form)
        return shown, 422 if form.is_submitted() else 200
    text = (form.text.data or "").strip()
    try:
        peer_review_writing.publish(
            peer_review_id, text, town_id=current_user.acting.town_id, account_id=current_user.account_id
        )
    except TakenOutError:
        form.text.errors = [TAKEN_OUT]
        return render_template("peer_reviews/publish.html", page=page, form=form), 422
    flash(
        "Alle bestätigten Städte können das jetzt lesen." if text else "Andere Städte lesen nichts davon.",
        "success",
    )
    return redirect(url_for("peer_reviews.show", peer_review_id=peer_review_id))


@bp.post("/kollegiale-beratung/<int:peer_review_id>/abschliessen")
@access(LEAD, town=acting)
def end(peer_review_id: int) -> ResponseReturnValue:
    """It has taken place, or does not."""
    _must_be_pressed()
    try:
        peer_review_writing.end(
            peer_review_id, town_id=current_user.acting.town_id, account_id=current_user.account_id
        )
    except UnknownPeerReviewError:
        abort(404)
    return redirect(url_for("peer_reviews.show", peer_review_id=peer_review_id))


@bp.post("/kollegiale-beratung/<int:peer_review_id>/beispiel")
@access(EDITOR, town=acting)
def begin_example(peer_review_id: int) -> ResponseReturnValue:
    """Begin the host's example with the question, and go on writing."""
    _must_be_pressed()
    try:
        practice_id = peer_review_writing.begin_example(
            peer_review_id, town_id=current_user.acting.town_id, account_id=current_user.account_id
        )
    except UnknownPeerReviewError:
        abort(404)
    flash("Der Entwurf ist angelegt. Nur Ihr Rathaus sieht ihn.", "success")
    return redirect(url_for("practices.edit", practice_id=practice_id))


def _must_be_pressed() -> None:
    if not PlainForm().validate_on_submit():
        abort(422)
