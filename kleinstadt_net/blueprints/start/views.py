"""Beginning: one page with what suffices, and one that says what happens next."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from kleinstadt_net.blueprints.start import bp
from kleinstadt_net.blueprints.start.forms import BeginForm
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import first_steps, sought_nearby, stances, subscriptions, typed
from kleinstadt_net.services.first_steps import Standing

# The input that says for which town the form was opened.
TOWN = "stadt"


@bp.get("/unsere-stadt/beginnen")
@access(EDITOR, town=acting)
def begin() -> ResponseReturnValue:
    """The form, with what one left half-typed; a town that has begun is led to its page."""
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    standing = first_steps.standing(town_id, account_id)
    half = typed.find(account_id, town_id, first_steps.FORM)
    if standing.has_begun and half is None:
        return redirect(url_for("stances.edit"))
    form = BeginForm(formdata=MultiDict(half.content)) if half else BeginForm()
    return _page(form, standing, half=half)


@bp.post("/unsere-stadt/beginnen")
@access(EDITOR, town=acting, keeps_text=True)
def save() -> ResponseReturnValue:
    """Store what was entered, and say what happens next."""
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    form, standing = BeginForm(), first_steps.standing(town_id, account_id)
    if request.form.get(TOWN) != current_user.acting.ags:
        # Switched in another tab: what was typed stays, and says whose it would become.
        return _page(form, standing, is_other_town=True), 409
    if standing.must_wait:
        del form.focus
    if not form.validate():
        return _page(form, standing), 422
    try:
        first_steps.save(town_id, account_id, form.answers)
    except stances.StaleVersion as stale:
        return _page(form, standing, other=stale.current), 409
    flash("Ihre Angaben sind gespeichert. Vielen Dank.", "success")
    return redirect(url_for("start.done"))


@bp.get("/unsere-stadt/beginnen/danach")
@access(EDITOR, town=acting)
def done() -> str:
    """What happens next, and what would help."""
    town = current_user.acting
    preferences = subscriptions.of_account(current_user.account_id)
    return render_template(
        "start/done.html",
        town=town,
        standing=first_steps.standing(town.town_id, current_user.account_id),
        prospect=first_steps.prospect(town.land),
        reads_letter=preferences is not None and preferences.consents,
    )


def _page(
    form: BeginForm,
    standing: Standing,
    *,
    half: typed.Half | None = None,
    other: stances.StanceRow | None = None,
    is_other_town: bool = False,
) -> str:
    if standing.must_wait and form.focus:
        del form.focus
    town = current_user.acting
    return render_template(
        "start/begin.html",
        form=form,
        form_name=first_steps.FORM,
        half=half,
        other=other,
        is_other_town=is_other_town,
        standing=standing,
        nearby=sought_nearby.for_beginners(town.town_id),
        town=town,
    )
