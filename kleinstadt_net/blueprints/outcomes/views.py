"""What came of a talk: answered by the link of a letter or on the exchange's page; an example is begun from it."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.outcomes import bp
from kleinstadt_net.blueprints.outcomes.forms import AnswerForm, PageForm, PlainForm
from kleinstadt_net.security.access import BY_LINK, EDITOR, access, acting
from kleinstadt_net.services import outcome_examples, outcomes
from kleinstadt_net.services.exchanges import UnknownExchangeError
from kleinstadt_net.vocabulary import OUTCOME_QUESTIONS

THANKS = "Danke. Ihre Antwort ist notiert."
NOT_ASKED = "Darauf hat Ihre Stadt schon geantwortet. Dabei bleibt es."


@bp.get("/gespraech/<token>")
@access(BY_LINK)
def asked(token: str) -> ResponseReturnValue:
    """The question behind the link."""
    return _ask(token)


@bp.post("/gespraech/<token>")
@access(BY_LINK)
def answer(token: str) -> ResponseReturnValue:
    """Store the answer once; afterwards the link is used up."""
    question = outcomes.find(token)
    if question is None:
        return _gone()
    form = AnswerForm(question.question)
    if not form.validate_on_submit():
        return _ask(token, form, 422)
    given = str(form.antwort.data)
    found = outcomes.answer_by_link(token, given)
    return render_template("outcomes/given.html", question=found, answer=given) if found else _gone()


@bp.post("/gespraeche/<int:exchange_id>/ergebnis")
@access(EDITOR, town=acting)
def answer_on_page(exchange_id: int) -> ResponseReturnValue:
    """The same for somebody signed in; back to the exchange."""
    form = PageForm()
    question, given = str(form.frage.data), str(form.antwort.data)
    if not form.validate_on_submit() or given not in OUTCOME_QUESTIONS[question]:
        abort(422)
    try:
        stored = outcomes.answer_on_page(
            exchange_id, current_user.acting.town_id, current_user.account_id, question, given
        )
    except UnknownExchangeError:
        abort(404)
    flash(THANKS if stored else NOT_ASKED, "success" if stored else "info")
    return redirect(url_for("exchanges.show", exchange_id=exchange_id))


@bp.post("/gespraeche/<int:exchange_id>/beispiel")
@access(EDITOR, town=acting)
def begin_example(exchange_id: int) -> ResponseReturnValue:
    """Begin the town's example from what the exchange knows, and go on writing."""
    if not PlainForm().validate_on_submit():
        abort(422)
    try:
        practice_id = outcome_examples.begin(
            exchange_id, current_user.acting.town_id, current_user.account_id
        )
    except UnknownExchangeError:
        abort(404)
    flash("Der Entwurf ist angelegt. Nur Ihr Rathaus sieht ihn.", "success")
    return redirect(url_for("practices.edit", practice_id=practice_id))


def _ask(token: str, form: AnswerForm | None = None, status: int = 200) -> ResponseReturnValue:
    found = outcomes.find(token)
    if found is None:
        return _gone()
    if found.is_answered:
        return render_template("outcomes/given.html", question=found, answer=None)
    form = form or AnswerForm(found.question)
    return render_template("outcomes/ask.html", token=token, question=found, form=form), status


def _gone() -> ResponseReturnValue:
    return render_template("outcomes/gone.html"), 404
