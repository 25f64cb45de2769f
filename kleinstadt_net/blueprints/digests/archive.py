"""Past letters: the list, each as it was sent, and the private feed."""

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.digests import bp
from kleinstadt_net.security.access import BY_LINK, SIGNED_IN, access
from kleinstadt_net.security.headers import LETTER_POLICY
from kleinstadt_net.services import digest_archive, digest_feeds, digest_preview
from kleinstadt_net.web import private_addresses
from kleinstadt_net.web.private_addresses import Words


@bp.get("/monatsbrief/archiv")
@access(SIGNED_IN)
def archive() -> str:
    """The letters of the person, the latest first."""
    return render_template("digests/archive.html", letters=digest_archive.list_of(current_user.account_id))


@bp.get("/monatsbrief/<month>")
@access(SIGNED_IN)
def past(month: str) -> Response:
    """One of them as it was sent, ready to be printed."""
    found = digest_archive.of_month(current_user.account_id, month)
    return _shown(found.html) if found is not None else abort(404)


@bp.get("/brief/lesen/<token>")
@access(BY_LINK)
def read(token: str) -> ResponseReturnValue:
    """The letter whose own address this is, for whoever reads it in a browser rather than in a mail program."""
    found = digest_archive.behind(token)
    if found is not None:
        return _shown(found.html)
    is_preview = token == digest_preview.PREVIEW
    return render_template("digests/read_gone.html", is_preview=is_preview), 200 if is_preview else 404


@bp.route("/konto/brief-feed", methods=["GET", "POST"])
@access(SIGNED_IN)
def own_feed() -> ResponseReturnValue:
    """Make a new address, which is shown this once, or switch the feed off."""
    words = Words(ended="Ihr Feed ist abgeschaltet.", never="Es gab keinen Feed mehr.")
    return private_addresses.manage(digest_feeds.ADDRESS, "digests/feed.html", words)


@bp.get("/feed/<token>.atom")
@access(BY_LINK)
def feed(token: str) -> ResponseReturnValue:
    """What a feed reader reads; whoever has the address is let in."""
    found = digest_feeds.read(token)
    return Response(found, content_type=digest_feeds.TYPE) if found is not None else abort(404)


def _shown(html: str) -> Response:
    return Response(html, headers={"Content-Security-Policy": LETTER_POLICY})
