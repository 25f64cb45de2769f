"""One click each: asking to belong, confirming, declining, leaving, handing over, deleting."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.networks import bp
from kleinstadt_net.blueprints.networks.forms import DeedForm, DeletionForm
from kleinstadt_net.security.access import LEAD, OPERATOR, access, acting
from kleinstadt_net.services import network_members, networks
from kleinstadt_net.services.network_members import IsContact, TooManyRequests
from kleinstadt_net.services.network_rights import Actor, NoSuchNetwork
from kleinstadt_net.services.networks import HasMembers

# By the button's value: what it does, and what is said when it is done.
OWN = {
    "anfragen": (
        network_members.ask,
        "Ihre Anfrage ist unterwegs. Wir schreiben Ihnen, sobald sie beantwortet ist.",
    ),
    "zurueckziehen": (network_members.withdraw, "Ihre Anfrage ist zurückgezogen."),
    "verlassen": (network_members.leave, "Ihre Stadt gehört nicht mehr zu diesem Netzwerk."),
}
DECISIONS = {
    "bestaetigen": (
        network_members.confirm,
        "Die Stadt gehört jetzt zum Netzwerk. Wir sagen es ihr per Brief.",
    ),
    "ablehnen": (network_members.decline, "Die Anfrage ist abgelehnt. Wir sagen es der Stadt per Brief."),
    "entfernen": (
        network_members.remove,
        "Die Stadt gehört nicht mehr zum Netzwerk. Wir sagen es ihr per Brief.",
    ),
    "uebergeben": (network_members.hand_over, "Um das Netzwerk kümmert sich jetzt die andere Stadt."),
}
OVERTAKEN = "Darüber ist schon entschieden. Bitte sehen Sie sich den Stand noch einmal an."
FIRST_HAND_OVER = "Bitte übergeben Sie das Netzwerk zuerst an eine andere Stadt."


@bp.post("/netzwerk/<network>/mitmachen")
@access(LEAD, town=acting)
def join(network: str) -> ResponseReturnValue:
    """Ask that the own town belongs, take that back, or leave."""
    deed, said = OWN.get(_button(), (None, ""))
    if deed is None:
        abort(400)
    try:
        done = deed(network, _lead())
    except NoSuchNetwork:
        abort(404)
    except TooManyRequests:
        flash(
            "Heute hat Ihre Stadt schon sehr oft angefragt. Bitte versuchen Sie es morgen noch einmal.",
            "warning",
        )
    except IsContact:
        flash(FIRST_HAND_OVER, "warning")
    else:
        flash(*((said, "success") if done else (OVERTAKEN, "warning")))
    return redirect(url_for("networks.show", network=network))


@bp.post("/netzwerk/<network>/staedte/<ags>")
@access(LEAD, town=acting)
def decide(network: str, ags: str) -> ResponseReturnValue:
    """A lead of the contact town decides who belongs, and who looks after the network."""
    _decide(network, ags, _lead())
    return redirect(url_for("networks.show", network=network))


@bp.post("/betrieb/netzwerk/<network>/staedte/<ags>")
@access(OPERATOR)
def decide_as_operator(network: str, ags: str) -> ResponseReturnValue:
    """An operator decides the same where no town looks after the network."""
    _decide(network, ags, Actor(current_user.account_id))
    return redirect(url_for("networks.edit_as_operator", network=network))


@bp.post("/netzwerk/<network>/loeschen")
@access(LEAD, town=acting)
def delete(network: str) -> ResponseReturnValue:
    """The contact town ends a network nobody else belongs to."""
    return _delete(network, _lead(), "networks.edit")


@bp.post("/betrieb/netzwerk/<network>/loeschen")
@access(OPERATOR)
def delete_as_operator(network: str) -> ResponseReturnValue:
    """An operator ends any network; its towns are told."""
    return _delete(network, Actor(current_user.account_id), "networks.edit_as_operator")


def _decide(network: str, ags: str, actor: Actor) -> None:
    deed, said = DECISIONS.get(_button(), (None, ""))
    if deed is None:
        abort(400)
    try:
        done = deed(network, actor, ags)
    except NoSuchNetwork:
        abort(404)
    except IsContact:
        flash(FIRST_HAND_OVER, "warning")
    else:
        flash(*((said, "success") if done else (OVERTAKEN, "warning")))


def _delete(network: str, actor: Actor, page: str) -> ResponseReturnValue:
    if not DeletionForm().validate_on_submit():
        flash("Gelöscht ist noch nichts. Bitte setzen Sie zuerst das Häkchen.", "warning")
        return redirect(url_for(page, network=network))
    try:
        networks.delete(network, actor)
    except NoSuchNetwork:
        abort(404)
    except HasMembers:
        flash("Zu dem Netzwerk gehören noch andere Städte. " + FIRST_HAND_OVER, "warning")
        return redirect(url_for("networks.show", network=network))
    flash("Das Netzwerk ist gelöscht.", "success")
    return redirect(url_for("networks.index"))


def _button() -> str:
    form = DeedForm()
    if not form.validate_on_submit():
        abort(400)
    return form.deed.data or ""


def _lead() -> Actor:
    return Actor(current_user.account_id, current_user.acting.town_id)
