"""The thread of a talk: writing, and hearing less of it."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.exchanges import bp
from kleinstadt_net.blueprints.exchanges.forms import MessageForm, MuteForm, StepForm
from kleinstadt_net.blueprints.exchanges.views import NOT_NOW, exchange_page, found_details
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import exchange_messages
from kleinstadt_net.services.exchange_answers import NobodyThereError, NotNowError
from kleinstadt_net.services.exchange_messages import TooManyError
from kleinstadt_net.services.exchanges import UnknownExchangeError

TOO_MANY = (
    "Das waren sehr viele Nachrichten in einer Stunde. Ihr Text steht noch da; bitte senden Sie ihn später."
)


@bp.post("/gespraeche/<int:exchange_id>/nachricht")
@access(EDITOR, town=acting, keeps_text=True)
def write(exchange_id: int) -> ResponseReturnValue:
    """Write to the other town; whatever stands in the way, the text stays in the form."""
    details, form = found_details(exchange_id), MessageForm()
    if not form.validate_on_submit():
        return exchange_page(details, StepForm(formdata=None), form), 422
    peer = details.party.peer.name
    try:
        message_id = exchange_messages.write(
            exchange_id, current_user.acting.town_id, current_user.account_id, str(form.nachricht.data)
        )
    except UnknownExchangeError:
        abort(404)
    except (NotNowError, NobodyThereError):
        flash(NOT_NOW, "warning")
        return exchange_page(found_details(exchange_id), StepForm(formdata=None), form), 409
    except TooManyError:
        flash(TOO_MANY, "warning")
        return exchange_page(details, StepForm(formdata=None), form), 429
    flash(f"Ihre Nachricht ist bei {peer}.", "success")
    return redirect(url_for("exchanges.show", exchange_id=exchange_id, _anchor=f"nachricht-{message_id}"))


@bp.post("/gespraeche/<int:exchange_id>/stumm")
@access(EDITOR, town=acting)
def mute(exchange_id: int) -> ResponseReturnValue:
    """Be told of new messages in this talk, or not."""
    found_details(exchange_id)
    form = MuteForm()
    if not form.validate_on_submit():
        abort(400)
    on = form.stumm.data == MuteForm.ON
    exchange_messages.mute(exchange_id, current_user.acting.town_id, current_user.account_id, on=on)
    flash(
        "Von neuen Nachrichten in diesem Gespräch hören Sie nichts mehr."
        if on
        else "Neue Nachrichten in diesem Gespräch melden wir Ihnen wieder.",
        "success",
    )
    return redirect(url_for("exchanges.show", exchange_id=exchange_id, _anchor="nachrichten"))
