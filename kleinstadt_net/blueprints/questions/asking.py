"""Asking: what is alike while one types, the look before sending, and the question itself."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.questions import bp
from kleinstadt_net.blueprints.questions.forms import CHANGE, SEND, QuestionForm
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import question_asking, question_checks, question_rules, question_search
from kleinstadt_net.services.question_rules import TITLE_LENGTH, RefusedError, TooManyError

TOO_MANY = (
    "Ihre Stadt hat in den letzten 30 Tagen schon fünf Fragen gestellt. Bitte warten Sie etwas, damit alle gelesen "
    "werden. Kopieren Sie Ihren Text: Gespeichert wird er hier nicht."
)


@bp.route("/fragen/neu", methods=["GET", "POST"])
@access(EDITOR, town=acting, keeps_text=True)
def new() -> ResponseReturnValue:
    """Write a question, look at what is there already, send it."""
    form = QuestionForm()
    if not form.is_submitted():
        return _form(form)
    step, town_id = request.form.get("schritt"), current_user.acting.town_id
    is_understood = form.validate()
    try:
        question_rules.check(form.question)
        if step == CHANGE or not is_understood:
            return _form(form, status=200 if is_understood else 422)
        if step != SEND:
            look = question_checks.look(form.question, town_id)
            return render_template("questions/check.html", form=form, look=look, town=current_user.acting)
        question_id = question_asking.ask(form.question, town_id=town_id, account_id=current_user.account_id)
    except RefusedError as refused:
        form.tell(refused.problems)
        return _form(form, status=422)
    except TooManyError:
        form.form_errors.append(TOO_MANY)
        return _form(form, status=429)
    flash("Ihre Frage ist gestellt. Sobald jemand antwortet, erfahren Sie es.", "success")
    return redirect(url_for("questions.show", question_id=question_id))


@bp.get("/fragen/aehnlich")
@access(EDITOR, town=acting)
def similar() -> ResponseReturnValue:
    """A piece of the page, as JSON: what is like the words typed so far."""
    title = request.args.get("titel", "")[:TITLE_LENGTH]
    found = question_search.similar(title, "", (request.args.get("thema", ""),), current_user.acting.town_id)
    return {"html": render_template("questions/_similar.html", similar=found)}


def _form(form: QuestionForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "questions/new.html",
        form=form,
        town=current_user.acting,
        first_day=question_rules.first_deadline(),
        last_day=question_rules.last_deadline(),
    )
    return page, status
