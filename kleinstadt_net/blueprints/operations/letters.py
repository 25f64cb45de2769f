"""Letters at the operator's desk: what comes when, how far the month is, what failed, and halting all of it."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net import clock
from kleinstadt_net.blueprints.operations import bp
from kleinstadt_net.blueprints.operations.forms import PlainForm
from kleinstadt_net.blueprints.operations.letter_forms import TimeForm
from kleinstadt_net.security.access import OPERATOR, access
from kleinstadt_net.services import addresses, digest_desk, operations, sending, undelivered
from kleinstadt_net.web.paging import PAGE_SIZE, Page, requested_number


@bp.get("/betrieb/briefe")
@access(OPERATOR)
def letters() -> ResponseReturnValue:
    """What goes out when and to how many, and how far the month is."""
    return _page()


@bp.post("/betrieb/briefe/anhalten")
@access(OPERATOR)
def halt_letters() -> ResponseReturnValue:
    """Let no letter leave."""
    _must_be_meant()
    if sending.halt(current_user.account_id):
        flash(
            "Der Versand ist angehalten. Ein Brief, der gerade übertragen wird, geht noch hinaus.", "success"
        )
    else:
        flash("Der Versand war schon angehalten.", "warning")
    return redirect(url_for("operations.letters"))


@bp.post("/betrieb/briefe/fortsetzen")
@access(OPERATOR)
def resume_letters() -> ResponseReturnValue:
    """Let letters leave again."""
    _must_be_meant()
    if sending.resume(current_user.account_id):
        flash("Der Versand geht weiter.", "success")
    else:
        flash("Der Versand war nicht angehalten.", "warning")
    return redirect(url_for("operations.letters"))


@bp.post("/betrieb/briefe/zeit")
@access(OPERATOR)
def set_letter_time() -> ResponseReturnValue:
    """The usual weekday and hour of the Monatsbrief."""
    form = TimeForm()
    if not form.validate_on_submit():
        return _page(form), 422
    digest_desk.set_usual(current_user.account_id, form.timetable)
    flash("Gespeichert. Wer den Brief dieses Monats schon hat, bekommt keinen zweiten.", "success")
    return redirect(url_for("operations.letters"))


@bp.post("/betrieb/briefe/probe")
@access(OPERATOR)
def post_test_letter() -> ResponseReturnValue:
    """A letter to oneself, to see that letters arrive."""
    _must_be_meant()
    digest_desk.post_test(current_user.account_id)
    if sending.halted():
        flash(
            "Der Probebrief liegt im Ausgang und bleibt dort, solange der Versand angehalten ist.", "warning"
        )
    else:
        flash("Der Probebrief liegt im Ausgang. Er sollte in wenigen Minuten bei Ihnen sein.", "success")
    return redirect(url_for("operations.letters"))


@bp.get("/betrieb/briefe/nicht-zugestellt")
@access(OPERATOR)
def undelivered_letters() -> ResponseReturnValue:
    """Letters that were given up, with what the other side said."""
    page = Page(requested_number(request.args), PAGE_SIZE, undelivered.count()).must_exist()
    rows = undelivered.latest(limit=page.size, offset=(page.number - 1) * page.size)
    return render_template("operations/undelivered.html", rows=rows, page=page, form=PlainForm())


@bp.post("/betrieb/briefe/nicht-zugestellt/<int:letter_id>")
@access(OPERATOR)
def retry_letter(letter_id: int) -> ResponseReturnValue:
    """Try one of them again."""
    _must_be_meant()
    if undelivered.retry(letter_id, current_user.account_id):
        flash("Der Brief geht noch einmal hinaus.", "success")
    else:
        flash(
            "Dieser Brief wartet nicht auf einen neuen Versuch, oder seine Adresse ist gesperrt.", "warning"
        )
    return redirect(url_for("operations.undelivered_letters"))


@bp.post("/betrieb/briefe/nicht-zugestellt/<int:letter_id>/sperre-aufheben")
@access(OPERATOR)
def lift_block(letter_id: int) -> ResponseReturnValue:
    """Write again to the address this letter was held back from."""
    _must_be_meant()
    if addresses.lift_for_letter(letter_id, current_user.account_id):
        flash(
            "Wir schreiben wieder an diese Adresse. Was zurückgehalten wurde, können Sie noch einmal verschicken.",
            "success",
        )
    else:
        flash("Diese Adresse war nicht gesperrt.", "warning")
    return redirect(url_for("operations.undelivered_letters"))


@bp.post("/betrieb/briefe/nicht-zugestellt")
@access(OPERATOR)
def retry_letters() -> ResponseReturnValue:
    """Try all of them again that are still news."""
    _must_be_meant()
    again = undelivered.retry_all(current_user.account_id)
    flash(
        "Ein Brief geht noch einmal hinaus." if again == 1 else f"{again} Briefe gehen noch einmal hinaus.",
        "success",
    )
    return redirect(url_for("operations.undelivered_letters"))


def _must_be_meant() -> None:
    if not PlainForm().validate_on_submit():
        abort(400)


def _page(time: TimeForm | None = None) -> str:
    desk = digest_desk.desk(clock.now())
    return render_template(
        "operations/letters.html",
        desk=desk,
        now=clock.now(),
        alerts=operations.open_alerts(),
        form=PlainForm(),
        time=time or TimeForm(formdata=None, weekday=str(desk.usual.weekday), hour=str(desk.usual.hour)),
    )
