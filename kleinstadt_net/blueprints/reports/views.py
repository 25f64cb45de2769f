"""Inhalt melden: anybody reports a content, and follows by a link what becomes of it."""

from dataclasses import dataclass, replace

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.reports import bp
from kleinstadt_net.blueprints.reports.forms import UNKNOWN_PAGE, ComplaintForm, ReportForm, TargetForm
from kleinstadt_net.blueprints.reports.places import is_reportable, read_named, read_place
from kleinstadt_net.security.access import BY_LINK, PUBLIC, access
from kleinstadt_net.services import report_targets, reports
from kleinstadt_net.services.report_rules import Target
from kleinstadt_net.services.reported_objects import Reported
from kleinstadt_net.services.reports import NewReport
from kleinstadt_net.web.readers import reader

REPORTER, TOWN = "reporter", "town"
OWN_ENDPOINTS = "reports."


@dataclass(frozen=True)
class About:
    """The object that is reported by its own link, and the argument that names it there."""

    argument: str
    found: Reported


@bp.app_template_global("report_url")
def report_url() -> str:
    """The address of the form, with the page shown filled in where its address may be passed on."""
    endpoint, arguments = request.endpoint, request.view_args or {}
    named = endpoint and not endpoint.startswith(OWN_ENDPOINTS) and "token" not in arguments
    if named and request.method == "GET" and endpoint in current_app.view_functions:
        return url_for("reports.new", pfad=request.path if is_reportable(endpoint) else None)
    return url_for("reports.new")


@bp.get("/melden")
@access(PUBLIC)
def new() -> ResponseReturnValue:
    """The form; the page one comes from, or the object its link names, is filled in."""
    named = read_named()
    if named is not None:
        if not current_user.is_authenticated:
            return redirect(url_for("accounts.sign_in", weiter=request.full_path))
        return _form(TargetForm(), About(named.argument, _readable(named.target)))
    place = read_place(request.args.get("pfad", ""))
    return _form(ReportForm(data={"page": place.path, "subject": place.subject or ""} if place else None))


@bp.post("/melden")
@access(PUBLIC, keeps_text=True)
def create() -> ResponseReturnValue:
    """Take the report; the answer is the page on which it can be followed."""
    named = read_named()
    if named is not None and not current_user.is_authenticated:
        abort(401)
    about = About(named.argument, _readable(named.target)) if named is not None else None
    form: ReportForm | TargetForm = ReportForm() if about is None else TargetForm()
    if not form.validate_on_submit():
        return _form(form, about), 422
    try:
        token = reports.receive(_new_report(form, about), request.remote_addr or "")
    except reports.TooManyReports:
        return _form(form, about, too_many=True), 429
    except reports.BadAddress:
        form.email.errors = ["Diese Adresse können wir nicht anschreiben. Bitte prüfen Sie sie."]
        return _form(form, about), 422
    except reports.UnknownTown:
        form["page"].errors = [UNKNOWN_PAGE]
        return _form(form, about), 422
    except reports.UnknownTarget:
        abort(404)
    return redirect(url_for("reports.state", token=token))


@bp.get("/meldung/<token>")
@access(BY_LINK)
def state(token: str) -> ResponseReturnValue:
    """What became of a report, for whoever holds the reporter's link."""
    return _state(reports.find_for_reporter(token), token, REPORTER, ComplaintForm())


@bp.post("/meldung/<token>")
@access(BY_LINK)
def complain(token: str) -> ResponseReturnValue:
    """Take the reporter's complaint against the decision."""
    form = ComplaintForm()
    if not form.validate_on_submit():
        return _state(reports.find_for_reporter(token), token, REPORTER, form, 422)
    _say(reports.complain_as_reporter(token, form.text.data or ""))
    return redirect(url_for("reports.state", token=token))


@bp.get("/meldung/stadt/<token>")
@access(BY_LINK)
def town_state(token: str) -> ResponseReturnValue:
    """The decision about a town's content, for the lead the link was sent to."""
    return _state(reports.find_for_town(token), token, TOWN, ComplaintForm())


@bp.post("/meldung/stadt/<token>")
@access(BY_LINK)
def complain_for_town(token: str) -> ResponseReturnValue:
    """Take the town's complaint against the decision."""
    form = ComplaintForm()
    if not form.validate_on_submit():
        return _state(reports.find_for_town(token), token, TOWN, form, 422)
    _say(reports.complain_as_town(token, form.text.data or ""))
    return redirect(url_for("reports.town_state", token=token))


def _readable(target: Target) -> Reported:
    """The object a link names; 404 for one that is none of her business as for one that does not exist."""
    return report_targets.readable(target, reader()) or abort(404)


def _new_report(form: ReportForm | TargetForm, about: About | None) -> NewReport:
    new = NewReport(
        path="",
        reader=reader(),
        reason=form.reason.data,
        explanation=form.explanation.data or "",
        name=form.name.data or "",
        email=form.email.data or "",
    )
    if about is not None:
        return replace(new, target=about.found.target)
    assert isinstance(form, ReportForm)
    place = form.place
    subject = form.subject.data or None
    return replace(new, path=place.path, ags=place.ags, subject=subject, target=place.target)


def _form(form: ReportForm | TargetForm, about: About | None = None, *, too_many: bool = False) -> str:
    return render_template("reports/new.html", form=form, about=about, too_many=too_many)


def _state(
    case: reports.CaseState | None, token: str, side: str, form: ComplaintForm, status: int = 200
) -> tuple[str, int]:
    if case is None:
        return render_template("reports/unknown.html"), 404
    return render_template("reports/state.html", case=case, token=token, side=side, form=form), status


def _say(taken: bool) -> None:
    if taken:
        flash("Ihre Beschwerde ist eingegangen. Wir prüfen die Entscheidung noch einmal.", "success")
    else:
        flash("Eine Beschwerde ist hier nicht mehr möglich.", "warning")
