"""Reported contents: the queue and the decision."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.operations import bp
from kleinstadt_net.blueprints.operations.decision_form import DecisionForm
from kleinstadt_net.blueprints.operations.forms import AssignForm, NarrowForm
from kleinstadt_net.security.access import OPERATOR, access
from kleinstadt_net.services import moderation, report_decisions, report_desk
from kleinstadt_net.services.report_desk import ReportFile
from kleinstadt_net.web.paging import PAGE_SIZE, Page, requested_number


@bp.get("/betrieb/meldungen")
@access(OPERATOR)
def report_queue() -> str:
    """What waits for a decision, and what was decided."""
    page = Page(requested_number(request.args), PAGE_SIZE, report_desk.count_settled()).must_exist()
    settled = report_desk.settled(limit=page.size, offset=(page.number - 1) * page.size)
    return render_template(
        "operations/reports.html", waiting=report_desk.waiting(), settled=settled, page=page
    )


@bp.get("/betrieb/meldungen/<int:report_id>")
@access(OPERATOR)
def report(report_id: int) -> ResponseReturnValue:
    """One report with the content as it is now."""
    found = _find(report_id)
    return _page(found, DecisionForm(found), AssignForm())


@bp.post("/betrieb/meldungen/<int:report_id>")
@access(OPERATOR)
def decide_report(report_id: int) -> ResponseReturnValue:
    """Decide; both sides get the reasons by letter."""
    found = _find(report_id)
    form = DecisionForm(found)
    if not form.validate_on_submit():
        return _page(found, form, AssignForm()), 422
    try:
        decided = report_decisions.decide(report_id, current_user.account_id, form.decision)
    except moderation.ContentChanged:
        flash(
            "Der Inhalt hat sich inzwischen geändert, oder es gibt dort keinen Satz. Es ist nichts entschieden. "
            "Bitte sehen Sie noch einmal hin.",
            "warning",
        )
        return redirect(url_for("operations.report", report_id=report_id))
    if decided:
        flash("Entschieden. Die Briefe mit der Begründung sind unterwegs.", "success")
    else:
        flash("Über diese Meldung ist schon entschieden.", "warning")
    return redirect(url_for("operations.report_queue"))


@bp.post("/betrieb/meldungen/<int:report_id>/stadt")
@access(OPERATOR)
def assign_report(report_id: int) -> ResponseReturnValue:
    """Say which town a report concerns whose page shows many."""
    found, form = _find(report_id), AssignForm()
    if not form.validate_on_submit():
        return _page(found, DecisionForm(found), form), 422
    if report_desk.assign_town(report_id, form.ags.data or "", current_user.account_id):
        flash("Die Meldung ist der Stadt zugeordnet.", "success")
    else:
        flash("Eine Stadt mit diesem Schlüssel gibt es nicht, oder die Meldung hat schon eine.", "warning")
    return redirect(url_for("operations.report", report_id=report_id))


@bp.post("/betrieb/meldungen/<int:report_id>/antwort")
@access(OPERATOR)
def narrow_report(report_id: int) -> ResponseReturnValue:
    """Say that a report about a question means one of its answers."""
    _find(report_id)
    form = NarrowForm()
    is_done = form.validate_on_submit() and report_desk.narrow(
        report_id, form.answer.data or 0, current_user.account_id
    )
    if is_done:
        flash("Die Meldung gilt jetzt der Antwort.", "success")
    else:
        flash("Diese Antwort gibt es nicht mehr, oder über die Meldung ist schon entschieden.", "warning")
    return redirect(url_for("operations.report", report_id=report_id))


def _find(report_id: int) -> ReportFile:
    return report_desk.find(report_id) or abort(404)


def _page(found: ReportFile, form: DecisionForm, assign: AssignForm) -> str:
    return render_template("operations/report.html", report=found, form=form, assign=assign)
