"""The operator's series of printed invitations."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.outreach import bp
from kleinstadt_net.blueprints.outreach.forms import CodeForm, SeriesFilterForm, SeriesForm
from kleinstadt_net.security.access import OPERATOR, access
from kleinstadt_net.services import invitation_papers, invitation_series, letterhead, outreach
from kleinstadt_net.services.invitation_series import MAX_TITLE, SeriesPage
from kleinstadt_net.web.paging import PAGE_SIZE, Page, requested_number


@bp.get("/betrieb/einladungen")
@access(OPERATOR)
def series_list() -> ResponseReturnValue:
    """All series with how many of their towns have joined since; a code in the address leads to its letter."""
    search = CodeForm(request.args)
    if search.code.data and search.validate():
        if place := invitation_series.place_of(search.code.data):
            return redirect(url_for("outreach.series", series_id=place[0], _anchor=f"stadt-{place[1]}"))
        search.code.errors = [
            "Einen Brief mit diesem Code gibt es nicht. Bitte lassen Sie ihn noch einmal vorlesen."
        ]
    page = Page(requested_number(request.args), PAGE_SIZE, invitation_series.count()).must_exist()
    rows = invitation_series.listing(limit=page.size, offset=(page.number - 1) * page.size)
    return render_template("outreach/series_list.html", rows=rows, page=page, search=search)


@bp.get("/betrieb/einladungen/neu")
@access(OPERATOR)
def new_series() -> ResponseReturnValue:
    """Choose the towns by what stands in the address, and see who would get a letter."""
    return _choosing(SeriesForm(data={"title": request.args.get("titel", "")[:MAX_TITLE]}))


@bp.post("/betrieb/einladungen/neu")
@access(OPERATOR)
def create_series() -> ResponseReturnValue:
    """Store the series with a letter for each town the filters in the address let pass."""
    form, chosen = SeriesForm(), SeriesFilterForm(request.args)
    if not form.validate_on_submit() or not chosen.validate():
        return _choosing(form, 422)
    try:
        made = invitation_series.create(form.title.data or "", chosen.filters, current_user.account_id)
    except invitation_series.NobodyToWriteTo:
        return _choosing(form, 422)
    flash("Die Serie ist angelegt. Jetzt können Sie die Briefe drucken.", "success")
    return redirect(url_for("outreach.series", series_id=made))


@bp.get("/betrieb/einladungen/<int:series_id>")
@access(OPERATOR)
def series(series_id: int) -> str:
    """One series: its letters and what became of the towns."""
    return render_template(
        "outreach/series.html",
        page=_find(series_id),
        with_pdf=outreach.can_make_paper(),
        with_sender=letterhead.is_complete(),
    )


@bp.get("/betrieb/einladungen/<int:series_id>/briefe")
@access(OPERATOR)
def series_letters(series_id: int) -> ResponseReturnValue:
    """All letters of a series on paper: a PDF, or a page to print where the server makes none."""
    page = _find(series_id)
    if not page.printable:
        abort(404)
    if not outreach.can_make_paper():
        return render_template("outreach/print_series.html", page=page, **invitation_papers.context(page))
    named = {"Content-Disposition": f'attachment; filename="einladungen-{series_id}.pdf"'}
    return Response(invitation_papers.as_pdf(page), mimetype="application/pdf", headers=named)


def _find(series_id: int) -> SeriesPage:
    return invitation_series.find(series_id) or abort(404)


def _choosing(form: SeriesForm, status: int = 200) -> ResponseReturnValue:
    chosen = SeriesFilterForm(request.args)
    chosen.validate()
    selection = invitation_series.candidates(chosen.filters)
    page = render_template("outreach/series_new.html", form=form, chosen=chosen, selection=selection)
    return page, status
