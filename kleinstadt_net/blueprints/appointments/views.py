"""Proposing times for a talk, and what the two towns do with them."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.appointments import bp
from kleinstadt_net.blueprints.appointments.forms import ProposalForm, StepForm
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import appointment_answers, appointment_proposals, appointments, exchanges
from kleinstadt_net.services.appointment_answers import TooLateError
from kleinstadt_net.services.appointment_proposals import OvertakenError, RefusedError
from kleinstadt_net.services.appointment_rules import PICK
from kleinstadt_net.services.appointments import Dates, UnknownAppointmentError
from kleinstadt_net.services.exchange_answers import NotNowError
from kleinstadt_net.services.exchanges import Party, UnknownExchangeError
from kleinstadt_net.vocabulary import APPOINTMENT_FORMS

DONE = {
    "pick": "Schön. Beide Städte bekommen die Einladung für den Kalender mit einem Brief.",
    "decline": "In Ordnung. Die vorgeschlagenen Zeiten gelten nicht mehr, wir haben der anderen Stadt geschrieben.",
    "withdraw": "Die vorgeschlagenen Zeiten gelten nicht mehr, wir haben der anderen Stadt geschrieben.",
    "cancel": "Der Termin ist abgesagt. Beide Städte bekommen die Absage für den Kalender mit einem Brief.",
}
NOT_NOW = "Das geht nicht mehr: Inzwischen hat sich hier etwas geändert. So steht es jetzt."
NO_TALK = "Termine gibt es, solange beide Städte im Gespräch sind."
TOO_LATE = "Diese Zeit ist schon vorbei. Bitte vereinbaren Sie eine neue."
DOUBLED = (
    "Eine Ihrer Zeiten gibt es in dieser Nacht zweimal, weil die Uhren zurückgestellt werden. "
    "Wir haben die erste genommen, noch in der Sommerzeit."
)


@bp.route("/gespraeche/<int:exchange_id>/termin", methods=["GET", "POST"])
@access(EDITOR, town=acting, keeps_text=True)
def propose(exchange_id: int) -> ResponseReturnValue:
    """Up to three times for a talk; whatever stands in the way, nothing typed is lost."""
    party = _party(exchange_id)
    dates = appointments.of_exchange(party)
    form = ProposalForm(data=_prefilled(party, dates))
    if not form.is_submitted() and not dates.may_propose:
        flash(NO_TALK, "warning")
        return redirect(url_for("exchanges.show", exchange_id=exchange_id))
    if not form.validate_on_submit():
        return _page(party, dates, form), 422 if form.is_submitted() else 200
    try:
        made = appointment_proposals.propose(
            exchange_id,
            current_user.acting.town_id,
            current_user.account_id,
            form.content,
            form.seen.data or "",
        )
    except UnknownExchangeError:
        abort(404)
    except RefusedError as refused:
        form.tell(refused)
        return _page(party, dates, form), 422
    except NotNowError:
        flash(NO_TALK, "warning")
        return _page(_party(exchange_id), dates, form), 409
    except OvertakenError:
        dates = appointments.of_exchange(_party(exchange_id))
        form.rebase(dates.seen)
        return _page(party, dates, form, is_overtaken=True), 409
    flash(f"{party.peer.name} bekommt Ihren Vorschlag mit einem Brief.", "success")
    if made.doubled:
        flash(DOUBLED, "info")
    return redirect(_back(exchange_id))


@bp.post("/gespraeche/<int:exchange_id>/termin/<int:appointment_id>")
@access(EDITOR, town=acting)
def step(exchange_id: int, appointment_id: int) -> ResponseReturnValue:
    """Pick one of the times, decline or withdraw them all, cancel the date."""
    form = StepForm()
    if not form.validate_on_submit():
        abort(422)
    action = str(form.schritt.data or PICK)
    try:
        appointment_answers.act(
            exchange_id,
            appointment_id,
            current_user.acting.town_id,
            current_user.account_id,
            action,
            form.slot.data,
        )
    except (UnknownExchangeError, UnknownAppointmentError):
        abort(404)
    except NotNowError:
        flash(NOT_NOW, "warning")
    except TooLateError:
        flash(TOO_LATE, "warning")
    else:
        flash(DONE[action], "success")
    return redirect(_back(exchange_id))


def _party(exchange_id: int) -> Party:
    try:
        return exchanges.party(exchange_id, current_user.acting.town_id)
    except UnknownExchangeError:
        abort(404)


def _back(exchange_id: int) -> str:
    return url_for("exchanges.show", exchange_id=exchange_id, _anchor="termine")


def _prefilled(party: Party, dates: Dates) -> dict[str, Any]:
    """What is known already: how the request wished to talk, or what was proposed or agreed on last."""
    last = dates.agreed or dates.proposal
    if last is not None:
        return {"form": last.form, "place": last.place, "link": last.link, "seen": dates.seen}
    form = party.form if party.form in APPOINTMENT_FORMS else next(iter(APPOINTMENT_FORMS))
    return {"form": form, "seen": dates.seen}


def _page(party: Party, dates: Dates, form: ProposalForm, *, is_overtaken: bool = False) -> str:
    return render_template(
        "appointments/propose.html", party=party, dates=dates, form=form, is_overtaken=is_overtaken
    )
