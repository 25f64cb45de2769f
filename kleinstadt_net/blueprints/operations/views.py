"""Health, the operator's desk, and the mailbox of the development server."""

from pathlib import Path

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from kleinstadt_net import settings
from kleinstadt_net.blueprints.operations import bp
from kleinstadt_net.blueprints.operations.forms import PlainForm
from kleinstadt_net.security.access import DEVELOPMENT, OPERATOR, PUBLIC, access
from kleinstadt_net.security.headers import EMBEDDING_POLICY, LETTER_POLICY
from kleinstadt_net.services import mailbox as local_mailbox
from kleinstadt_net.services import operations, operator_tasks, round_reports


@bp.get("/healthz")
@access(PUBLIC)
def health() -> ResponseReturnValue:
    """For monitoring: 200 while database, jobs and letters are well, else 503 with a code in each line."""
    troubles = operations.troubles()
    said = "".join(f"{code}\n" for code in troubles or ("ok",))
    return Response(said, 503 if troubles else 200, mimetype="text/plain")


@bp.get("/betrieb")
@access(OPERATOR)
def desk() -> str:
    """The state of the service at one glance."""
    return render_template("operations/desk.html", desk=operations.desk(), form=PlainForm())


@bp.post("/betrieb/aufgaben/<int:task_id>/erledigt")
@access(OPERATOR)
def finish_task(task_id: int) -> ResponseReturnValue:
    """Tick a task off."""
    if not PlainForm().validate_on_submit() or not operator_tasks.finish(task_id):
        abort(404)
    flash("Die Aufgabe ist erledigt.", "success")
    return redirect(url_for("operations.desk"))


@bp.get("/betrieb/runden")
@access(OPERATOR)
def round_list() -> str:
    """The last rounds: how many were served, who was not, and why."""
    return render_template("operations/rounds.html", reports=round_reports.latest())


@bp.get("/postfach")
@access(DEVELOPMENT)
def mailbox() -> str:
    """All letters the local mail server has received."""
    return render_template("operations/mailbox.html", letters=local_mailbox.list_letters(_maildir()))


@bp.get("/postfach/<key>")
@access(DEVELOPMENT)
def mailbox_letter(key: str) -> ResponseReturnValue:
    """One letter: its headers, how it looks, and its text."""
    page = render_template("operations/letter.html", letter=_letter(key), key=key)
    return Response(page, headers={"Content-Security-Policy": EMBEDDING_POLICY})


@bp.get("/postfach/<key>/ansicht")
@access(DEVELOPMENT)
def mailbox_view(key: str) -> ResponseReturnValue:
    """The HTML of a letter as a mail program shows it, for the frame on its page."""
    return Response(_letter(key).html, headers={"Content-Security-Policy": LETTER_POLICY})


def _maildir() -> Path:
    return settings.current().data_dir / "mailbox"


def _letter(key: str) -> local_mailbox.MailboxLetter:
    return local_mailbox.read_letter(_maildir(), key) or abort(404)
