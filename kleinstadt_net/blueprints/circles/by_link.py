"""The link in the letter that proposes a circle; GET shows, POST answers."""

from flask import render_template
from flask.typing import ResponseReturnValue

from kleinstadt_net.blueprints.circles import bp
from kleinstadt_net.blueprints.circles.forms import AnswerForm
from kleinstadt_net.security.access import BY_LINK, access
from kleinstadt_net.services import circle_answers


@bp.get("/lernkreis-antwort/<token>")
@access(BY_LINK)
def asked(token: str) -> ResponseReturnValue:
    """The proposal behind the link, to be answered."""
    found = circle_answers.find(token)
    if found is None:
        return render_template("circles/gone.html"), 404
    return render_template("circles/asked.html", link=found, form=AnswerForm(), token=token)


@bp.post("/lernkreis-antwort/<token>")
@access(BY_LINK)
def give(token: str) -> ResponseReturnValue:
    """Give the answer once; afterwards the link is used up."""
    form = AnswerForm()
    if not form.validate_on_submit():
        found = circle_answers.find(token)
        if found is None:
            return render_template("circles/gone.html"), 404
        return render_template("circles/asked.html", link=found, form=form, token=token), 422
    found = circle_answers.answer_by_link(token, form.says_yes)
    if found is None:
        return render_template("circles/gone.html"), 404
    return render_template("circles/answered.html", link=found, says_yes=form.says_yes)
