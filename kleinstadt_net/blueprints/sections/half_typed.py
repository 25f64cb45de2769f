"""Half-typed forms: kept while one types (``static/js/typed.js``), thrown away on request."""

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.sections import bp
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import typed
from kleinstadt_net.web.forms import BaseForm

# What the script sends beside the form's own fields.
FORM, TOWN = "formular", "stadt"
NOT_TYPED = frozenset({FORM, TOWN, "csrf_token"})


@bp.post("/unsere-stadt/getippt")
@access(EDITOR, town=acting)
def keep() -> ResponseReturnValue:
    """Keep what stands in a form at this moment."""
    # In another tab one may act for another town by now.
    if request.form.get(TOWN) != current_user.acting.ags:
        abort(404)
    content = {name: texts for name, texts in request.form.lists() if name not in NOT_TYPED}
    if not typed.keep(
        current_user.account_id, current_user.acting.town_id, request.form.get(FORM, ""), content
    ):
        abort(400)
    return "", 204


@bp.post("/unsere-stadt/getippt/verwerfen")
@access(EDITOR, town=acting)
def discard() -> ResponseReturnValue:
    """Throw away what was kept, and open the form as it is stored."""
    name = request.form.get(FORM, "")
    if not typed.is_form(name) or not BaseForm().validate_on_submit():
        abort(404)
    typed.discard(current_user.account_id, current_user.acting.town_id, name)
    flash("Das Geschriebene ist verworfen.", "success")
    if name == typed.START:
        return redirect(url_for("start.begin"))
    kind, _, key = name.partition(":")
    if kind == "section":
        return redirect(url_for("sections.edit", thesis=key))
    if kind == "practice":
        return redirect(url_for("practices.edit", practice_id=int(key)))
    if kind == "message":
        return redirect(url_for("exchanges.show", exchange_id=int(key)))
    return redirect(url_for("stances.edit_stance", subject=key))
