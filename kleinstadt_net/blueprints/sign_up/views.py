"""Signing up: choosing the town, saying who one is, confirming the address; the house rules."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kleinstadt_net.blueprints.sign_up import bp
from kleinstadt_net.blueprints.sign_up.forms import (
    BAD_ADDRESS,
    ConfirmForm,
    MissingTownForm,
    SignUpForm,
)
from kleinstadt_net.security import devices, identity
from kleinstadt_net.security.access import BY_LINK, PUBLIC, access
from kleinstadt_net.services import consents, sign_up, town_finder
from kleinstadt_net.web.person_fields import OBJECTIONS

# What the page's script sends with its question, and nobody else.
BY_SCRIPT = "HX-Request"
TOO_MANY = (
    "Das war in letzter Zeit sehr oft. Bitte schauen Sie in Ihr Postfach, auch in den Ordner für Werbung, "
    "oder versuchen Sie es später noch einmal."
)


@bp.get("/registrieren")
@access(PUBLIC)
def start() -> ResponseReturnValue:
    """Find the town by its name; with a town chosen, the form for everything else."""
    if not sign_up.is_open():
        return render_template("sign_up/closed.html")
    chosen = request.args.get("stadt")
    town = town_finder.by_ags(chosen) if chosen else None
    if town is not None:
        return render_template("sign_up/form.html", town=town, form=SignUpForm(stadt=town.ags))
    return _choose_town(is_unknown=bool(chosen))


@bp.get("/registrieren/stadt-suche")
@access(PUBLIC)
def find_town() -> ResponseReturnValue:
    """The list of matches alone, for the script that renews it while one types."""
    query = request.args.get("q", "")
    if BY_SCRIPT not in request.headers:
        return redirect(url_for("sign_up.start", q=query))
    response = make_response(
        render_template("sign_up/_choices.html", query=query, found=town_finder.find(query))
    )
    response.vary.add(BY_SCRIPT)
    return response


@bp.post("/registrieren")
@access(PUBLIC)
def submit() -> ResponseReturnValue:
    """Take what was said and write to the address; the answer never depends on whether it is known."""
    if not sign_up.is_open():
        return render_template("sign_up/closed.html"), 403
    form = SignUpForm()
    town = town_finder.by_ags(form.stadt.data or "")
    if town is None:
        return _choose_town(is_unknown=True)
    status = _submitted(form) if form.validate_on_submit() else 422
    if status is not None:
        return render_template("sign_up/form.html", town=town, form=form), status
    return render_template("sign_up/written.html", days=sign_up.LINK_DAYS)


def _submitted(form: SignUpForm) -> int | None:
    """None when the letter is on its way, else the status of the refusal, which the form then explains."""
    try:
        sign_up.submit(form.applicant, request.remote_addr or "")
    except sign_up.TooManyAttempts:
        form.form_errors.append(TOO_MANY)
        return 429
    except sign_up.BadAddress:
        form.email.errors = (BAD_ADDRESS,)
    except sign_up.BadPassword as refusal:
        form.password.errors = (OBJECTIONS[refusal.objection],)
    else:
        return None
    return 422


@bp.get("/registrieren/bestaetigen/<token>")
@access(BY_LINK)
def confirm(token: str) -> ResponseReturnValue:
    """Show whose address would be confirmed, for which town; a gateway that opens links changes nothing."""
    return _confirmation(token, ConfirmForm())


@bp.post("/registrieren/bestaetigen/<token>")
@access(BY_LINK)
def act_on_confirmation(token: str) -> ResponseReturnValue:
    """Confirm with the password just chosen, which signs in at the same time."""
    form = ConfirmForm()
    if not form.validate_on_submit():
        return _confirmation(token, form, 422)
    try:
        confirmed = sign_up.confirm(token, form.password.data or "", devices.of(request).words)
    except sign_up.LinkGone:
        return _confirmation(token, form)
    except sign_up.TooManyAttempts:
        form.form_errors.append(
            "Das war sehr oft. Bitte versuchen Sie es in einer Viertelstunde noch einmal."
        )
        return _confirmation(token, form, 429)
    except sign_up.WrongPassword:
        form.password.errors = ("Das ist nicht das Passwort, das beim Registrieren gewählt wurde.",)
        return _confirmation(token, form, 422)
    person = identity.load(confirmed.session_key)
    assert person is not None  # the session was opened a moment ago
    identity.enter(person)
    return render_template("sign_up/confirmed.html", confirmed=confirmed, status_path=sign_up.STATUS_PATH)


def _confirmation(token: str, form: ConfirmForm, status: int = 200) -> ResponseReturnValue:
    waiting = sign_up.find(token)
    if waiting is None:
        return render_template("sign_up/link_gone.html"), 404
    return render_template("sign_up/confirm.html", waiting=waiting, form=form), status


@bp.route("/registrieren/stadt-fehlt", methods=["GET", "POST"])
@access(PUBLIC)
def missing_town() -> ResponseReturnValue:
    """Tell the operator of a town nobody finds in the register."""
    form = MissingTownForm(name=request.args.get("q", "")[: town_finder.MAX_LENGTH])
    if not form.validate_on_submit():
        return render_template("sign_up/missing_town.html", form=form), 422 if form.is_submitted() else 200
    try:
        sign_up.report_missing_town(
            form.name.data or "", form.land.data, form.email.data or "", request.remote_addr or ""
        )
    except sign_up.TooManyAttempts:
        form.form_errors.append(
            "Das war in der letzten Stunde sehr oft. Bitte versuchen Sie es später noch einmal."
        )
        return render_template("sign_up/missing_town.html", form=form), 429
    flash("Danke. Der Betreiber sieht nach, warum die Stadt fehlt.", "success")
    return redirect(url_for("sign_up.start"))


@bp.get("/hausregeln")
@access(PUBLIC)
def house_rules() -> str:
    return render_template("sign_up/house_rules.html", version=consents.HOUSE_RULES_VERSION)


def _choose_town(*, is_unknown: bool) -> ResponseReturnValue:
    query = request.args.get("q", "")
    found = town_finder.find(query)
    page = render_template("sign_up/choose_town.html", query=query, found=found, is_unknown=is_unknown)
    return page, 404 if is_unknown else 200


@bp.after_request
def _keep_out_of_caches(response: Response) -> Response:
    # Forms with what somebody typed, and pages that an address alone opens.
    response.headers["Cache-Control"] = "no-store"
    return response
