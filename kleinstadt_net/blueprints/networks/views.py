"""Pages of networks: the list, one of them, and the form for whoever looks after it."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.networks import bp
from kleinstadt_net.blueprints.networks.forms import DeletionForm, NetworkForm
from kleinstadt_net.security.access import LEAD, OPERATOR, PUBLIC, access, acting
from kleinstadt_net.services import member_news, network_members, networks
from kleinstadt_net.services.network_rights import Actor, NoSuchNetwork
from kleinstadt_net.services.networks import (
    MAX_PER_TOWN,
    Refused,
    StaleVersion,
    TooMany,
)
from kleinstadt_net.web.readers import reader


@bp.get("/netzwerke")
@access(PUBLIC)
def index() -> str:
    """All networks by kind."""
    return render_template("networks/index.html", kinds=networks.listing())


@bp.get("/netzwerk/<network>")
@access(PUBLIC)
def show(network: str) -> str:
    """One network with its towns; for its contact's leads also who asks to belong."""
    own = current_user.acting
    try:
        page = networks.page(network, seen_from=own.town_id if own else None)
    except NoSuchNetwork:
        abort(404)
    desk = network_members.desk(page.network_id, own.town_id) if own else None
    is_contact = own is not None and page.contact is not None and page.contact.town_id == own.town_id
    account_id = current_user.account_id if current_user.is_authenticated else None
    town_ids = [member.town_id for member in page.members]
    return render_template(
        "networks/show.html",
        page=page,
        desk=desk,
        town=own,
        is_contact=is_contact,
        news=member_news.of_network(network, town_ids, reader(), account_id),
    )


@bp.route("/netzwerke/neu", methods=["GET", "POST"])
@access(LEAD, town=acting, keeps_text=True)
def new() -> ResponseReturnValue:
    """Found a network; the own town becomes its contact and its first town."""
    form = NetworkForm()
    if not form.validate_on_submit():
        return render_template("networks/new.html", form=form), 422 if form.is_submitted() else 200
    try:
        made = networks.create(current_user.acting.town_id, current_user.account_id, form.content)
    except Refused as refused:
        form.tell(refused)
        return render_template("networks/new.html", form=form), 422
    except NoSuchNetwork:
        abort(404)
    except TooMany:
        form.form_errors.append(
            f"Ihre Stadt kümmert sich schon um {MAX_PER_TOWN} Netzwerke. Mehr geht nicht."
        )
        return render_template("networks/new.html", form=form), 422
    flash("Das Netzwerk ist angelegt. Andere Städte können jetzt anfragen, ob sie dazugehören.", "success")
    return redirect(url_for("networks.show", network=made))


@bp.route("/netzwerk/<network>/bearbeiten", methods=["GET", "POST"])
@access(LEAD, town=acting, keeps_text=True)
def edit(network: str) -> ResponseReturnValue:
    """Change what the network says of itself, and who belongs to it."""
    return _edit(network, Actor(current_user.account_id, current_user.acting.town_id))


@bp.route("/betrieb/netzwerk/<network>", methods=["GET", "POST"])
@access(OPERATOR, keeps_text=True)
def edit_as_operator(network: str) -> ResponseReturnValue:
    """The same for an operator, who decides about towns only where no town looks after the network."""
    return _edit(network, Actor(current_user.account_id))


def _edit(network: str, actor: Actor) -> ResponseReturnValue:
    try:
        page = networks.for_editing(network, actor)
    except NoSuchNetwork:
        abort(404)
    form = NetworkForm(data={**vars(page.content), "version": page.version})
    if not form.validate_on_submit():
        return _edit_page(form, page, actor), 422 if form.is_submitted() else 200
    try:
        networks.edit(network, actor, form.content, form.version.data or 0)
    except NoSuchNetwork:
        abort(404)
    except Refused as refused:
        form.tell(refused)
        return _edit_page(form, page, actor), 422
    except StaleVersion as stale:
        # What was typed stays in the form; saving once more replaces what the other wrote, knowingly.
        form.rebase(stale)
        return _edit_page(form, networks.page(network), actor, is_overtaken=True), 409
    flash("Die Angaben zum Netzwerk sind gespeichert.", "success")
    return redirect(url_for("networks.show", network=network))


def _edit_page(
    form: NetworkForm, page: networks.NetworkPage, actor: Actor, *, is_overtaken: bool = False
) -> str:
    by_operator = actor.town_id is None
    return render_template(
        "networks/edit.html",
        form=form,
        deletion=DeletionForm(formdata=None),
        page=page,
        requests=network_members.desk(page.network_id, actor.town_id).requests,
        by_operator=by_operator,
        decides=not by_operator or page.contact is None,
        is_overtaken=is_overtaken,
    )
