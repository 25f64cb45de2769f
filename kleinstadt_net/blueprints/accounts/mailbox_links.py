"""A link that was sent to an address and shows that letters arrive there: looked at by GET, used by POST."""

from collections.abc import Callable

from flask import render_template

from kleinstadt_net.web.forms import BaseForm


def not_yet_used(
    address: str | None, use: Callable[[], bool], *, page: str, gone: str
) -> tuple[str, int] | None:
    """The page that asks whether to use the link, or the one that says it holds no more; None once it is used."""
    form = BaseForm()
    if address is not None and not form.validate_on_submit():
        shown = render_template(page, form=form, address=address)
        return shown, 422 if form.is_submitted() else 200
    if address is None or not use():
        return render_template(gone), 404
    return None
