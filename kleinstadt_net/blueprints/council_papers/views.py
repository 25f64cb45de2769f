"""A council paper: add one's own, look at it, take it along as ODT, DOCX or PDF."""

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.council_papers import bp
from kleinstadt_net.blueprints.council_papers.forms import PaperForm
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import council_papers
from kleinstadt_net.services.council_papers import PDF, TYPES, Additions, Draft, UnknownPracticeError


@bp.route("/beispiel/<int:practice_id>/vorlage", methods=["GET", "POST"])
@access(EDITOR, town=acting, keeps_text=True)
def edit(practice_id: int) -> ResponseReturnValue:
    """The paper as it would be; sent with a kind of file, the file."""
    form = PaperForm()
    if not form.validate_on_submit():
        draft = _draft(practice_id, form.additions)
        return _page(draft, form), 422 if form.is_submitted() else 200
    draft, kind = _draft(practice_id, form.additions), form.kind
    if kind is None:
        return _page(draft, form)
    if kind == PDF and not council_papers.can_make_pdf():
        form.form_errors.append("PDF gibt es hier zurzeit nicht. Bitte nehmen Sie ODT oder DOCX.")
        return _page(draft, form), 503
    named = {"Content-Disposition": f'attachment; filename="informationsvorlage-{practice_id}.{kind}"'}
    return Response(council_papers.file(draft, kind), mimetype=TYPES[kind], headers=named)


def _draft(practice_id: int, additions: Additions) -> Draft:
    own = current_user.acting
    try:
        return council_papers.draft(practice_id, own.town_id, own.name, additions)
    except UnknownPracticeError:
        abort(404)


def _page(draft: Draft, form: PaperForm) -> str:
    return render_template(
        "council_papers/edit.html",
        draft=draft,
        paper=draft.paper,
        form=form,
        town=current_user.acting,
        with_pdf=council_papers.can_make_pdf(),
    )
