"""The operator's view: any two towns, any month, all causes."""

from flask import render_template, request

from kleinstadt_net.blueprints.why_not import bp
from kleinstadt_net.blueprints.why_not.months import requested_month
from kleinstadt_net.security.access import OPERATOR, access
from kleinstadt_net.services import town_finder, why_not, why_not_desk


@bp.get("/betrieb/warum-nicht")
@access(OPERATOR)
def show_at_desk() -> str:
    """Two towns by name or key, and the month."""
    texts = [request.args.get(name, "").strip()[: town_finder.MAX_LENGTH] for name in ("stadt", "andere")]
    month, months = requested_month(), why_not.run_months()
    places = [town_finder.place_of(text) if text else None for text in texts]
    first, second = places
    is_pair = first is not None and second is not None and first[0] != second[0]
    found = why_not_desk.explain(first[0], second[0], month) if is_pair and first and second else None
    return render_template(
        "why_not/desk.html",
        texts=texts,
        choices=[place[1] if place else None for place in places],
        is_pair=is_pair,
        month=month,
        months=months,
        found=found,
    )
