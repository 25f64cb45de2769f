"""What can be done with a suggestion besides answering it: hand it to a colleague, and forget that a town is known."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.suggestions import bp
from kleinstadt_net.blueprints.suggestions.forms import HandOnForm, PlainForm, people_to_choose
from kleinstadt_net.security.access import EDITOR, LEAD, access, acting
from kleinstadt_net.services import answer_handing_on, answer_known
from kleinstadt_net.services.answer_giving import UnknownSuggestionError
from kleinstadt_net.services.answer_handing_on import AlreadyAnsweredError


@bp.route("/vorschlaege/<int:suggestion_id>/weitergeben", methods=["GET", "POST"])
@access(EDITOR, town=acting)
def hand_on(suggestion_id: int) -> ResponseReturnValue:
    """Give a suggestion to a colleague, who gets a letter with a link of her own."""
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    try:
        found = answer_handing_on.offered(suggestion_id, town_id, account_id)
        form = HandOnForm()
        form.person.choices = people_to_choose({one.account_id: one.name for one in found.colleagues})
        if not form.validate_on_submit():
            page = render_template(
                "suggestions/hand_on.html", found=found, form=form, town=current_user.acting
            )
            return page, 422 if form.is_submitted() else 200
        name = answer_handing_on.hand_on(suggestion_id, town_id, account_id, form.person.data)
    except UnknownSuggestionError:
        abort(404)
    except AlreadyAnsweredError:
        flash("Ihre Stadt hat diesen Vorschlag schon beantwortet.", "info")
        return redirect(url_for("suggestions.index", _anchor=f"vorschlag-{suggestion_id}"))
    flash(f"{name} bekommt einen Brief mit diesem Vorschlag und kann daraus antworten.", "success")
    return redirect(url_for("suggestions.index", monat=found.month, _anchor=f"vorschlag-{suggestion_id}"))


@bp.get("/vorschlaege/bekannte")
@access(EDITOR, town=acting)
def known() -> str:
    """The towns this one has said it knows."""
    return render_template(
        "suggestions/known.html",
        rows=answer_known.listing(current_user.acting.town_id),
        town=current_user.acting,
        form=PlainForm(),
    )


@bp.post("/vorschlaege/bekannte/<ags>/wieder")
@access(LEAD, town=acting)
def undo_known(ags: str) -> ResponseReturnValue:
    """Let a known town be proposed again."""
    if not PlainForm().validate_on_submit():
        abort(400)
    name = answer_known.undo(current_user.acting.town_id, current_user.account_id, ags)
    if name is None:
        abort(404)
    flash(f"{name} kann Ihnen wieder vorgeschlagen werden.", "success")
    return redirect(url_for("suggestions.known"))
