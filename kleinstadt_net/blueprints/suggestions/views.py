"""A month's suggestions, and the town's answers to them."""

import re

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net import clock, formats
from kleinstadt_net.blueprints.suggestions import bp
from kleinstadt_net.blueprints.suggestions.forms import AnswerForm, ReasonForm
from kleinstadt_net.security.access import EDITOR, VERIFIED, access, acting
from kleinstadt_net.services import answer_giving, availability, suggestions
from kleinstadt_net.services.answer_giving import AnswerStandsError, UnknownSuggestionError
from kleinstadt_net.services.availability import RequestRefusedError

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
SAID = {
    "contact": "Vielen Dank. Wir sagen der anderen Stadt, dass Sie gern sprechen möchten.",
    "later": "In Ordnung. Der Vorschlag bleibt für Sie offen.",
    "declined": "In Ordnung. Diese Stadt schlagen wir Ihnen ein Jahr lang nicht mehr vor; sie erfährt davon nichts.",
    "known": "Schön, dass Sie sich schon kennen. Diese Stadt schlagen wir Ihnen nicht mehr vor.",
}
BOTH_WISH = (
    "Sie beide möchten sprechen. Beide Städte bekommen gleich einen Brief mit Namen, Amt und E-Mail-Adresse der "
    "Ansprechpersonen."
)


@bp.get("/vorschlaege")
@access(VERIFIED)
def index() -> str:
    month = _requested_month()
    found = suggestions.for_town(current_user.acting.town_id, month)
    return render_template(
        "suggestions/index.html",
        found=found,
        is_current=month == clock.current_month(),
        town=current_user.acting,
    )


@bp.post("/vorschlaege/<int:suggestion_id>/antwort")
@access(EDITOR, town=acting)
def answer(suggestion_id: int) -> ResponseReturnValue:
    form = AnswerForm()
    if not form.validate():
        flash("Diese Antwort kennen wir nicht. Bitte wählen Sie eine der angebotenen.", "danger")
        return _back(form.zurueck.data, suggestion_id)
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    choice = str(form.antwort.data)
    try:
        both_wish = answer_giving.give(suggestion_id, town_id, account_id, choice, "page")
    except UnknownSuggestionError:
        abort(404)
    except AnswerStandsError:
        flash(
            "Ihre Stadt hat hierzu schon geantwortet. Ändern kann das nur, wer das Profil verantwortet, "
            "und nur sieben Tage lang.",
            "warning",
        )
    except RequestRefusedError:
        flash(
            "Diese Stadt steht in diesem Monat nicht zur Verfügung. Der Vorschlag bleibt offen: "
            f"Ab {formats.month(availability.next_month())} können Sie es wieder versuchen, "
            "oder Sie wählen eine andere Stadt.",
            "warning",
        )
    else:
        flash(BOTH_WISH if both_wish else SAID[choice], "success")
    return _back(form.zurueck.data, suggestion_id, asks_why=choice == "declined")


@bp.post("/vorschlaege/<int:suggestion_id>/grund")
@access(EDITOR, town=acting)
def give_reason(suggestion_id: int) -> ResponseReturnValue:
    """Why a declined suggestion does not fit."""
    form = ReasonForm()
    if not form.validate():
        flash("Diesen Grund kennen wir nicht. Bitte wählen Sie einen der angebotenen.", "danger")
        return _back(form.zurueck.data, suggestion_id)
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    try:
        said = answer_giving.give_reason(suggestion_id, town_id, account_id, str(form.grund.data))
    except UnknownSuggestionError:
        abort(404)
    if said:
        flash(
            "Danke. Ihre Begründung bleibt in Ihrem Rathaus; die andere Stadt erfährt sie nicht.", "success"
        )
    else:
        flash("Zu diesem Vorschlag ist schon ein Grund genannt, oder Sie haben ihn nicht abgelehnt.", "info")
    return _back(form.zurueck.data, suggestion_id)


def _requested_month() -> str:
    month = request.args.get("monat") or clock.current_month()
    if not MONTH.fullmatch(month):
        abort(404)
    return month


def _back(to: str | None, suggestion_id: int, *, asks_why: bool = False) -> ResponseReturnValue:
    """To where the button was: the overview, or the month's list at the card, which alone asks for a reason."""
    if to == "uebersicht" and not asks_why:
        return redirect(url_for("dashboard.overview"))
    month = to if MONTH.fullmatch(to or "") else None
    return redirect(url_for("suggestions.index", monat=month, _anchor=f"vorschlag-{suggestion_id}"))
