"""Somebody's Monatsbrief as she sees it, for an operator who was asked about it."""

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.operations import bp
from kleinstadt_net.blueprints.operations.letter_forms import PreviewForm
from kleinstadt_net.security.access import OPERATOR, access
from kleinstadt_net.security.headers import EMBEDDING_POLICY, LETTER_POLICY
from kleinstadt_net.services import digest_inspection
from kleinstadt_net.services.digest_inspection import Inspected


@bp.route("/betrieb/briefe/vorschau", methods=["GET", "POST"])
@access(OPERATOR)
def preview_letter() -> ResponseReturnValue:
    """Whose letter it shall be; the address is posted, so that it stands in no URL, and the look is written down."""
    form = PreviewForm()
    if not form.validate_on_submit():
        page = render_template("operations/preview.html", form=form)
        return page, 422 if form.is_submitted() else 200
    signed = digest_inspection.open_for(current_user.account_id, form.email.data or "")
    if signed is None:
        flash("Zu dieser Adresse gibt es kein Konto.", "warning")
        return render_template("operations/preview.html", form=form), 404
    return redirect(url_for("operations.previewed_letter", signed=signed))


@bp.get("/betrieb/briefe/vorschau/<signed>")
@access(OPERATOR)
def previewed_letter(signed: str) -> Response:
    """The letter in a frame, below a banner that says whose it is."""
    page = render_template("operations/previewed.html", found=_find(signed), signed=signed)
    return Response(page, headers={"Content-Security-Policy": EMBEDDING_POLICY})


@bp.get("/betrieb/briefe/vorschau/<signed>/ansicht")
@access(OPERATOR)
def previewed_view(signed: str) -> Response:
    """The letter itself, for the frame."""
    preview = _find(signed).preview
    if preview is None or preview.letter is None:
        abort(404)
    return Response(preview.letter.html, headers={"Content-Security-Policy": LETTER_POLICY})


def _find(signed: str) -> Inspected:
    return digest_inspection.find(signed, current_user.account_id) or abort(404)
