"""Frage zu diesem Beispiel: a request to its town, with the example as its concern."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.adoptions import bp
from kleinstadt_net.blueprints.adoptions.forms import QuestionForm
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import adoption_questions
from kleinstadt_net.services.adoptions import UnknownPracticeError
from kleinstadt_net.services.exchange_requests import RefusedError, UnknownTownError


@bp.route("/beispiel/<int:practice_id>/frage", methods=["GET", "POST"])
@access(EDITOR, town=acting, keeps_text=True)
def ask(practice_id: int) -> ResponseReturnValue:
    """Ask the example's town; whatever stands in the way, nothing typed is lost."""
    own, form = current_user.acting, QuestionForm()
    try:
        offer = adoption_questions.offer(practice_id, own.town_id)
    except UnknownPracticeError:
        abort(404)
    given = {"offer": offer, "form": form, "town": own}
    if not form.validate_on_submit():
        return render_template("adoptions/question.html", **given), 422 if form.is_submitted() else 200
    try:
        exchange_id = adoption_questions.ask(
            practice_id, own.town_id, current_user.account_id, str(form.frage.data), str(form.form.data)
        )
    except (UnknownPracticeError, UnknownTownError):
        abort(404)
    except RefusedError as refused:
        given["offer"] = offer.hindered(refused.obstacle)
        return render_template("adoptions/question.html", **given), 409
    flash(
        f"{offer.example.town} bekommt Ihre Frage. Wir schreiben Ihnen, sobald es eine Antwort gibt.",
        "success",
    )
    return redirect(url_for("exchanges.show", exchange_id=exchange_id))
