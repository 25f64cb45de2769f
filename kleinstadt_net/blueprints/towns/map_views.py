"""The directory's hits on a map: a page that needs no script, and what its script asks for."""

from typing import Any

from flask import Response, jsonify, render_template, request, url_for
from flask_login import current_user

from kleinstadt_net.blueprints.towns import bp
from kleinstadt_net.blueprints.towns.forms import SORTS, DirectoryForm
from kleinstadt_net.register_data import laender_outline
from kleinstadt_net.security.access import PUBLIC, access
from kleinstadt_net.services import directory_map, directory_networks
from kleinstadt_net.services.directory_map import COUNTRY, Box, MapView
from kleinstadt_net.web.hit_map import hit_map
from kleinstadt_net.web.readers import reader

# The part of the map in the address: west, south, east and north in degrees.
PART = "ausschnitt"
# How many groups find room beside one another on the screen the script sees.
COLUMNS, MOST_COLUMNS = "spalten", 40
A_DAY = "public, max-age=86400"


@bp.get("/staedte/karte")
@access(PUBLIC)
def map_of_hits() -> str:
    """All hits of the filters in the address, or those within a part of the map."""
    form, view, is_known = _asked()

    def enlarged(box: Box) -> str:
        arguments: dict[str, Any] = form.address(**{PART: written(box)})
        return url_for("towns.map_of_hits", **arguments)

    drawing = hit_map(view, lambda slug, ags: url_for("towns.show", slug=slug, ags=ags), enlarged)
    return render_template(
        "towns/map.html",
        form=form,
        view=view,
        drawing=drawing,
        is_part=view.box != COUNTRY,
        part=written(view.box),
        country=written(COUNTRY),
        is_known=is_known,
        town=current_user.acting,
    )


@bp.get("/staedte/karte.json")
@access(PUBLIC)
def hits_as_json() -> Response:
    """The same for the script: towns as [lat, lon, name, address, taking part], groups with their part of the map."""
    _, view, _ = _asked()
    return jsonify(
        total=view.total,
        points=[
            [
                round(p.lat, 5),
                round(p.lon, 5),
                p.name,
                url_for("towns.show", slug=p.slug, ags=p.ags),
                p.taking_part,
            ]
            for p in view.points
        ],
        groups=[
            [round(g.lat, 5), round(g.lon, 5), g.count, [g.box.south, g.box.west], [g.box.north, g.box.east]]
            for g in view.groups
        ],
    )


@bp.get("/staedte/umriss.json")
@access(PUBLIC)
def outline() -> Response:
    """The outline of the Länder as GeoJSON."""
    polygons = [polygon for land in laender_outline().values() for polygon in land]
    response = jsonify(type="MultiPolygon", coordinates=polygons)
    response.headers["Cache-Control"] = A_DAY
    return response


def _asked() -> tuple[DirectoryForm, MapView, bool]:
    """The form, what it finds, and whether the part of the map asked for is one."""
    form = DirectoryForm(request.args, networks=directory_networks.titles())
    form.validate()
    text = request.args.get(PART, "")
    box = read_box(text)
    columns = request.args.get(COLUMNS, directory_map.COLUMNS, type=int)
    columns = min(max(columns, 1), MOST_COLUMNS)
    view = directory_map.view(form.filters(), reader(), box or COUNTRY, columns)
    form.follow(view.left_aside, {}, SORTS)
    return form, view, box is not None or not text


def read_box(text: str) -> Box | None:
    """The part of the map somebody asks for, clipped to the country; None where it is none."""
    parts = text.split(",")
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError:
        return None
    return Box(west, south, east, north).clipped()


def written(box: Box) -> str:
    """A part of the map as it stands in an address."""
    return ",".join(f"{value:.3f}" for value in (box.west, box.south, box.east, box.north))
