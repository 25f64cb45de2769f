"""The Monatsbrief of somebody signed in: what will be sent, and how often."""

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.digests import bp
from kleinstadt_net.blueprints.digests.forms import (
    CONSENT_WORDING,
    PlainForm,
    PreferencesForm,
)
from kleinstadt_net.security.access import VERIFIED, access
from kleinstadt_net.security.headers import EMBEDDING_POLICY, LETTER_POLICY
from kleinstadt_net.services import digest_preview, subscriptions


@bp.get("/monatsbrief")
@access(VERIFIED)
def show() -> ResponseReturnValue:
    """The page of the Monatsbrief, with the letter in a frame."""
    preferences = subscriptions.of_account(current_user.account_id)
    form = PreferencesForm.of(preferences) if preferences and preferences.consents else None
    return _page(form)


@bp.post("/monatsbrief")
@access(VERIFIED)
def save() -> ResponseReturnValue:
    """Store what she chose."""
    preferences = subscriptions.of_account(current_user.account_id)
    form = PreferencesForm()
    if preferences is None or not form.validate_on_submit():
        return _page(form if preferences else None), 422
    subscriptions.set_preferences(current_user.account_id, form.choices, CONSENT_WORDING)
    flash("Ihre Einstellungen zum Monatsbrief sind gespeichert.", "success")
    return redirect(url_for("digests.show"))


@bp.post("/monatsbrief/bestellen")
@access(VERIFIED)
def subscribe() -> ResponseReturnValue:
    """Consent to the Monatsbrief."""
    if not PlainForm().validate_on_submit():
        return _page(None), 422
    subscriptions.subscribe(current_user.account_id, CONSENT_WORDING)
    flash("Sie bekommen den Monatsbrief von jetzt an einmal im Monat.", "success")
    return redirect(url_for("digests.show"))


@bp.get("/monatsbrief/ansicht")
@access(VERIFIED)
def letter() -> Response:
    """The letter itself, for the frame: its own styles, no scripts, nothing from elsewhere."""
    preview = digest_preview.preview(current_user.account_id)
    if preview is None or preview.letter is None:
        abort(404)
    response = Response(preview.letter.html)
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


@bp.get("/v/<int:suggestion_id>")
@access(VERIFIED)
def short(suggestion_id: int) -> ResponseReturnValue:
    """The short address printed in a letter; the page of suggestions shows what is the reader's own."""
    return redirect(url_for("suggestions.index", _anchor=f"vorschlag-{suggestion_id}"))


def _page(form: PreferencesForm | None) -> Response:
    page = render_template(
        "digests/show.html",
        preview=digest_preview.preview(current_user.account_id),
        form=form,
        consent=PlainForm(),
        wording=CONSENT_WORDING,
    )
    response = Response(page)
    response.headers["Content-Security-Policy"] = EMBEDDING_POLICY
    return response
