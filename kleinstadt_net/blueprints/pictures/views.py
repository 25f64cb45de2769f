"""Showing pictures, and the page on which a town uploads, describes, releases and removes its own."""

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.pictures import bp
from kleinstadt_net.blueprints.pictures.forms import CaptionForm, PictureForm, PlainForm
from kleinstadt_net.security.access import EDITOR, LEAD, PUBLIC, access, acting
from kleinstadt_net.services import pictures, stance_drafts
from kleinstadt_net.services.pictures import MAX_BYTES, Fault, PictureRefused
from kleinstadt_net.web.uploads import accepts_upload

# The words around the picture in the request.
ROOM_FOR_TEXTS = 64 * 1024
# Short enough that a picture taken away is gone the same day from every browser.
KEPT_SECONDS = 3_600
WAITS = "Das Bild ist gespeichert. Sichtbar wird es, sobald es freigegeben ist."
FAULTS = {
    Fault.TOO_HEAVY: "Das Bild ist größer als 15 MB. Bitte verkleinern Sie es.",
    Fault.UNKNOWN: "Dieses Bild können wir nicht lesen. Bitte nehmen Sie eine Datei im Format JPEG, PNG oder WebP.",
    Fault.TOO_LARGE: "Das Bild hat mehr als 40 Millionen Bildpunkte. Bitte verkleinern Sie es.",
    Fault.TOO_SMALL: "Das Bild ist zu klein: Bitte mindestens 320 Bildpunkte an jeder Seite.",
    Fault.TOO_LONG: "Das Bild ist zu schmal oder zu lang: Bitte höchstens viermal so lang wie breit.",
    Fault.BROKEN: "Das Bild ist beschädigt oder unvollständig. Bitte speichern Sie es auf Ihrem Gerät neu.",
}


@bp.get("/bild/<token>/<int:width>.jpg")
@access(PUBLIC)
def show(token: str, width: int) -> ResponseReturnValue:
    """A picture's bytes, for whoever may see the page it stands on."""
    own_towns = [town.town_id for town in current_user.towns if town.counts]
    data = pictures.file(token, width, verified=current_user.is_verified, own_town_ids=own_towns)
    if data is None:
        abort(404)
    return Response(
        data, mimetype="image/jpeg", headers={"Cache-Control": f"private, max-age={KEPT_SECONDS}"}
    )


@bp.get("/unsere-stadt/bild")
@access(EDITOR, town=acting)
def edit() -> ResponseReturnValue:
    """The town's picture, and the form for another one."""
    return _page(PictureForm(formdata=None))


@bp.post("/unsere-stadt/bild")
@access(EDITOR, town=acting)
@accepts_upload(MAX_BYTES + ROOM_FOR_TEXTS)
def upload() -> ResponseReturnValue:
    """Take a new picture in place of the one there is."""
    form = PictureForm()
    if not form.validate_on_submit():
        return _page(form, 422)
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    try:
        is_public = pictures.upload(town_id, account_id, form.picture.data.read(), form.caption)
    except PictureRefused as refused:
        form.picture.errors = [FAULTS[refused.fault]]
        return _page(form, 422)
    flash("Das Bild ist gespeichert." if is_public else WAITS, "success")
    return redirect(url_for("pictures.edit"))


@bp.route("/unsere-stadt/bild/<int:picture_id>/angaben", methods=["GET", "POST"])
@access(EDITOR, town=acting)
def describe(picture_id: int) -> ResponseReturnValue:
    """Change what stands beside a picture."""
    own = pictures.own(current_user.acting.town_id)
    row = next((row for row in (own.shown, own.waiting) if row and row.picture_id == picture_id), None)
    if row is None:
        abort(404)
    if row.is_released and _must_wait():
        return _lead_only()
    form = CaptionForm(data=vars(row.caption))
    if not form.validate_on_submit():
        page = render_template("pictures/describe.html", form=form, row=row)
        return page, 422 if form.is_submitted() else 200
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    if not pictures.describe(town_id, account_id, picture_id, form.caption):
        abort(404)
    flash("Die Angaben zum Bild sind gespeichert.", "success")
    return redirect(url_for("pictures.edit"))


@bp.post("/unsere-stadt/bild/<int:picture_id>/freigeben")
@access(LEAD, town=acting)
def release(picture_id: int) -> ResponseReturnValue:
    """Show the picture that waits."""
    if not PlainForm().validate_on_submit():
        abort(400)
    if not pictures.release(current_user.acting.town_id, current_user.account_id, picture_id):
        abort(404)
    flash("Das Bild ist freigegeben.", "success")
    return redirect(url_for("pictures.edit"))


@bp.post("/unsere-stadt/bild/<int:picture_id>/entfernen")
@access(EDITOR, town=acting)
def remove(picture_id: int) -> ResponseReturnValue:
    """Delete a picture."""
    if not PlainForm().validate_on_submit():
        abort(400)
    own = pictures.own(current_user.acting.town_id)
    if own.shown and own.shown.picture_id == picture_id and _must_wait():
        return _lead_only()
    if not pictures.remove(current_user.acting.town_id, current_user.account_id, picture_id):
        abort(404)
    flash("Das Bild ist entfernt.", "success")
    return redirect(url_for("pictures.edit"))


def _lead_only() -> ResponseReturnValue:
    flash(
        "Das Bild Ihrer Stadt ändern die Personen, die das Profil verantworten. Bitte sprechen Sie sie an.",
        "warning",
    )
    return redirect(url_for("pictures.edit"))


def _must_wait() -> bool:
    return stance_drafts.must_wait(current_user.acting.town_id, current_user.account_id)


def _page(form: PictureForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "pictures/edit.html",
        form=form,
        own=pictures.own(current_user.acting.town_id),
        must_wait=_must_wait(),
        is_lead=current_user.acting.role == "lead",
    )
    return page, status
