"""Questions for the operator: with who asks."""

from flask import abort, render_template, request

from kleinstadt_net.blueprints.questions import bp
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
