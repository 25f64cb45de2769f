"""Inviting to an event, changing it and cancelling it: for one's town, network or circle, or as the operator."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.events import bp
from kleinstadt_net.blueprints.events.forms import EventForm, PlainForm, stored_form
from kleinstadt_net.security.access import EDITOR, OPERATOR, access, acting
from kleinstadt_net.services import event_rights, event_writing
from kleinstadt_net.services.event_rights import Actor
from kleinstadt_net.services.event_writing import Refused, StaleVersionError
from kleinstadt_net.services.events import UnknownEventError


@bp.route("/termine/neu", methods=["GET", "POST"])
@access(EDITOR, town=acting, keeps_text=True)
def new() -> ResponseReturnValue:
    """Invite for the own town, a network one looks after, or a circle."""
    return _new(Actor(current_user.account_id, current_user.acting.town_id))


@bp.route("/betrieb/termine/neu", methods=["GET", "POST"])
@access(OPERATOR, keeps_text=True)
def new_as_operator() -> ResponseReturnValue:
    """Invite all towns as the operator."""
    return _new(Actor(current_user.account_id))


@bp.route("/termin/<int:event_id>/bearbeiten", methods=["GET", "POST"])
@access(EDITOR, town=acting, keeps_text=True)
def edit(event_id: int) -> ResponseReturnValue:
    """Change an event."""
    return _edit(event_id, Actor(current_user.account_id, current_user.acting.town_id))


@bp.route("/betrieb/termin/<int:event_id>", methods=["GET", "POST"])
@access(OPERATOR, keeps_text=True)
def edit_as_operator(event_id: int) -> ResponseReturnValue:
    """Change an event of the operator's."""
    return _edit(event_id, Actor(current_user.account_id))


@bp.post("/termin/<int:event_id>/absagen")
@access(EDITOR, town=acting)
def cancel(event_id: int) -> ResponseReturnValue:
    """The event does not take place."""
    return _cancel(event_id, Actor(current_user.account_id, current_user.acting.town_id))


@bp.post("/betrieb/termin/<int:event_id>/absagen")
@access(OPERATOR)
def cancel_as_operator(event_id: int) -> ResponseReturnValue:
    """The same for an event of the operator's."""
    return _cancel(event_id, Actor(current_user.account_id))


def _new(actor: Actor) -> ResponseReturnValue:
    organisers = event_rights.organisers(actor)
    if not organisers:
        return render_template("events/nobody.html"), 403
    form = EventForm()
    form.offer(organisers, request.args.get("fuer", ""))
    if not form.validate_on_submit():
        return render_template("events/new.html", form=form), 422 if form.is_submitted() else 200
    try:
        made = event_writing.announce(actor, form.organiser.data, form.content)
    except UnknownEventError:
        abort(404)
    except Refused as refused:
        form.tell(refused)
        return render_template("events/new.html", form=form), 422
    flash("Der Termin steht.", "success")
    return redirect(url_for("events.show", event_id=made))


def _edit(event_id: int, actor: Actor) -> ResponseReturnValue:
    try:
        stored = event_writing.for_editing(event_id, actor)
    except UnknownEventError:
        abort(404)
    form = stored_form(stored)
    shown = {"form": form, "stored": stored, "by_operator": actor.town_id is None}
    if not form.validate_on_submit():
        return render_template("events/edit.html", **shown), 422 if form.is_submitted() else 200
    try:
        event_writing.change(event_id, actor, form.content, form.version.data or 0)
    except UnknownEventError:
        abort(404)
    except Refused as refused:
        form.tell(refused)
        return render_template("events/edit.html", **shown), 422
    except StaleVersionError as stale:
        # What was typed stays in the form; saving once more replaces what the other wrote, knowingly.
        form.rebase(stale)
        return render_template("events/edit.html", **shown, stale=stale.content), 409
    flash(
        "Gespeichert. Hat sich Tag, Uhrzeit, Ort oder Link geändert, schreiben wir allen Angemeldeten.",
        "success",
    )
    return redirect(url_for("events.show", event_id=event_id))


def _cancel(event_id: int, actor: Actor) -> ResponseReturnValue:
    if not PlainForm().validate_on_submit():
        abort(400)
    try:
        event_writing.cancel(event_id, actor)
    except UnknownEventError:
        abort(404)
    flash("Der Termin ist abgesagt. Alle Angemeldeten bekommen einen Brief.", "success")
    return redirect(url_for("events.show", event_id=event_id))
