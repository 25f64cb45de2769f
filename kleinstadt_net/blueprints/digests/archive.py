"""Past letters: the list, each as it was sent, and the private feed."""

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.digests import bp
from kleinstadt_net.blueprints.digests.forms import CREATE, FeedForm
from kleinstadt_net.security.access import BY_LINK, SIGNED_IN, access
from kleinstadt_net.security.headers import LETTER_POLICY
from kleinstadt_net.services import digest_archive, digest_feeds, digest_preview


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
    form = FeedForm()
    account_id = current_user.account_id
    if not form.validate_on_submit():
        return _feed_page(form), 422 if form.is_submitted() else 200
    if form.tat.data == CREATE:
        return _feed_page(form, address=digest_feeds.create(account_id))
    was_there = digest_feeds.revoke(account_id)
    flash("Ihr Feed ist abgeschaltet." if was_there else "Es gab keinen Feed mehr.", "success")
    return redirect(url_for("digests.own_feed"))


@bp.get("/feed/<token>.atom")
@access(BY_LINK)
def feed(token: str) -> ResponseReturnValue:
    """What a feed reader reads; whoever has the address is let in."""
    found = digest_feeds.read(token)
    return Response(found, content_type=digest_feeds.TYPE) if found is not None else abort(404)


def _shown(html: str) -> Response:
    return Response(html, headers={"Content-Security-Policy": LETTER_POLICY})


def _feed_page(form: FeedForm, address: str = "") -> str:
    return render_template(
        "digests/feed.html",
        form=form,
        status=digest_feeds.status(current_user.account_id),
        address=address,
    )
