"""The one question what came of a talk, from the letter: GET shows, POST acts."""

from flask import render_template
from flask.typing import ResponseReturnValue

from kleinstadt_net.blueprints.suggestions import bp
from kleinstadt_net.blueprints.suggestions.forms import OutcomeForm
from kleinstadt_net.security.access import BY_LINK, access
from kleinstadt_net.services import answer_outcomes


@bp.get("/gespraech/<token>")
@access(BY_LINK)
def outcome(token: str) -> ResponseReturnValue:
    """The question behind the link."""
    return _ask(token, OutcomeForm())


@bp.post("/gespraech/<token>")
@access(BY_LINK)
def give_outcome(token: str) -> ResponseReturnValue:
    """Store the answer once; afterwards the link is used up."""
    form = OutcomeForm()
    if not form.validate_on_submit():
        return _ask(token, form, 422)
    found = answer_outcomes.answer(token, str(form.ergebnis.data))
    if found is None:
        return render_template("suggestions/outcome_gone.html"), 404
    return render_template("suggestions/outcome_given.html", question=found)


def _ask(token: str, form: OutcomeForm, status: int = 200) -> ResponseReturnValue:
    found = answer_outcomes.find(token)
    if found is None:
        return render_template("suggestions/outcome_gone.html"), 404
    if found.given is not None:
        return render_template("suggestions/outcome_given.html", question=found)
    return render_template("suggestions/outcome.html", token=token, question=found, form=form), status
