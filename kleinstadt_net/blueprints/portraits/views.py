"""The portrait of a town: a page to print, and the same as a PDF of one page."""

from typing import Any

from flask import Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kleinstadt_net.blueprints.portraits import bp
from kleinstadt_net.security.access import PUBLIC, access
from kleinstadt_net.services import portraits, towns
from kleinstadt_net.services.towns import TownPage
from kleinstadt_net.territory import is_key


@bp.get("/stadt/<slug>-<ags>/portraet")
@access(PUBLIC)
def show(slug: str, ags: str) -> ResponseReturnValue:
    """What everybody may read of a town, on one page."""
    town = _find(ags)
    if town is None or town.slug != slug:
        return _moved("portraits.show", town, ags)
    return _page(town)


@bp.get("/stadt/<slug>-<ags>/portraet.pdf")
@access(PUBLIC)
def paper(slug: str, ags: str) -> ResponseReturnValue:
    """The same as a file; where none can be made, or not now, the page to print."""
    town = _find(ags)
    if town is None or town.slug != slug:
        return _moved("portraits.paper", town, ags)
    if not portraits.can_make_paper():
        return redirect(url_for("portraits.show", slug=slug, ags=ags))
    try:
        made = portraits.paper(town)
    except portraits.Busy:
        return _page(town, is_busy=True), 503
    named = {"Content-Disposition": f'attachment; filename="stadtportraet-{town.slug}.pdf"'}
    return Response(made, mimetype="application/pdf", headers=named)


def _page(town: TownPage, **given: Any) -> str:
    return render_template(
        "portraits/show.html", with_pdf=portraits.can_make_paper(), **portraits.sheet(town), **given
    )


def _find(ags: str) -> TownPage | None:
    """As a visitor sees it, whoever asks: a portrait is handed around."""
    town = towns.find(ags) if is_key(ags) else None
    return town if town is not None and town.taking_part else None


def _moved(endpoint: str, town: TownPage | None, ags: str) -> ResponseReturnValue:
    known = town or (towns.former(ags) if is_key(ags) else None) or abort(404)
    return redirect(url_for(endpoint, slug=known.slug, ags=known.ags), 301)
