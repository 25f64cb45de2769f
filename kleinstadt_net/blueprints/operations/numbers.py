"""The numbers of a period: a page to print, the same as PDF for whoever pays, and as a table."""

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kleinstadt_net.blueprints.operations import bp
from kleinstadt_net.blueprints.operations.forms import PeriodForm
from kleinstadt_net.security.access import OPERATOR, access
from kleinstadt_net.services import operator_numbers
from kleinstadt_net.services.operator_numbers import Numbers


@bp.get("/betrieb/zahlen")
@access(OPERATOR)
def numbers() -> ResponseReturnValue:
    """What towns did together in a period; this year up to now, until another one is asked for."""
    form = PeriodForm(request.args or None)
    if not form.validate():
        return render_template("operations/numbers.html", form=form, numbers=None), 422
    found = operator_numbers.of_period(form.period)
    return render_template(
        "operations/numbers.html",
        form=form,
        with_pdf=operator_numbers.can_make_paper(),
        **operator_numbers.sheet(found),
    )


@bp.get("/betrieb/zahlen.pdf")
@access(OPERATOR)
def numbers_paper() -> ResponseReturnValue:
    """The report of one page; where none can be drawn, the page to print."""
    found = _numbers()
    if not operator_numbers.can_make_paper():
        return redirect(url_for("operations.numbers", von=found.period.first, bis=found.period.last))
    return _file(found, operator_numbers.paper(found), "application/pdf", "pdf")


@bp.get("/betrieb/zahlen.csv")
@access(OPERATOR)
def numbers_table() -> ResponseReturnValue:
    """The table for a spreadsheet."""
    found = _numbers()
    return _file(found, operator_numbers.as_csv(found), "text/csv", "csv")


def _numbers() -> Numbers:
    form = PeriodForm(request.args or None)
    return operator_numbers.of_period(form.period) if form.validate() else abort(404)


def _file(found: Numbers, content: str | bytes, mimetype: str, ending: str) -> Response:
    name = f"zahlen-{found.period.first}-bis-{found.period.last}.{ending}"
    named = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, mimetype=mimetype, headers=named)
