"""The Merkliste: what the whole town hall would like to come back to."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.bookmarks import bp
from kleinstadt_net.blueprints.bookmarks.forms import NoteForm, PlainForm
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import bookmarks
from kleinstadt_net.services.bookmarks import MAX_BOOKMARKS, ListFull


@bp.get("/merkliste")
@access(EDITOR, town=acting)
def index() -> str:
    """All marked towns with their notes."""
    return render_template("bookmarks/index.html", rows=bookmarks.listing(current_user.acting.town_id))


@bp.post("/merkliste/<ags>/merken")
@access(EDITOR, town=acting)
def mark(ags: str) -> ResponseReturnValue:
    """Put a town on the list."""
    if not PlainForm().validate_on_submit():
        abort(400)
    try:
        found = bookmarks.mark(current_user.acting.town_id, current_user.account_id, ags)
    except ListFull:
        flash(f"Ihre Merkliste ist voll: {MAX_BOOKMARKS} Städte. Bitte streichen Sie zuerst eine.", "warning")
        return redirect(url_for("bookmarks.index"))
    if not found:
        abort(404)
    flash("Die Stadt steht auf Ihrer Merkliste.", "success")
    return redirect(url_for("bookmarks.index", _anchor=f"stadt-{ags}"))


@bp.route("/merkliste/<ags>/notiz", methods=["GET", "POST"])
@access(EDITOR, town=acting)
def edit_note(ags: str) -> ResponseReturnValue:
    """Change the note beside a town."""
    rows = bookmarks.listing(current_user.acting.town_id)
    row = next((row for row in rows if row.town.ags == ags), None) or abort(404)
    form = NoteForm(data={"note": row.note})
    if not form.validate_on_submit():
        page = render_template("bookmarks/note.html", form=form, row=row)
        return page, 422 if form.is_submitted() else 200
    if not bookmarks.write_note(current_user.acting.town_id, ags, form.note.data or ""):
        abort(404)
    flash("Die Notiz ist gespeichert.", "success")
    return redirect(url_for("bookmarks.index", _anchor=f"stadt-{ags}"))


@bp.post("/merkliste/<ags>/streichen")
@access(EDITOR, town=acting)
def strike(ags: str) -> ResponseReturnValue:
    """Take a town off the list."""
    if not PlainForm().validate_on_submit():
        abort(400)
    if not bookmarks.strike(current_user.acting.town_id, ags):
        abort(404)
    flash("Die Stadt ist von der Merkliste gestrichen.", "success")
    return redirect(url_for("bookmarks.index"))
