"""A town's question about another; town and month stand in the address."""

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.why_not import bp
from kleinstadt_net.blueprints.why_not.months import requested_month
from kleinstadt_net.security.access import VERIFIED, access
from kleinstadt_net.services import town_finder, why_not

# A header the script of the town search sends, so that the list alone comes back.
BY_SCRIPT = "HX-Request"


@bp.get("/vorschlaege/warum-nicht")
@access(VERIFIED)
def show() -> ResponseReturnValue:
    """Choose a town, then read why it was or was not suggested."""
    key, month = request.args.get("stadt", ""), requested_month()
    if key:
        found = why_not.explain(current_user.acting.town_id, key, month)
        return render_template("why_not/show.html", found=found, town=current_user.acting)
    text = request.args.get("q", "").strip()[: town_finder.MAX_LENGTH]
    choices = town_finder.find(text)
    if choices.total == 1:
        return redirect(url_for("why_not.show", stadt=choices.rows[0].ags, monat=request.args.get("monat")))
    return render_template("why_not/choose.html", query=text, found=choices, month=month)


@bp.get("/vorschlaege/warum-nicht/stadt-suche")
@access(VERIFIED)
def find_town() -> ResponseReturnValue:
    """The list of matches alone, for the script that renews it while one types."""
    query = request.args.get("q", "")
    if BY_SCRIPT not in request.headers:
        return redirect(url_for("why_not.show", q=query))
    response = make_response(
        render_template(
            "why_not/_choices.html", query=query, found=town_finder.find(query), month=requested_month()
        )
    )
    response.vary.add(BY_SCRIPT)
    return response
