"""The own town's examples: begun, written, archived, deleted."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.practices import bp
from kleinstadt_net.blueprints.practices.forms import PracticeForm, TitleForm, opened
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import practice_documents, practice_editing, stance_drafts, typed
from kleinstadt_net.services.practice_content import Refused
from kleinstadt_net.services.practice_editing import Deed, OwnPractice, StaleVersion, UnknownPractice
from kleinstadt_net.web.forms import VersionForm

# The name of the button that also releases, and of the input that says for which town the form was opened.
RELEASE, TOWN = "freigeben", "stadt"
SAID = {
    practice_editing.SAVED: "Der Entwurf ist gespeichert. Nur Ihr Rathaus sieht ihn.",
    practice_editing.SUBMITTED: "Gespeichert. Sichtbar wird es, sobald es freigegeben ist.",
    practice_editing.NOW_RELEASED: "Das Beispiel steht jetzt in der Sammlung.",
}
OVERTAKEN = "Das Beispiel wurde gerade geändert. Bitte sehen Sie es noch einmal an."


@bp.get("/unsere-stadt/beispiele")
@access(EDITOR, town=acting)
def own() -> str:
    """All examples of the town, whatever their state."""
    town_id = current_user.acting.town_id
    examples = practice_editing.own(town_id)
    documents = practice_documents.of_own(examples)
    waiting = {
        one.practice_id: practice_documents.waiting(one, documents.get(one.practice_id, ()))
        for one in examples
    }
    return render_template(
        "practices/own.html",
        practices=examples,
        documents=documents,
        waiting_documents={practice_id: rows for practice_id, rows in waiting.items() if rows},
        must_wait=stance_drafts.must_wait(town_id, current_user.account_id),
    )


@bp.get("/unsere-stadt/beispiele/neu")
@access(EDITOR, town=acting)
def new() -> str:
    """The beginning of an example: its title."""
    return render_template("practices/new.html", form=TitleForm())


@bp.post("/unsere-stadt/beispiele/neu")
@access(EDITOR, town=acting, keeps_text=True)
def begin() -> ResponseReturnValue:
    """Store a draft with that title and go on writing."""
    form = TitleForm()
    if not form.validate():
        return render_template("practices/new.html", form=form), 422
    practice_id = practice_editing.begin(
        current_user.acting.town_id, current_user.account_id, form.title.data or ""
    )
    return redirect(url_for("practices.edit", practice_id=practice_id))


@bp.get("/unsere-stadt/beispiele/<int:practice_id>")
@access(EDITOR, town=acting)
def edit(practice_id: int) -> str:
    """The form, with what one left half-typed or has waiting for release."""
    practice = find_own(practice_id)
    form_name = practice_editing.FORM.format(practice_id=practice_id)
    half = typed.find(current_user.account_id, current_user.acting.town_id, form_name)
    return _page(opened(practice, half, current_user.account_id), practice, half=half)


@bp.post("/unsere-stadt/beispiele/<int:practice_id>")
@access(EDITOR, town=acting, keeps_text=True)
def save(practice_id: int) -> ResponseReturnValue:
    """Save, and with the other button release or hand it to a lead."""
    practice, form = find_own(practice_id), PracticeForm()
    if request.form.get(TOWN) != current_user.acting.ags:
        return _page(form, practice, is_other_town=True), 409
    if not form.validate():
        return _page(form, practice), 422
    try:
        outcome = practice_editing.save(
            current_user.acting.town_id,
            current_user.account_id,
            practice_id,
            form.content,
            form.version.data or 0,
            release=RELEASE in request.form,
        )
    except Refused as refused:
        form.tell(refused.problems)
        return _page(form, practice), 422
    except StaleVersion as stale:
        # What was typed stays in the form; saving once more replaces what the colleague wrote, knowingly.
        form.rebase(stale.current)
        return _page(form, find_own(practice_id), is_overtaken=True), 409
    flash(SAID[outcome], "success")
    if outcome == practice_editing.SAVED:
        return redirect(url_for("practices.edit", practice_id=practice_id))
    return redirect(url_for("practices.own"))


@bp.post("/unsere-stadt/beispiele/<int:practice_id>/archivieren")
@access(EDITOR, town=acting)
def archive(practice_id: int) -> ResponseReturnValue:
    """Take an example out of the library and keep it."""
    return _do(
        practice_id, practice_editing.archive, "Das Beispiel liegt im Archiv. Nur Ihr Rathaus sieht es."
    )


@bp.post("/unsere-stadt/beispiele/<int:practice_id>/zurueckholen")
@access(EDITOR, town=acting)
def restore(practice_id: int) -> ResponseReturnValue:
    """Bring an example back from the archive."""
    return _do(practice_id, practice_editing.restore, "")


@bp.post("/unsere-stadt/beispiele/<int:practice_id>/zurueckziehen")
@access(EDITOR, town=acting)
def withdraw(practice_id: int) -> ResponseReturnValue:
    """Take back what waits for a lead."""
    return _do(practice_id, practice_editing.withdraw, "Es wartet nicht mehr auf Freigabe.")


@bp.post("/unsere-stadt/beispiele/<int:practice_id>/loeschen")
@access(EDITOR, town=acting)
def delete(practice_id: int) -> ResponseReturnValue:
    """Delete a draft."""
    return _do(practice_id, practice_editing.delete, "Der Entwurf ist gelöscht.")


def _do(practice_id: int, deed: Deed, said: str) -> ResponseReturnValue:
    form = VersionForm()
    if not form.validate_on_submit():
        abort(404)
    try:
        outcome = deed(
            current_user.acting.town_id, current_user.account_id, practice_id, form.version.data or 0
        )
    except UnknownPractice:
        abort(404)
    except StaleVersion:
        flash(OVERTAKEN, "warning")
        return redirect(url_for("practices.own"))
    except Refused as refused:
        flash(" ".join(refused.problems.values()), "warning")
        return redirect(url_for("practices.own"))
    flash(SAID[outcome] if outcome else said, "success")
    return redirect(url_for("practices.own"))


def find_own(practice_id: int) -> OwnPractice:
    """An example of the acting town, or the page for what does not exist."""
    try:
        return practice_editing.find(current_user.acting.town_id, practice_id)
    except UnknownPractice:
        abort(404)


def _page(
    form: PracticeForm,
    practice: OwnPractice,
    *,
    half: typed.Half | None = None,
    is_overtaken: bool = False,
    is_other_town: bool = False,
) -> str:
    return render_template(
        "practices/edit.html",
        form=form,
        practice=practice,
        form_name=practice_editing.FORM.format(practice_id=practice.practice_id),
        half=half,
        is_overtaken=is_overtaken,
        is_other_town=is_other_town,
        must_wait=(practice.is_taken_out and current_user.acting.role != "lead")
        or stance_drafts.must_wait(current_user.acting.town_id, current_user.account_id),
    )
