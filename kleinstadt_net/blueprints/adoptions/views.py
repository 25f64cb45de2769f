"""Enter that the own town repeats an example, change it, take it back."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.adoptions import bp
from kleinstadt_net.blueprints.adoptions.forms import AdoptionForm, PlainForm, adoption_form
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import adoptions
from kleinstadt_net.services.adoptions import (
    Content,
    Desk,
    OwnExampleError,
    StaleVersionError,
    UnknownPracticeError,
)


@bp.route("/beispiel/<int:practice_id>/umsetzen", methods=["GET", "POST"])
@access(EDITOR, town=acting, keeps_text=True)
def edit(practice_id: int) -> ResponseReturnValue:
    """Say that the own town repeats the example, what it changes and how far it is."""
    try:
        desk = adoptions.desk(practice_id, current_user.acting.town_id)
    except UnknownPracticeError:
        abort(404)
    except OwnExampleError:
        return _own_example(practice_id)
    form = adoption_form(desk)
    if not form.validate_on_submit():
        return _page(desk, form), 422 if form.is_submitted() else 200
    try:
        is_new = _save(practice_id, form)
    except UnknownPracticeError:
        abort(404)
    except StaleVersionError as stale:
        # What was typed stays in the form; saving once more replaces what the other wrote, knowingly.
        form.rebase(stale)
        return _page(desk, form, stale=stale.content), 409
    flash(
        f"Schön. {desk.example.town} erfährt davon." if is_new else "Ihre Angaben sind gespeichert.",
        "success",
    )
    return redirect(url_for("practices.show", practice_id=practice_id))


@bp.post("/beispiel/<int:practice_id>/nicht-umsetzen")
@access(EDITOR, town=acting)
def withdraw(practice_id: int) -> ResponseReturnValue:
    """Take the entry back; the example no longer shows the own town."""
    if not PlainForm().validate_on_submit():
        abort(400)
    try:
        is_gone = adoptions.withdraw(practice_id, current_user.acting.town_id, current_user.account_id)
    except UnknownPracticeError:
        abort(404)
    if is_gone:
        flash("Ihr Eintrag ist gelöscht. Beim Beispiel steht Ihre Stadt nicht mehr.", "success")
    return redirect(url_for("practices.show", practice_id=practice_id))


def _save(practice_id: int, form: AdoptionForm) -> bool:
    return adoptions.save(
        practice_id,
        current_user.acting.town_id,
        current_user.account_id,
        form.content,
        form.version.data or 0,
    )


def _own_example(practice_id: int) -> ResponseReturnValue:
    flash("Das ist ein Beispiel Ihrer eigenen Stadt. Umsetzen können es andere.", "info")
    return redirect(url_for("practices.show", practice_id=practice_id))


def _page(desk: Desk, form: AdoptionForm, *, stale: Content | None = None) -> str:
    given: dict[str, Any] = {"desk": desk, "form": form, "stale": stale}
    return render_template("adoptions/edit.html", **given, town=current_user.acting)
