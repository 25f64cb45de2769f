"""Writing a section: the form, its preview, a row more, and the one click that says it still holds."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.sections import bp
from kleinstadt_net.blueprints.sections.forms import SectionForm, opened, sent
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import section_drafts, sections, stance_drafts, typed
from kleinstadt_net.services.sections import SectionRow
from kleinstadt_net.vocabulary import THESES
from kleinstadt_net.web.forms import VersionForm

# The names of the buttons beside "Speichern", and of the input that says for which town the form was opened.
MORE, PREVIEW, TOWN = "mehr", "vorschau", "stadt"
WAITS = "Ihr Entwurf ist gespeichert. Sichtbar wird er, sobald er freigegeben ist."


@bp.get("/unsere-stadt/abschnitte/<thesis>")
@access(EDITOR, town=acting)
def edit(thesis: str) -> str:
    """The form, with what one left half-typed or has waiting for release."""
    row = _find(thesis)
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    half = typed.find(account_id, town_id, sections.FORM.format(thesis=thesis))
    form = opened(thesis, row, section_drafts.own(town_id, account_id, thesis), half)
    form.offer_rows()
    return _page(form, row, half=half)


@bp.post("/unsere-stadt/abschnitte/<thesis>")
@access(EDITOR, town=acting, keeps_text=True)
def save(thesis: str) -> ResponseReturnValue:
    """Save; or show the form again with a row more or with a preview, changing nothing."""
    row, form = _find(thesis), sent(thesis)
    if request.form.get(TOWN) != current_user.acting.ags:
        # Switched in another tab: what was typed stays, and says whose it would become.
        return _page(form, row, is_other_town=True), 409
    if MORE in request.form:
        form.add_row(request.form[MORE])
        return _page(form, row)
    if not form.validate():
        return _page(form, row), 422
    try:
        if PREVIEW in request.form:
            content = sections.checked(thesis, form.typed, form.text.data or "", form.visibility.data or "")
            return _page(form, row, preview=SectionRow(thesis, **vars(content)))
        is_public = _save(form, thesis)
    except sections.Refused as refused:
        form.tell(refused.problems)
        return _page(form, row), 422
    except sections.StaleVersion as stale:
        # What was typed stays in the form; saving once more replaces what the colleague wrote, knowingly.
        form.rebase(stale.current.version)
        return _page(form, stale.current, is_overtaken=True), 409
    flash("Der Abschnitt ist gespeichert." if is_public else WAITS, "success")
    return redirect(url_for("stances.edit", _anchor=f"abschnitt-{thesis}"))


@bp.post("/unsere-stadt/abschnitte/<thesis>/bestaetigen")
@access(EDITOR, town=acting)
def confirm(thesis: str) -> ResponseReturnValue:
    """Say that a section still holds."""
    form = VersionForm()
    if thesis not in THESES or not form.validate_on_submit():
        abort(404)
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    try:
        is_public = sections.confirm(town_id, account_id, thesis, form.version.data or 0)
    except sections.StaleVersion:
        flash("Dieser Abschnitt wurde gerade geändert. Bitte sehen Sie ihn noch einmal an.", "warning")
        return redirect(url_for("sections.edit", thesis=thesis))
    flash("Danke, der Abschnitt gilt weiter." if is_public else WAITS, "success")
    return redirect(url_for("stances.edit", _anchor=f"abschnitt-{thesis}"))


def _find(thesis: str) -> SectionRow:
    if thesis not in THESES:
        abort(404)
    return sections.find(current_user.acting.town_id, thesis)


def _save(form: SectionForm, thesis: str) -> bool:
    return sections.save(
        current_user.acting.town_id,
        current_user.account_id,
        thesis,
        fields=form.typed,
        text=form.text.data or "",
        visibility=form.visibility.data or "",
        version=form.version.data or 0,
    )


def _page(
    form: SectionForm,
    row: SectionRow,
    *,
    half: typed.Half | None = None,
    preview: SectionRow | None = None,
    is_overtaken: bool = False,
    is_other_town: bool = False,
) -> str:
    form.number_rows()
    must_wait = stance_drafts.must_wait(current_user.acting.town_id, current_user.account_id)
    return render_template(
        "sections/edit.html",
        form=form,
        row=row,
        thesis=THESES[row.thesis],
        form_name=sections.FORM.format(thesis=row.thesis),
        half=half,
        preview=preview,
        is_overtaken=is_overtaken,
        is_other_town=is_other_town,
        must_wait=must_wait,
    )
