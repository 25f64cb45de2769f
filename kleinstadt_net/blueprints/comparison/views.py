"""Towns side by side; which ones stands in the address."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.comparison import bp
from kleinstadt_net.security.access import PUBLIC, access
from kleinstadt_net.services import comparison, town_finder

TOWN, SEARCH = "stadt", "suche"


@bp.get("/vergleich")
@access(PUBLIC)
def show() -> ResponseReturnValue:
    """The towns whose keys the address names; a town that is searched for joins them."""
    found = comparison.of(_keys(), verified=current_user.is_verified)
    text = request.args.get(SEARCH, "").strip()[: town_finder.MAX_LENGTH]
    choices = town_finder.find(text) if text else None
    if choices is not None and choices.total == 1 and len(found.columns) < comparison.MOST:
        return redirect(url_for("comparison.show", stadt=[*found.keys, choices.rows[0].ags]))
    return render_template(
        "comparison/show.html", found=found, text=text, choices=choices, most=comparison.MOST
    )


def _keys() -> list[str]:
    """Nothing can be compared with a single other town, so the reader's own one stands beside it."""
    asked = request.args.getlist(TOWN)
    own = current_user.acting.ags if current_user.acting else None
    return [own, *asked] if own is not None and own not in asked and len(asked) < 2 else asked
