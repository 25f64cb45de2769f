"""Sitemap, robots.txt, and the badge a town may put on its own pages."""

from flask import Response, abort, render_template, url_for

from kleinstadt_net.blueprints.public_face import bp
from kleinstadt_net.security.access import PUBLIC, VERIFIED, access
from kleinstadt_net.services import installation, sitemap, urls
from kleinstadt_net.vocabulary import THESES, TOPICS

# Of the pages without a town in their address: those worth finding.
PAGES = (
    "pages.start",
    "pages.how_it_works",
    "pages.theses",
    "towns.index",
    "networks.index",
    "practices.index",
    "events.index",
    "pages.network_in_numbers",
    "pages.sources",
)
A_DAY = "public, max-age=86400"


@bp.get("/sitemap.xml")
@access(PUBLIC)
def sitemap_xml() -> Response:
    """Every page worth finding. There is no date beside a town: it would tell when it added a need."""
    if installation.is_demonstration():
        abort(404)
    pages = [url_for(endpoint) for endpoint in PAGES]
    pages += [url_for("pages.thesis", key=key) for key in THESES]
    pages += [url_for("pages.topic", key=key) for key in TOPICS]
    addresses = [
        *map(urls.absolute, pages),
        *sitemap.network_addresses(),
        *sitemap.town_addresses(),
        *sitemap.practice_addresses(),
    ]
    document = render_template("public_face/sitemap.xml", addresses=addresses)
    return Response(document, mimetype="application/xml", headers={"Cache-Control": A_DAY})


@bp.get("/robots.txt")
@access(PUBLIC)
def robots() -> Response:
    """Nothing invented may be found; of the directory the towns, not every combination of its filters."""
    if installation.is_demonstration():
        rules = ["User-agent: *", "Disallow: /"]
    else:
        rules = [
            "User-agent: *",
            f"Disallow: {url_for('towns.index')}?",
            f"Disallow: {url_for('practices.index')}?",
            f"Sitemap: {urls.absolute(url_for('public_face.sitemap_xml'))}",
        ]
    return Response("\n".join(rules) + "\n", mimetype="text/plain", headers={"Cache-Control": A_DAY})


@bp.get("/abzeichen")
@access(VERIFIED)
def badge() -> str:
    """The badge, and how a town puts it on its own site."""
    return render_template("public_face/badge.html")


@bp.get("/abzeichen.svg")
@access(PUBLIC)
def badge_svg() -> Response:
    """The badge itself, to be downloaded: shown from here it would tell us who reads a town's pages."""
    named = {"Content-Disposition": 'attachment; filename="abzeichen.svg"', "Cache-Control": A_DAY}
    return Response(render_template("public_face/badge.svg"), mimetype="image/svg+xml", headers=named)
