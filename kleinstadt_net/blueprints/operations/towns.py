"""Towns and persons as an operator looks them up, suspensions, and the audit trail."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.operations import bp
from kleinstadt_net.blueprints.operations.forms import (
    PlainForm,
    SearchForm,
    SuspendForm,
    TownSearchForm,
    TrailForm,
)
from kleinstadt_net.security.access import OPERATOR, access
from kleinstadt_net.services import (
    addresses,
    audit_trail,
    memberships,
    moderation,
    operator_search,
    town_files,
)
from kleinstadt_net.services.audit_trail import TrailFilters
from kleinstadt_net.services.town_files import TownFile
from kleinstadt_net.web.paging import PAGE_SIZE, Page, requested_number


@bp.get("/betrieb/staedte")
@access(OPERATOR)
def towns() -> str:
    """Towns by name or key; without a question those that are suspended."""
    form = TownSearchForm(request.args)
    text = form.q.data or "" if form.validate() else ""
    found = operator_search.towns(text) if text else operator_search.suspended_towns()
    return render_template("operations/towns.html", form=form, text=text, found=found)


@bp.get("/betrieb/staedte/<ags>")
@access(OPERATOR)
def town(ags: str) -> str:
    """One town with its people and what happened lately."""
    return _town_page(_file(ags), SuspendForm())


@bp.post("/betrieb/staedte/<ags>/sperren")
@access(OPERATOR)
def suspend_town(ags: str) -> ResponseReturnValue:
    """Suspend the town; all its people get the reason."""
    file, form = _file(ags), SuspendForm()
    if not form.validate_on_submit():
        return _town_page(file, form), 422
    if moderation.suspend(file.town_id, form.reason.data or "", current_user.account_id):
        flash(
            f"{file.name} ist gesperrt. Alle Beteiligten bekommen einen Brief mit der Begründung.", "success"
        )
    else:
        flash(f"{file.name} war schon gesperrt.", "warning")
    return redirect(url_for("operations.town", ags=file.ags))


@bp.post("/betrieb/staedte/<ags>/freigeben")
@access(OPERATOR)
def lift_suspension(ags: str) -> ResponseReturnValue:
    """Let the town take part again."""
    file = _file(ags)
    if not PlainForm().validate_on_submit():
        abort(400)
    if moderation.lift(file.town_id, current_user.account_id):
        flash(f"Die Sperre von {file.name} ist aufgehoben. Alle Beteiligten bekommen einen Brief.", "success")
    else:
        flash(f"{file.name} war nicht gesperrt.", "warning")
    return redirect(url_for("operations.town", ags=file.ags))


@bp.post("/betrieb/staedte/<ags>/zugang/<int:membership_id>/beenden")
@access(OPERATOR)
def remove_last_lead(ags: str, membership_id: int) -> ResponseReturnValue:
    """End the access of the one person responsible for a town, knowing what follows from it."""
    file = _file(ags)
    lead = file.sole_lead
    if lead is None or lead.membership_id != membership_id or not PlainForm().validate_on_submit():
        abort(404)
    if memberships.remove_last_lead(membership_id, current_user.account_id):
        flash(f"Der Zugang ist beendet. {file.name} ist damit nicht mehr dabei.", "success")
    else:
        flash(
            "Diesen Zugang gibt es nicht mehr, oder die Stadt hat inzwischen eine weitere Person.", "warning"
        )
    return redirect(url_for("operations.town", ags=file.ags))


@bp.route("/betrieb/suche", methods=["GET", "POST"])
@access(OPERATOR)
def search() -> ResponseReturnValue:
    """Persons and towns; the question is posted, so that no name or address stands in a URL."""
    form = SearchForm()
    if not form.validate_on_submit():
        page = render_template("operations/search.html", form=form, people=None, towns=None)
        return page, 422 if form.is_submitted() else 200
    text = form.text.data or ""
    people, towns = operator_search.people(text), operator_search.towns(text)
    return render_template("operations/search.html", form=form, people=people, towns=towns)


@bp.post("/betrieb/personen/<int:account_id>/sperre-aufheben")
@access(OPERATOR)
def lift_block_of_person(account_id: int) -> ResponseReturnValue:
    """Write to a person again whose letters are held back, from wherever an operator sees her."""
    if not PlainForm().validate_on_submit():
        abort(400)
    lifted = addresses.lift_for_person(account_id, current_user.account_id)
    if lifted is None:
        abort(404)
    if lifted:
        flash(
            "Wir schreiben wieder an diese Adresse. Zurückgehaltene Briefe gehen auf Wunsch hinaus.",
            "success",
        )
    else:
        flash("Diese Adresse war nicht gesperrt.", "warning")
    seen_at = town_files.find(request.form.get("stadt", ""))
    return redirect(url_for("operations.town", ags=seen_at.ags) if seen_at else url_for("operations.search"))


@bp.get("/betrieb/protokoll")
@access(OPERATOR)
def trail() -> str:
    """Who did what to which town."""
    form = TrailForm(request.args)
    form.validate()
    arguments = form.valid_arguments
    filters = TrailFilters(arguments.get("bereich"), arguments.get("stadt"), arguments.get("monat"))
    page = Page(requested_number(request.args), PAGE_SIZE, audit_trail.count(filters)).must_exist()
    entries = audit_trail.entries(filters, limit=page.size, offset=(page.number - 1) * page.size)
    return render_template(
        "operations/trail.html", form=form, entries=entries, page=page, arguments=arguments
    )


def _file(ags: str) -> TownFile:
    return town_files.find(ags) or abort(404)


def _town_page(file: TownFile, form: SuspendForm) -> str:
    return render_template("operations/town.html", file=file, form=form)
