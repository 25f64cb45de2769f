"""What the link of an invitation opens: GET shows who invites for which town, POST accepts."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kleinstadt_net.blueprints.memberships import bp
from kleinstadt_net.blueprints.memberships.forms import NewcomerForm, PlainForm
from kleinstadt_net.security.access import BY_LINK, access
from kleinstadt_net.services import invitation_answers
from kleinstadt_net.services.invitation_answers import Accepted, Offer
from kleinstadt_net.web.person_fields import OBJECTIONS


@bp.get("/einladung/<token>")
@access(BY_LINK)
def invitation(token: str) -> ResponseReturnValue:
    """Who invites for which town; looking changes nothing."""
    offer = invitation_answers.find(token)
    return _page(offer, _form(offer))


@bp.post("/einladung/<token>")
@access(BY_LINK)
def accept_invitation(token: str) -> ResponseReturnValue:
    """Accept; afterwards one signs in as ever."""
    offer = invitation_answers.find(token)
    form = _form(offer)
    if offer is None or not form.validate_on_submit():
        return _page(offer, form, 422)
    try:
        accepted = invitation_answers.accept(token, form.newcomer if isinstance(form, NewcomerForm) else None)
    except invitation_answers.BadPassword as refusal:
        form["password"].errors = (OBJECTIONS[refusal.objection],)
        return _page(offer, form, 422)
    return _page(None, form) if accepted is None else _welcome(accepted)


def _form(offer: Offer | None) -> PlainForm | NewcomerForm:
    return PlainForm() if offer is None or offer.is_known else NewcomerForm()


def _page(offer: Offer | None, form: PlainForm | NewcomerForm, status: int = 200) -> tuple[str, int]:
    if offer is None:
        return render_template("memberships/invitation_gone.html"), 404
    return render_template("memberships/invitation.html", offer=offer, form=form), status


def _welcome(accepted: Accepted) -> ResponseReturnValue:
    flash(f"Willkommen: Sie handeln jetzt für {accepted.town_name}. Bitte melden Sie sich an.", "success")
    return redirect(url_for("accounts.sign_in"))
