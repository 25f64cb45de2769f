"""The thread of a talk: writing, and hearing less of it."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.exchanges import bp
from kleinstadt_net.blueprints.exchanges.forms import MessageForm, MuteForm, StepForm
from kleinstadt_net.blueprints.exchanges.views import NOT_NOW, exchange_page, found_details
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import attachments, exchange_messages
from kleinstadt_net.services.attachments import AttachmentRefused
from kleinstadt_net.services.exchange_answers import NobodyThereError, NotNowError
from kleinstadt_net.services.exchange_messages import TooManyError
from kleinstadt_net.services.exchanges import UnknownExchangeError
from kleinstadt_net.web.attachment_fields import MAX_REQUEST
from kleinstadt_net.web.downloads import download
from kleinstadt_net.web.uploads import accepts_upload

TOO_MANY = (
    "Das waren sehr viele Nachrichten in einer Stunde. Ihr Text steht noch da; bitte senden Sie ihn später."
)


@bp.post("/gespraeche/<int:exchange_id>/nachricht")
@access(EDITOR, town=acting, keeps_text=True)
@accepts_upload(MAX_REQUEST)
def write(exchange_id: int) -> ResponseReturnValue:
    """Write to the other town; whatever stands in the way, the text stays in the form."""
    details, form = found_details(exchange_id), MessageForm()
    if not form.validate_on_submit():
        return exchange_page(details, StepForm(formdata=None), form), 422
    try:
        message_id = _send(exchange_id, form)
    except AttachmentRefused as refused:
        form.dateien.refuse(refused)
        return exchange_page(details, StepForm(formdata=None), form), 422
    except UnknownExchangeError:
        abort(404)
    except (NotNowError, NobodyThereError):
        flash(NOT_NOW, "warning")
        return exchange_page(found_details(exchange_id), StepForm(formdata=None), form), 409
    except TooManyError:
        flash(TOO_MANY, "warning")
        return exchange_page(details, StepForm(formdata=None), form), 429
    flash(f"Ihre Nachricht ist bei {details.party.peer.name}.", "success")
    return redirect(url_for("exchanges.show", exchange_id=exchange_id, _anchor=f"nachricht-{message_id}"))


@bp.get("/gespraeche/<int:exchange_id>/datei/<token>")
@access(EDITOR, town=acting)
def file(exchange_id: int, token: str) -> ResponseReturnValue:
    """A document of the talk, to be saved."""
    try:
        found = exchange_messages.find_file(exchange_id, current_user.acting.town_id, token)
    except UnknownExchangeError:
        abort(404)
    if found is None:
        abort(404)
    return download(*found)


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


def _send(exchange_id: int, form: MessageForm) -> int:
    files = attachments.check_all(form.dateien.uploads())
    return exchange_messages.write(
        exchange_id, current_user.acting.town_id, current_user.account_id, str(form.nachricht.data), files
    )
