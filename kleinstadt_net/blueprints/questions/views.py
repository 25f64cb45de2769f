"""The list of questions, one question, its answers and its end."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.questions import bp
from kleinstadt_net.blueprints.questions.forms import (
    ANYWAY,
    AnswerForm,
    FilterForm,
    PlainForm,
    SummaryForm,
)
from kleinstadt_net.security.access import EDITOR, VERIFIED, access, acting
from kleinstadt_net.services import question_answers, question_asking, question_checks, questions
from kleinstadt_net.services.question_rules import (
    RefusedError,
    TooLateError,
    TooManyError,
    UnknownQuestionError,
)
from kleinstadt_net.web.paging import Page, requested_number

TOO_LATE = "Die Frage ist inzwischen beendet. Ihr Text steht unten noch da; gespeichert ist er nicht."
CLOSED = "Gespeichert. Haben andere Städte geantwortet, erfahren sie davon."
TOO_MANY = "Ihre Stadt hat auf diese Frage schon sehr oft geantwortet. Ihr Text steht unten noch da."


@bp.get("/fragen")
@access(VERIFIED)
def index() -> str:
    """All questions, open ones first, narrowed by what stands in the address."""
    number, form = requested_number(request.args), FilterForm(request.args)
    form.validate()
    found = questions.listing(form.filters(), current_user.acting.town_id, number)
    page = Page(number, questions.PAGE_SIZE, found.total).must_exist()
    return render_template(
        "questions/index.html", form=form, found=found, page=page, town=current_user.acting
    )


@bp.get("/fragen/<int:question_id>")
@access(VERIFIED)
def show(question_id: int) -> str:
    """One question with its answers."""
    return _page(question_id)


@bp.post("/fragen/<int:question_id>/antwort")
@access(EDITOR, town=acting, keeps_text=True)
def answer(question_id: int) -> ResponseReturnValue:
    """Answer in the name of the town; before an asker gives herself away, she is asked once more."""
    form, own = AnswerForm(), current_user.acting
    if not form.validate_on_submit():
        return _page(question_id, answer_form=form), 422
    text = form.text.data or ""
    try:
        marked = question_checks.giving_away(question_id, text, own.town_id)
        if marked and request.form.get("schritt") != ANYWAY:
            return _page(question_id, answer_form=form, answer_marked=marked), 409
        question_answers.answer(question_id, text, town_id=own.town_id, account_id=current_user.account_id)
    except UnknownQuestionError:
        abort(404)
    except RefusedError as refused:
        form.text.errors = [refused.problems["text"]]
        return _page(question_id, answer_form=form), 422
    except (TooLateError, TooManyError) as problem:
        flash(TOO_LATE if isinstance(problem, TooLateError) else TOO_MANY, "warning")
        return _page(question_id, answer_form=form), 409
    flash("Ihre Antwort steht jetzt da. Vielen Dank.", "success")
    return _back(question_id)


@bp.post("/fragen/<int:question_id>/antwort/<int:answer_id>/geholfen")
@access(EDITOR, town=acting)
def helped(question_id: int, answer_id: int) -> ResponseReturnValue:
    """The asking town says that an answer helped."""
    try:
        question_answers.helped(question_id, answer_id, town_id=current_user.acting.town_id)
    except UnknownQuestionError:
        abort(404)
    flash("Wir sagen weiter, dass die Antwort geholfen hat.", "success")
    return _back(question_id)


@bp.post("/fragen/<int:question_id>/antwort/<int:answer_id>/zuruecknehmen")
@access(EDITOR, town=acting)
def withdraw_answer(question_id: int, answer_id: int) -> ResponseReturnValue:
    """Take back an answer of one's own town."""
    try:
        question_answers.withdraw(
            question_id,
            answer_id,
            town_id=current_user.acting.town_id,
            account_id=current_user.account_id,
        )
    except UnknownQuestionError:
        abort(404)
    flash("Die Antwort ist zurückgenommen.", "success")
    return _back(question_id)


@bp.post("/fragen/<int:question_id>/beenden")
@access(EDITOR, town=acting, keeps_text=True)
def close(question_id: int) -> ResponseReturnValue:
    """End the own question, or write down afterwards what came of it."""
    form, own = SummaryForm(), current_user.acting
    if not form.validate_on_submit():
        return _page(question_id, summary_form=form), 422
    summary = form.summary.data or ""
    try:
        marked = question_checks.giving_away(question_id, summary, own.town_id)
        if marked and request.form.get("schritt") != ANYWAY:
            return _page(question_id, summary_form=form, summary_marked=marked), 409
        question_asking.close(question_id, summary, town_id=own.town_id, account_id=current_user.account_id)
    except UnknownQuestionError:
        abort(404)
    except RefusedError as refused:
        form.summary.errors = [refused.problems["summary"]]
        return _page(question_id, summary_form=form), 422
    flash(CLOSED, "success")
    return _back(question_id)


@bp.post("/fragen/<int:question_id>/zuruecknehmen")
@access(EDITOR, town=acting)
def withdraw(question_id: int) -> ResponseReturnValue:
    """Take back a question nobody has answered."""
    try:
        is_gone = question_asking.withdraw(
            question_id, town_id=current_user.acting.town_id, account_id=current_user.account_id
        )
    except UnknownQuestionError:
        abort(404)
    if not is_gone:
        flash(
            "Inzwischen gibt es eine Antwort. Sie können die Frage beenden, sie bleibt aber stehen.",
            "warning",
        )
        return _back(question_id)
    flash("Die Frage ist zurückgenommen.", "success")
    return redirect(url_for("questions.index"))


def _page(
    question_id: int,
    *,
    answer_form: AnswerForm | None = None,
    summary_form: SummaryForm | None = None,
    **more: Any,
) -> str:
    try:
        found = questions.page(question_id, current_user.acting.town_id)
    except UnknownQuestionError:
        abort(404)
    answer_form = answer_form or AnswerForm(formdata=None)
    if found.row.is_own:
        answer_form.text.label.text = "Ihre Ergänzung"
    return render_template(
        "questions/show.html",
        found=found,
        question=found.row,
        answer_form=answer_form,
        summary_form=summary_form or SummaryForm(formdata=None, data={"summary": found.summary}),
        form=PlainForm(formdata=None),
        town=current_user.acting,
        **more,
    )


def _back(question_id: int) -> ResponseReturnValue:
    return redirect(url_for("questions.show", question_id=question_id))
