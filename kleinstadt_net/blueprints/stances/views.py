"""Unsere Stadt: what the own town says of itself."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.stances import bp
from kleinstadt_net.blueprints.stances.forms import (
    NO_STATEMENT,
    ConfirmForm,
    DraftForm,
    FocusForm,
    StanceForm,
)
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import stances
from kleinstadt_net.vocabulary import SUBJECTS


@bp.get("/unsere-stadt")
@access(EDITOR, town=acting)
def edit() -> str:
    """The sheet: every subject with the town's statement, what is older than a year, and the focus."""
    sheet = stances.sheet(current_user.acting.town_id)
    return render_template("stances/sheet.html", sheet=sheet, town=current_user.acting, form=DraftForm())


@bp.route("/unsere-stadt/angaben/<subject>", methods=["GET", "POST"])
@access(EDITOR, town=acting)
def edit_stance(subject: str) -> ResponseReturnValue:
    """Change the statement on one subject."""
    if subject not in SUBJECTS:
        abort(404)
    row = stances.find(current_user.acting.town_id, subject)
    form = StanceForm(data=_form_data(row))
    if not form.validate_on_submit():
        return _stance_page(form, subject), 422 if form.is_submitted() else 200
    try:
        _save(form, subject)
    except stances.StaleVersion as stale:
        # What was typed stays in the form; saving once more replaces what the colleague wrote, knowingly.
        form.version.data = form.version.raw_data = None
        form.version.process_data(stale.current.version)
        return _stance_page(form, subject, stale.current), 409
    flash("Ihre Angabe ist gespeichert.", "success")
    return redirect(url_for("stances.edit", _anchor=subject))


def _form_data(row: stances.StanceRow) -> dict[str, object]:
    return {
        "state": row.state or NO_STATEMENT,
        "sentence": row.sentence,
        "since": row.since.strftime("%Y-%m") if row.since else None,
        "version": row.version,
    }


def _save(form: StanceForm, subject: str) -> None:
    stances.save(
        current_user.acting.town_id,
        current_user.account_id,
        subject,
        state=None if form.state.data == NO_STATEMENT else form.state.data,
        sentence=form.sentence.data,
        since=form.since.first_day,
        version=form.version.data or 0,
    )


def _stance_page(form: StanceForm, subject: str, other: stances.StanceRow | None = None) -> str:
    return render_template("stances/edit.html", form=form, subject=SUBJECTS[subject], other=other)


@bp.post("/unsere-stadt/angaben/<subject>/bestaetigen")
@access(EDITOR, town=acting)
def confirm(subject: str) -> ResponseReturnValue:
    """Say that a statement still holds."""
    form = ConfirmForm()
    if subject not in SUBJECTS or not form.validate_on_submit():
        abort(404)
    try:
        stances.confirm(current_user.acting.town_id, current_user.account_id, subject, form.version.data or 0)
    except stances.StaleVersion:
        flash("Diese Angabe wurde gerade geändert. Bitte sehen Sie sie noch einmal an.", "warning")
        return redirect(url_for("stances.edit_stance", subject=subject))
    flash("Danke, die Angabe gilt weiter.", "success")
    return redirect(url_for("stances.edit", _anchor=subject))


@bp.route("/unsere-stadt/schwerpunkte", methods=["GET", "POST"])
@access(EDITOR, town=acting)
def focus() -> ResponseReturnValue:
    """Choose up to three theses."""
    sheet = stances.sheet(current_user.acting.town_id)
    form = FocusForm(data={"theses": list(sheet.focus)})
    if not form.validate_on_submit():
        return render_template("stances/focus.html", form=form), 422 if form.is_submitted() else 200
    stances.set_focus(current_user.acting.town_id, current_user.account_id, form.theses.data or [])
    flash("Ihre Schwerpunkte sind gespeichert.", "success")
    return redirect(url_for("stances.edit"))


@bp.post("/unsere-stadt/entwuerfe/<int:draft_id>/uebernehmen")
@access(EDITOR, town=acting)
def adopt_draft(draft_id: int) -> ResponseReturnValue:
    """Make an inherited statement the town's own."""
    if not stances.adopt_draft(current_user.acting.town_id, current_user.account_id, draft_id):
        abort(404)
    flash("Die Angabe ist übernommen.", "success")
    return redirect(url_for("stances.edit"))


@bp.post("/unsere-stadt/entwuerfe/<int:draft_id>/verwerfen")
@access(EDITOR, town=acting)
def discard_draft(draft_id: int) -> ResponseReturnValue:
    """Throw an inherited statement away."""
    if not stances.discard_draft(current_user.acting.town_id, current_user.account_id, draft_id):
        abort(404)
    flash("Der Entwurf ist verworfen.", "success")
    return redirect(url_for("stances.edit"))
