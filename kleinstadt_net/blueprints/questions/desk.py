"""Questions for the operator: with who asks, and the means to take one out of the net."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.questions import bp
from kleinstadt_net.blueprints.questions.forms import PlainForm
from kleinstadt_net.security.access import OPERATOR, access
from kleinstadt_net.services import question_desk
from kleinstadt_net.services.question_rules import UnknownQuestionError
from kleinstadt_net.web.paging import Page, requested_number


@bp.get("/betrieb/fragen")
@access(OPERATOR)
def desk() -> str:
    """All questions, the newest first."""
    number = requested_number(request.args)
    rows, total = question_desk.latest(number)
    page = Page(number, question_desk.PAGE_SIZE, total).must_exist()
    return render_template("questions/desk.html", rows=rows, page=page)


@bp.get("/betrieb/fragen/<int:question_id>")
@access(OPERATOR)
def desk_show(question_id: int) -> str:
    """One question with who asked it and who answered."""
    try:
        found = question_desk.page(question_id)
    except UnknownQuestionError:
        abort(404)
    return render_template("questions/desk_show.html", found=found, question_id=question_id)


@bp.post("/betrieb/fragen/<int:question_id>/entfernen")
@access(OPERATOR)
def remove(question_id: int) -> ResponseReturnValue:
    """Take a question with its answers out of the net."""
    if not PlainForm().validate_on_submit():
        abort(400)
    try:
        question_desk.remove_question(question_id, account_id=current_user.account_id)
    except UnknownQuestionError:
        abort(404)
    flash("Die Frage ist entfernt.", "success")
    return redirect(url_for("questions.desk"))


@bp.post("/betrieb/fragen/<int:question_id>/antwort/<int:answer_id>/entfernen")
@access(OPERATOR)
def remove_answer(question_id: int, answer_id: int) -> ResponseReturnValue:
    """Take one answer out of the net."""
    if not PlainForm().validate_on_submit():
        abort(400)
    try:
        question_desk.remove_answer(question_id, answer_id, account_id=current_user.account_id)
    except UnknownQuestionError:
        abort(404)
    flash("Die Antwort ist entfernt.", "success")
    return redirect(url_for("questions.desk_show", question_id=question_id))
