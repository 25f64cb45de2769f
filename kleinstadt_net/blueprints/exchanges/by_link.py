"""The links in the letters of an exchange; GET shows, POST acts."""

from flask import flash, render_template
from flask.typing import ResponseReturnValue

from kleinstadt_net.blueprints.exchanges import bp
from kleinstadt_net.blueprints.exchanges.forms import LinkForm, PlainForm
from kleinstadt_net.security.access import BY_LINK, access
from kleinstadt_net.services import digest_preview, exchange_links
from kleinstadt_net.services.exchange_answers import NobodyThereError


@bp.get("/gespraechs-anfrage/<token>")
@access(BY_LINK)
def asked(token: str) -> ResponseReturnValue:
    """The request behind the link, to be answered."""
    return _ask(token, LinkForm())


@bp.post("/gespraechs-anfrage/<token>")
@access(BY_LINK)
def answer_by_link(token: str) -> ResponseReturnValue:
    """Answer once; afterwards the link is used up."""
    form = LinkForm()
    if not form.validate_on_submit():
        return _ask(token, form, 422)
    action = str(form.schritt.data)
    try:
        found = exchange_links.answer(token, action, form.text.data or "")
    except NobodyThereError:
        flash("Die andere Stadt steht zurzeit nicht zur Verfügung. Sie müssen nichts tun.", "warning")
        return _ask(token, form, 409)
    if found is None:
        return render_template("exchanges/link_gone.html"), 404
    return render_template("exchanges/link_answered.html", link=found, action=action)


@bp.get("/gespraech-doch-nicht/<token>")
@access(BY_LINK)
def agreed(token: str) -> ResponseReturnValue:
    """Whether a consent given by a link is to be taken back."""
    found = exchange_links.find_agreed(token)
    if found is None:
        return render_template("exchanges/link_gone.html"), 404
    return render_template("exchanges/link_revoke.html", link=found, form=PlainForm(), token=token)


@bp.post("/gespraech-doch-nicht/<token>")
@access(BY_LINK)
def revoke_by_link(token: str) -> ResponseReturnValue:
    """Take the consent back; afterwards the link is used up."""
    form = PlainForm()
    if not form.validate_on_submit():
        return agreed(token)
    found = exchange_links.revoke(token)
    if found is None:
        return render_template("exchanges/link_gone.html"), 404
    return render_template("exchanges/link_revoked.html", link=found)


def _ask(token: str, form: LinkForm, status: int = 200) -> ResponseReturnValue:
    if token == digest_preview.PREVIEW:
        return render_template("exchanges/link_of_preview.html")
    found = exchange_links.find(token)
    if found is None:
        return render_template("exchanges/link_gone.html"), 404
    return render_template("exchanges/link_asked.html", link=found, form=form, token=token), status
