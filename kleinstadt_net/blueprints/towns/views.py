"""The public page of each town and the directory of all."""

from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.towns import bp
from kleinstadt_net.blueprints.towns.forms import FILTERS, SORTS, DirectoryForm
from kleinstadt_net.security.access import PUBLIC, VERIFIED, access
from kleinstadt_net.services import directory, directory_networks, town_finder, towns
from kleinstadt_net.territory import is_key
from kleinstadt_net.web.paging import ARGUMENT, Page, requested_number
from kleinstadt_net.web.readers import reader

# What the page's script sends with its question, and nobody else.
BY_SCRIPT = "HX-Request"


@bp.get("/staedte")
@access(PUBLIC)
def index() -> str:
    """All listed towns, searched, narrowed and put in order by what stands in the address."""
    form = DirectoryForm(request.args, networks=directory_networks.titles())
    form.validate()
    found = directory.find(
        form.filters(),
        reader(),
        sort=form.sort(),
        order=form.order(),
        number=requested_number(request.args),
    )
    form.follow(found.left_aside, found.counts, found.sorts)
    page = Page(found.number, found.size, found.total).must_exist()
    return render_template("towns/index.html", form=form, found=found, page=page, town=current_user.acting)


@bp.get("/passende-staedte")
@access(VERIFIED)
def fitting() -> ResponseReturnValue:
    """The former address of the directory in the order of the fit; its filters are those of the directory."""
    known = (*FILTERS, ARGUMENT)
    held: dict[str, Any] = {name: request.args[name] for name in known if name in request.args}
    return redirect(url_for("towns.index", **held, sortierung=SORTS[directory.BY_FIT][0]), 301)


@bp.get("/staedte/vorschlaege")
@access(PUBLIC)
def propose() -> ResponseReturnValue:
    """The first towns alone, for the script that offers them while one types."""
    text = request.args.get("suche", "")[: town_finder.MAX_LENGTH]
    if BY_SCRIPT not in request.headers:
        return redirect(url_for("towns.index", suche=text))
    response = make_response(
        render_template("towns/_proposals.html", text=text, found=directory.propose(text, reader()))
    )
    response.vary.add(BY_SCRIPT)
    return response


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
