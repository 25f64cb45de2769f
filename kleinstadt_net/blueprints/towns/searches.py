"""Searches of the directory a town hall keeps."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import StringField
from wtforms.validators import InputRequired

from kleinstadt_net.blueprints.towns import bp
from kleinstadt_net.blueprints.towns.forms import FIELDS, DirectoryForm
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import directory_networks, saved_searches
from kleinstadt_net.services.directory_filters import DirectoryFilters
from kleinstadt_net.services.saved_searches import MAX_HITS, MAX_NAME, MAX_SEARCHES, SearchRefused
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm

REFUSALS = {
    "plain": "Ohne Filter gibt es nichts zu speichern. Bitte wählen Sie zuerst, was Sie suchen.",
    "wide": f"Diese Suche findet mehr als {MAX_HITS} Städte. Bitte engen Sie sie weiter ein.",
    "full": f"Ihr Rathaus hat schon {MAX_SEARCHES} Suchen gespeichert. Bitte löschen Sie zuerst eine.",
    "taken": "Eine Suche mit diesem Namen gibt es schon. Bitte wählen Sie einen anderen.",
}


class NameForm(BaseForm):
    name = StringField(
        "Name der Suche", [InputRequired("Bitte geben Sie der Suche einen Namen."), at_most(MAX_NAME)]
    )


class PlainForm(BaseForm):
    """Nothing but the button."""


@bp.get("/staedte/suchen")
@access(EDITOR, town=acting)
def searches() -> str:
    """All saved searches with what is new in them."""
    rows = saved_searches.listing(current_user.acting.town_id)
    return render_template("towns/searches.html", rows=[(row, address_of(row.filters)) for row in rows])


@bp.route("/staedte/suchen/neu", methods=["GET", "POST"])
@access(EDITOR, town=acting)
def save_search() -> ResponseReturnValue:
    """Keep the search whose filters stand in the address."""
    chosen = DirectoryForm(request.args, networks=directory_networks.titles())
    chosen.validate()
    form = NameForm()
    if not form.validate_on_submit():
        return _naming(form, chosen, 422 if form.is_submitted() else 200)
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    try:
        saved_searches.save(town_id, account_id, form.name.data or "", chosen.filters())
    except SearchRefused as refused:
        form.name.errors = [REFUSALS[refused.reason]]
        return _naming(form, chosen, 422)
    flash("Die Suche ist gespeichert. Hier sehen Sie künftig, welche Städte dazukommen.", "success")
    return redirect(url_for("towns.searches"))


@bp.post("/staedte/suchen/<int:search_id>/gesehen")
@access(EDITOR, town=acting)
def mark_search_seen(search_id: int) -> ResponseReturnValue:
    """What is new in a search has been seen."""
    if not PlainForm().validate_on_submit():
        abort(400)
    if not saved_searches.mark_seen(current_user.acting.town_id, search_id):
        abort(404)
    return redirect(url_for("towns.searches"))


@bp.post("/staedte/suchen/<int:search_id>/loeschen")
@access(EDITOR, town=acting)
def strike_search(search_id: int) -> ResponseReturnValue:
    """Delete a saved search."""
    if not PlainForm().validate_on_submit():
        abort(400)
    if not saved_searches.strike(current_user.acting.town_id, search_id):
        abort(404)
    flash("Die Suche ist gelöscht.", "success")
    return redirect(url_for("towns.searches"))


def address_of(filters: DirectoryFilters) -> str:
    """The address of the directory narrowed by these filters."""
    plain = DirectoryFilters()
    arguments: dict[str, Any] = {
        FIELDS[name]: "y" if value is True else str(value)
        for name, value in vars(filters).items()
        if value != getattr(plain, name)
    }
    return url_for("towns.index", **arguments)


def _naming(form: NameForm, chosen: DirectoryForm, status: int) -> ResponseReturnValue:
    return render_template("towns/save_search.html", form=form, chosen=chosen), status
