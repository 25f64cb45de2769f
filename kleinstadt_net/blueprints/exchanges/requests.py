"""Gespräch anfragen: two questions, prefilled, with a look at the letter before it goes."""

from typing import Any

from flask import abort, flash, get_template_attribute, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.exchanges import bp
from kleinstadt_net.blueprints.exchanges.forms import RequestForm
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import exchange_requests, exchanges
from kleinstadt_net.services.exchange_limits import OPEN
from kleinstadt_net.services.exchange_requests import Offer, RefusedError, UnknownTownError


@bp.route("/gespraech-anfragen/<ags>", methods=["GET", "POST"])
@access(EDITOR, town=acting)
def ask(ags: str) -> ResponseReturnValue:
    """The request to the town with this key; whatever stands in its way, nothing typed is lost."""
    offer = _offer(ags)
    form = RequestForm(data=_prefilled(offer))
    if offer.peer.ags != ags:
        return _successor(offer, form)
    if not form.validate_on_submit() or form.wants_preview:
        invalid = form.is_submitted() and bool(form.errors)
        return _page(offer, form), 422 if invalid else 200
    try:
        exchange_id = _send(offer, form)
    except RefusedError as refused:
        if refused.obstacle.code == OPEN and _is_same(refused.obstacle.exchange_id, form):
            flash("Ihre Anfrage ist schon unterwegs.", "info")
            return redirect(url_for("exchanges.show", exchange_id=refused.obstacle.exchange_id))
        return _page(_offer(ags), form), 409
    flash(
        f"{offer.peer.name} bekommt Ihre Anfrage. Sobald es etwas Neues gibt, schreiben wir Ihnen.", "success"
    )
    return redirect(url_for("exchanges.show", exchange_id=exchange_id))


def _successor(offer: Offer, form: RequestForm) -> ResponseReturnValue:
    """The town was merged into another: a request goes there, and one already written only if it is sent once more."""
    flash(f"Diese Stadt gehört jetzt zu {offer.peer.name}. Ihre Anfrage geht dorthin.", "info")
    if form.is_submitted():
        return _page(offer, form), 409
    return redirect(url_for("exchanges.ask", ags=offer.peer.ags))


def _offer(ags: str) -> Offer:
    try:
        return exchange_requests.offer(current_user.acting.town_id, ags)
    except UnknownTownError:
        abort(404)


def _send(offer: Offer, form: RequestForm) -> int:
    return exchange_requests.ask(
        current_user.acting.town_id,
        offer.peer.town_id,
        current_user.account_id,
        form.subject.data or None,
        str(form.form.data),
        str(form.concern.data),
        str(form.need.data),
    )


def _prefilled(offer: Offer) -> dict[str, Any]:
    """Two short texts from what is known of both towns; the person changes them as she likes."""
    template = "exchanges/_prefilled.html"
    return {
        "subject": offer.subject or "",
        "concern": _said(get_template_attribute(template, "concern")(offer.reasons)),
        "need": _said(get_template_attribute(template, "need")(offer.reasons)),
    }


def _said(text: Any) -> str:
    return str(text.unescape()).strip()


def _page(offer: Offer, form: RequestForm) -> str:
    return render_template("exchanges/request.html", offer=offer, form=form, town=current_user.acting)


def _is_same(exchange_id: int | None, form: RequestForm) -> bool:
    """Whether the exchange under way is this very request, sent twice."""
    assert exchange_id is not None
    party = exchanges.party(exchange_id, current_user.acting.town_id)
    return party.is_asker and (party.concern, party.need) == (form.concern.data, form.need.data)
