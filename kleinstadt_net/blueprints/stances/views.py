"""Unsere Stadt: what the own town says of itself."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from kleinstadt_net.blueprints.stances import bp
from kleinstadt_net.blueprints.stances.forms import (
    NO_STATEMENT,
    ConfirmForm,
    FocusForm,
    StanceForm,
)
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import (
    balance,
    section_drafts,
    sections,
    sought_nearby,
    stance_drafts,
    stances,
    typed,
)
from kleinstadt_net.vocabulary import SUBJECTS, State

WAITS = "Ihr Entwurf ist gespeichert. Sichtbar wird er, sobald er freigegeben ist."
LEAD_ONLY = (
    "Das entscheiden in Ihrer Stadt die Personen, die das Profil verantworten. Bitte sprechen Sie sie an."
)


@bp.get("/unsere-stadt")
@access(EDITOR, town=acting)
def edit() -> str:
    """The sheet: statements and sections by subject, what is older than a year, what waits, and the focus."""
    town, account_id = current_user.acting, current_user.account_id
    sheet = stances.sheet(town.town_id)
    return render_template(
        "stances/sheet.html",
        sheet=sheet,
        nearby=sought_nearby.for_beginners(town.town_id),
        balance=balance.of_town(town.town_id),
        waiting=sheet.waiting,
        sections=sections.of_town(town.town_id, verified=True),
        section_drafts=section_drafts.waiting(town.town_id),
        # Of a lead it is known without asking.
        must_wait=town.role != "lead" and stance_drafts.must_wait(town.town_id, account_id),
        town=town,
    )


@bp.route("/unsere-stadt/angaben/<subject>", methods=["GET", "POST"])
@access(EDITOR, town=acting, keeps_text=True)
def edit_stance(subject: str) -> ResponseReturnValue:
    """Change the statement on one subject."""
    if subject not in SUBJECTS:
        abort(404)
    if request.method == "GET":
        return _opened(subject)
    form = StanceForm()
    if not form.validate():
        return _stance_page(form, subject), 422
    try:
        is_public = _save(form, subject)
    except stances.StaleVersion as stale:
        # What was typed stays in the form; saving once more replaces what the colleague wrote, knowingly.
        form.version.data = form.version.raw_data = None
        form.version.process_data(stale.current.version)
        return _stance_page(form, subject, stale.current), 409
    flash("Ihre Angabe ist gespeichert." if is_public else WAITS, "success")
    return redirect(url_for("stances.edit", _anchor=subject))


def _opened(subject: str) -> str:
    """The form with what one left half-typed, else one's own draft, else the statement."""
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    if half := typed.find(account_id, town_id, stances.FORM.format(subject=subject)):
        return _stance_page(StanceForm(formdata=MultiDict(half.content)), subject, half=half)
    row = stances.find(town_id, subject)
    if "erledigt" in request.args and row.state is None:
        # A task has just been finished here; whoever has finished one has experience to show.
        return _stance_page(StanceForm(data={"state": State.STRENGTH.value}), subject, is_finished=True)
    draft = stance_drafts.own(town_id, account_id, subject)
    return _stance_page(StanceForm(data=_form_data(row, draft or row)), subject)


def _form_data(row: stances.StanceRow, said: stances.StanceRow | stance_drafts.Draft) -> dict[str, object]:
    """What the form begins with: one's own draft where there is one, based on the version stored now."""
    return {
        "state": said.state or NO_STATEMENT,
        "sentence": said.sentence,
        "since": said.since.strftime("%Y-%m") if said.since else None,
        "version": row.version,
    }


def _save(form: StanceForm, subject: str) -> bool:
    return stances.save(
        current_user.acting.town_id,
        current_user.account_id,
        subject,
        state=None if form.state.data == NO_STATEMENT else form.state.data,
        sentence=form.sentence.data,
        since=form.since.first_day,
        version=form.version.data or 0,
    )


def _stance_page(
    form: StanceForm,
    subject: str,
    other: stances.StanceRow | None = None,
    half: typed.Half | None = None,
    *,
    is_finished: bool = False,
) -> str:
    must_wait = stance_drafts.must_wait(current_user.acting.town_id, current_user.account_id)
    return render_template(
        "stances/edit.html",
        is_finished=is_finished,
        nearby=sought_nearby.for_beginners(current_user.acting.town_id),
        form=form,
        subject=SUBJECTS[subject],
        other=other,
        must_wait=must_wait,
        half=half,
        form_name=stances.FORM.format(subject=subject),
    )


@bp.post("/unsere-stadt/angaben/<subject>/bestaetigen")
@access(EDITOR, town=acting)
def confirm(subject: str) -> ResponseReturnValue:
    """Say that a statement still holds."""
    form = _button(subject)
    try:
        is_public = stances.confirm(
            current_user.acting.town_id, current_user.account_id, subject, form.version.data or 0
        )
    except stances.StaleVersion:
        return _look_again(subject)
    flash("Danke, die Angabe gilt weiter." if is_public else WAITS, "success")
    return _back(form, subject)


@bp.post("/unsere-stadt/angaben/<subject>/erledigt")
@access(EDITOR, town=acting)
def finish(subject: str) -> ResponseReturnValue:
    """Take a statement back; where it was a task of the town, offer to say that there is experience now."""
    form = _button(subject)
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    was_strength = stances.find(town_id, subject).state == State.STRENGTH
    version = form.version.data or 0
    try:
        is_public = stances.save(
            town_id, account_id, subject, state=None, sentence=None, since=None, version=version
        )
    except stances.StaleVersion:
        return _look_again(subject)
    if is_public and not was_strength:
        return redirect(url_for("stances.edit_stance", subject=subject, erledigt="ja"))
    flash("Erledigt. Die Angabe steht nicht mehr bei Ihrer Stadt." if is_public else WAITS, "success")
    return _back(form, subject)


def _button(subject: str) -> ConfirmForm:
    form = ConfirmForm()
    if subject not in SUBJECTS or not form.validate_on_submit():
        abort(404)
    return form


def _look_again(subject: str) -> ResponseReturnValue:
    flash("Diese Angabe wurde gerade geändert. Bitte sehen Sie sie noch einmal an.", "warning")
    return redirect(url_for("stances.edit_stance", subject=subject))


def _back(form: ConfirmForm, subject: str) -> ResponseReturnValue:
    """To where the button was, where the next question waits; else to the subject's line."""
    if form.zurueck.data == "uebersicht":
        return redirect(url_for("dashboard.overview", _anchor="wartet"))
    anchor = "stimmt-noch" if form.zurueck.data == "unsere-stadt" else subject
    return redirect(url_for("stances.edit", _anchor=anchor))


@bp.route("/unsere-stadt/schwerpunkte", methods=["GET", "POST"])
@access(EDITOR, town=acting)
def focus() -> ResponseReturnValue:
    """Choose up to three theses."""
    sheet = stances.sheet(current_user.acting.town_id)
    form = FocusForm(data={"theses": list(sheet.focus)})
    if not form.validate_on_submit():
        must_wait = stance_drafts.must_wait(current_user.acting.town_id, current_user.account_id)
        page = render_template("stances/focus.html", form=form, must_wait=must_wait)
        return page, 422 if form.is_submitted() else 200
    try:
        stances.set_focus(current_user.acting.town_id, current_user.account_id, form.theses.data or [])
    except stances.LeadOnly:
        return _lead_only()
    flash("Ihre Schwerpunkte sind gespeichert.", "success")
    return redirect(url_for("stances.edit"))


@bp.post("/unsere-stadt/entwuerfe/<int:draft_id>/uebernehmen")
@access(EDITOR, town=acting)
def adopt_draft(draft_id: int) -> ResponseReturnValue:
    """Make an inherited statement the town's own."""
    try:
        found = stances.adopt_draft(current_user.acting.town_id, current_user.account_id, draft_id)
    except stances.LeadOnly:
        return _lead_only()
    if not found:
        abort(404)
    flash("Die Angabe ist übernommen.", "success")
    return redirect(url_for("stances.edit"))


@bp.post("/unsere-stadt/entwuerfe/<int:draft_id>/verwerfen")
@access(EDITOR, town=acting)
def discard_draft(draft_id: int) -> ResponseReturnValue:
    """Throw an inherited statement away."""
    try:
        found = stances.discard_draft(current_user.acting.town_id, current_user.account_id, draft_id)
    except stances.LeadOnly:
        return _lead_only()
    if not found:
        abort(404)
    flash("Der Entwurf ist verworfen.", "success")
    return redirect(url_for("stances.edit"))


def _lead_only() -> ResponseReturnValue:
    flash(LEAD_ONLY, "warning")
    return redirect(url_for("stances.edit"))
