"""What verification rests on, kept by the operator: official domains and the addresses of town halls."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.verification import bp
from kleinstadt_net.blueprints.verification.forms import AddressForm, DomainForm, PlainForm
from kleinstadt_net.security.access import OPERATOR, access
from kleinstadt_net.services import domains, town_addresses
from kleinstadt_net.web.paging import PAGE_SIZE, Page, requested_number

MAX_SEARCH = 100


@bp.get("/betrieb/domains")
@access(OPERATOR)
def domain_list() -> ResponseReturnValue:
    """All official domains, and a form to add one."""
    return _domains(DomainForm(formdata=None, ags=request.args.get("ags", "")))


@bp.post("/betrieb/domains")
@access(OPERATOR)
def add_domain() -> ResponseReturnValue:
    """Enter a domain for a town."""
    form = DomainForm()
    if not form.validate_on_submit():
        return _domains(form, 422)
    try:
        added = domains.add(
            form.ags.data or "", form.domain.data or "", current_user.account_id, form.source.data or ""
        )
    except domains.UnknownTownError:
        form.ags.errors = ["Eine Stadt mit diesem Schlüssel gibt es nicht."]
        return _domains(form, 422)
    flash("Eingetragen." if added else "Diese Domain war für diese Stadt schon eingetragen.", "success")
    return redirect(url_for("verification.domain_list"))


@bp.post("/betrieb/domains/<int:domain_id>/entfernen")
@access(OPERATOR)
def remove_domain(domain_id: int) -> ResponseReturnValue:
    """Strike an entry out; who was confirmed stays confirmed."""
    if not PlainForm().validate_on_submit():
        abort(400)
    if not domains.remove(domain_id, current_user.account_id):
        abort(404)
    flash("Die Domain ist gestrichen. Wer schon bestätigt war, bleibt es.", "success")
    return redirect(url_for("verification.domain_list"))


@bp.route("/betrieb/staedte/<ags>/anschrift", methods=["GET", "POST"])
@access(OPERATOR)
def address(ags: str) -> ResponseReturnValue:
    """Where the town hall gets its letters."""
    town = town_addresses.find(ags) or abort(404)
    form = AddressForm(obj=town.address)
    if not form.validate_on_submit():
        page = render_template("verification/address.html", form=form, town=town)
        return page, 422 if form.is_submitted() else 200
    town_addresses.save(ags, form.address, current_user.account_id)
    flash(f"Die Anschrift des Rathauses von {town.name} ist gespeichert.", "success")
    return redirect(url_for("verification.pending"))


def _domains(form: DomainForm, status: int = 200) -> tuple[str, int]:
    search = request.args.get("q", "")[:MAX_SEARCH]
    page = Page(requested_number(request.args), PAGE_SIZE, domains.count(search)).must_exist()
    rows = domains.listing(search, limit=page.size, offset=(page.number - 1) * page.size)
    found = render_template("verification/domains.html", rows=rows, page=page, form=form, search=search)
    return found, status
