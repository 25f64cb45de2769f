"""The public page of each town and the directory of all."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.towns import bp
from kleinstadt_net.blueprints.towns.forms import DirectoryForm
from kleinstadt_net.security.access import PUBLIC, access
from kleinstadt_net.services import towns
from kleinstadt_net.territory import is_key
from kleinstadt_net.web.paging import Page, requested_number


@bp.get("/staedte")
@access(PUBLIC)
def index() -> str:
    """All listed towns by name, searched and filtered by what stands in the address."""
    form = DirectoryForm(request.args)
    form.validate()
    found = towns.directory(form.text, form.land_key, bool(form.dabei.data), requested_number(request.args))
    page = Page(found.number, found.size, found.total).must_exist()
    return render_template("towns/index.html", form=form, found=found, page=page)


@bp.get("/stadt/<slug>-<ags>")
@access(PUBLIC)
def show(slug: str, ags: str) -> ResponseReturnValue:
    """One town; the digits decide, so a wrong name or a former key leads to the right address."""
    town = _find(ags)
    if town is None or town.successor is not None:
        return _moved(ags)
    if town.slug != slug:
        return redirect(url_for("towns.show", slug=town.slug, ags=town.ags), 301)
    return render_template("towns/show.html", town=town)


def _find(ags: str) -> towns.TownPage | None:
    if not is_key(ags):
        return None
    if not current_user.is_verified:
        return towns.find(ags)
    return towns.find_for_verified(ags, current_user.acting.town_id if current_user.acting else None)


def _moved(ags: str) -> ResponseReturnValue:
    successor = towns.former(ags) if is_key(ags) else None
    if successor is None:
        abort(404)
    return redirect(url_for("towns.show", slug=successor.slug, ags=successor.ags), 301)
