"""The question at the end of a Monatsbrief: whether a statement of one's own town still holds.

GET only shows, because mail gateways open links before people do; POST confirms.
"""

from flask import render_template
from flask.typing import ResponseReturnValue

from kleinstadt_net.blueprints.digests import bp
from kleinstadt_net.blueprints.digests.forms import StillTrueForm
from kleinstadt_net.security.access import BY_LINK, access
from kleinstadt_net.services import digest_preview, freshness_answers
from kleinstadt_net.services.stances import StaleVersion


@bp.get("/stimmt-noch/<token>")
@access(BY_LINK)
def still_true(token: str) -> ResponseReturnValue:
    """The statement the letter asked about, to be confirmed or changed."""
    return _ask(token)


@bp.post("/stimmt-noch/<token>")
@access(BY_LINK)
def confirm_still_true(token: str) -> ResponseReturnValue:
    """Confirm it once; afterwards the link is used up."""
    form = StillTrueForm()
    if not form.validate_on_submit() or form.version.data is None:
        return _ask(token, 422)
    try:
        confirmed = freshness_answers.confirm(token, form.version.data)
    except StaleVersion:
        return _ask(token, 409)
    if confirmed is None:
        return _ask(token)
    link, is_public = confirmed
    return render_template("digests/still_true_given.html", link=link, is_public=is_public)


def _ask(token: str, status: int = 200) -> tuple[str, int]:
    link = freshness_answers.find(token)
    if link is None:
        is_preview = token == digest_preview.PREVIEW
        page = render_template("digests/still_true_gone.html", is_preview=is_preview)
        return page, 200 if is_preview else 404
    if link.is_answered:
        return render_template("digests/still_true_given.html", link=link, is_public=None), 200
    # Always the version that is shown: what a form carried may be an older one.
    form = StillTrueForm(formdata=None, version=link.version)
    page = render_template("digests/still_true.html", token=token, link=link, form=form, status=status)
    return page, status
