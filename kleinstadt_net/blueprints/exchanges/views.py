"""The list of exchanges, the page of each, and what a town does there."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.exchanges import bp
from kleinstadt_net.blueprints.exchanges.forms import HandOnForm, MessageForm, StepForm
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import (
    appointments,
    exchange_answers,
    exchange_lists,
    exchange_messages,
    outcomes,
    talk_records,
    typed,
)
from kleinstadt_net.services.exchange_answers import NobodyThereError, NotNowError, OpenAlreadyError
from kleinstadt_net.services.exchange_lists import Details
from kleinstadt_net.services.exchanges import UnknownExchangeError
from kleinstadt_net.web.paging import PAGE_SIZE, Page, requested_number

# The filter's values in the address.
STATES = {
    "angefragt": "requested",
    "im-gespraech": "talking",
    "abgeschlossen": "closed",
    "abgelehnt": "declined",
    "zurueckgezogen": "withdrawn",
    "nicht-zustande-gekommen": "lapsed",
}
DONE = {
    "accept": "Schön. Wir haben beiden Städten geschrieben, mit wem sie sprechen können.",
    "decline": "In Ordnung. Wir sagen der anderen Stadt freundlich ab; sie fragt ein Jahr lang nicht noch einmal.",
    "ask_back": "Ihre Rückfrage ist unterwegs.",
    "reply": "Ihre Antwort ist unterwegs.",
    "withdraw": "Ihre Anfrage ist zurückgezogen.",
    "revoke": "Ihre Zustimmung ist zurückgenommen. Die Anfrage ist wieder offen.",
    "close": "Das Gespräch ist abgeschlossen. Sie können es jederzeit wieder aufnehmen.",
    "reopen": "Das Gespräch geht weiter.",
}
NOT_NOW = "Das geht nicht mehr: Inzwischen hat sich hier etwas geändert. So steht es jetzt."


@bp.get("/gespraeche")
@access(EDITOR, town=acting)
def index() -> str:
    """The town's exchanges, what happened last first."""
    wanted = request.args.get("stand", "")
    if wanted and wanted not in STATES:
        abort(404)
    number = requested_number(request.args)
    found = exchange_lists.listing(current_user.acting.town_id, STATES.get(wanted), number, PAGE_SIZE)
    return render_template(
        "exchanges/index.html",
        found=found,
        page=Page(number, PAGE_SIZE, found.total).must_exist(),
        wanted=wanted,
        states=STATES,
        town=current_user.acting,
    )


@bp.get("/gespraeche/<int:exchange_id>")
@access(EDITOR, town=acting)
def show(exchange_id: int) -> str:
    """One exchange: the request, the answer, and what follows."""
    return exchange_page(found_details(exchange_id), StepForm())


@bp.post("/gespraeche/<int:exchange_id>")
@access(EDITOR, town=acting)
def step(exchange_id: int) -> ResponseReturnValue:
    """Agree, decline, ask back, reply, withdraw, take back, close or take up again."""
    form = StepForm()
    details = found_details(exchange_id)
    if not form.validate_on_submit():
        return exchange_page(details, form), 422
    action = str(form.schritt.data)
    try:
        exchange_answers.act(
            exchange_id, current_user.acting.town_id, current_user.account_id, action, form.text.data or ""
        )
    except UnknownExchangeError:
        abort(404)
    except NotNowError:
        flash(NOT_NOW, "warning")
        # What was typed is shown once more, below what has become of the exchange.
        return exchange_page(found_details(exchange_id), form), 409
    except NobodyThereError:
        flash(
            f"{details.party.peer.name} steht zurzeit nicht zur Verfügung. Es hat sich nichts geändert.",
            "warning",
        )
    except OpenAlreadyError as other:
        flash("Mit dieser Stadt läuft schon ein neueres Gespräch: dieses hier.", "info")
        return redirect(url_for("exchanges.show", exchange_id=other.exchange_id))
    else:
        flash(DONE[action], "success")
    return redirect(url_for("exchanges.show", exchange_id=exchange_id))


@bp.route("/gespraeche/<int:exchange_id>/weitergeben", methods=["GET", "POST"])
@access(EDITOR, town=acting)
def hand_on(exchange_id: int) -> ResponseReturnValue:
    """Give a request to a colleague, who gets a letter with a link of her own."""
    details = found_details(exchange_id)
    if "hand_on" not in details.actions:
        flash(NOT_NOW, "warning")
        return redirect(url_for("exchanges.show", exchange_id=exchange_id))
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    colleagues = exchange_answers.colleagues(town_id, account_id)
    form = HandOnForm()
    form.offer(colleagues)
    if not form.validate_on_submit():
        page = render_template(
            "exchanges/hand_on.html",
            details=details,
            colleagues=colleagues,
            form=form,
            town=current_user.acting,
        )
        return page, 422 if form.is_submitted() else 200
    try:
        name = exchange_answers.hand_on(exchange_id, town_id, account_id, form.person.data)
    except UnknownExchangeError:
        abort(404)
    except NotNowError:
        flash(NOT_NOW, "warning")
    else:
        flash(f"{name} bekommt einen Brief mit dieser Anfrage und kann daraus antworten.", "success")
    return redirect(url_for("exchanges.show", exchange_id=exchange_id))


def found_details(exchange_id: int) -> Details:
    """The exchange as the acting town sees it, or the page "not found"."""
    try:
        return exchange_lists.details(exchange_id, current_user.acting.town_id, current_user.account_id)
    except UnknownExchangeError:
        abort(404)


def exchange_page(details: Details, form: StepForm, message: MessageForm | None = None) -> str:
    """The page of an exchange; ``form`` and ``message`` are given back as they were sent."""
    party, town, number = details.party, current_user.acting, requested_number(request.args)
    form.text.label.text = "Ihre Antwort" if "reply" in details.actions else "Was möchten Sie vorher wissen?"
    thread = exchange_messages.thread(party, current_user.account_id, number)
    Page(number, exchange_messages.PAGE_SIZE, thread.total).must_exist()
    name = exchange_messages.form_name(party.exchange_id)
    half = None
    if message is None:
        half = typed.find(current_user.account_id, town.town_id, name) if thread.may_write else None
        kept = half.content.get("nachricht", [""]) if half is not None else [""]
        message = MessageForm(formdata=None, nachricht=kept[0])
    shown: dict[str, Any] = {"details": details, "party": party, "form": form, "town": town}
    shown["outcome"] = outcomes.of_exchange(party.exchange_id, party.town_id)
    shown["dates"] = appointments.of_exchange(party)
    shown["records"] = talk_records.of_exchange(party)
    shown |= {"thread": thread, "message": message, "half": half, "message_form_name": name}
    return render_template("exchanges/show.html", **shown, PAGE_SIZE=exchange_messages.PAGE_SIZE)
