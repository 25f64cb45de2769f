"""Documents of examples: handed over to readers, and added, released and removed by the own town."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.practices import bp
from kleinstadt_net.blueprints.practices.own import find_own
from kleinstadt_net.security.access import EDITOR, LEAD, PUBLIC, access, acting
from kleinstadt_net.services import practice_documents, stance_drafts
from kleinstadt_net.services.attachments import MAX_FILES, AttachmentRefused, AttachmentRow
from kleinstadt_net.services.practice_editing import OwnPractice, UnknownPractice
from kleinstadt_net.web.attachment_fields import MAX_REQUEST, NONE_CHOSEN, attachments_field
from kleinstadt_net.web.downloads import download
from kleinstadt_net.web.forms import BaseForm
from kleinstadt_net.web.readers import reader
from kleinstadt_net.web.uploads import accepts_upload

ADDED = "Gespeichert."
WAITS = "Gespeichert. Sichtbar wird es, sobald es freigegeben ist."
LEAD_ONLY = "Was in der Sammlung steht, entfernen die Personen, die das Profil verantworten. Bitte sprechen Sie sie an."


class DocumentsForm(BaseForm):
    """Any number of files, as far as there is room."""

    documents = attachments_field("Dokumente")


class PlainForm(BaseForm):
    """Nothing but the token that shows the form came from our page."""


@bp.get("/beispiel/<int:practice_id>/dokument/<token>")
@access(PUBLIC)
def document(practice_id: int, token: str) -> ResponseReturnValue:
    """A document of an example, to be saved by whoever may read the example."""
    found = practice_documents.file(practice_id, token, reader())
    if found is None:
        abort(404)
    return download(*found)


@bp.get("/unsere-stadt/beispiele/<int:practice_id>/dokumente")
@access(EDITOR, town=acting)
def documents(practice_id: int) -> ResponseReturnValue:
    """The documents of one's own example, and the form for more."""
    return _page(find_own(practice_id), DocumentsForm(formdata=None))


@bp.post("/unsere-stadt/beispiele/<int:practice_id>/dokumente")
@access(EDITOR, town=acting)
@accepts_upload(MAX_REQUEST)
def add_documents(practice_id: int) -> ResponseReturnValue:
    """Take documents in, all of them or none."""
    practice, form = find_own(practice_id), DocumentsForm()
    if not form.validate_on_submit():
        return _page(practice, form, 422)
    uploads = form.documents.uploads()
    if not uploads:
        form.documents.errors = [NONE_CHOSEN]
        return _page(practice, form, 422)
    try:
        are_shown = practice_documents.add(
            current_user.acting.town_id, current_user.account_id, practice_id, uploads
        )
    except UnknownPractice:
        abort(404)
    except AttachmentRefused as refused:
        form.documents.refuse(refused)
        return _page(practice, form, 422)
    flash(ADDED if are_shown else WAITS, "success")
    return redirect(url_for("practices.documents", practice_id=practice_id))


@bp.post("/unsere-stadt/beispiele/<int:practice_id>/dokumente/<int:document_id>/freigeben")
@access(LEAD, town=acting)
def release_document(practice_id: int, document_id: int) -> ResponseReturnValue:
    """Let a document be seen that waits."""
    find_own(practice_id)
    if not PlainForm().validate_on_submit():
        abort(400)
    town_id, lead_id = current_user.acting.town_id, current_user.account_id
    if not practice_documents.release(town_id, lead_id, practice_id, document_id):
        abort(404)
    flash("Das Dokument ist freigegeben.", "success")
    return redirect(url_for("stances.releases"))


@bp.post("/unsere-stadt/beispiele/<int:practice_id>/dokumente/<int:document_id>/entfernen")
@access(EDITOR, town=acting)
def remove_document(practice_id: int, document_id: int) -> ResponseReturnValue:
    """Delete a document."""
    practice = find_own(practice_id)
    if not PlainForm().validate_on_submit():
        abort(400)
    town_id, account_id = current_user.acting.town_id, current_user.account_id
    if practice_documents.remove(town_id, account_id, practice_id, document_id):
        flash("Das Dokument ist entfernt.", "success")
    elif document_id in {row.attachment_id for row in _rows(practice)}:
        flash(LEAD_ONLY, "warning")
    else:
        abort(404)
    return redirect(url_for("practices.documents", practice_id=practice_id))


def _rows(practice: OwnPractice) -> tuple[AttachmentRow, ...]:
    return practice_documents.of_own([practice]).get(practice.practice_id, ())


def _page(practice: OwnPractice, form: DocumentsForm, status: int = 200) -> ResponseReturnValue:
    rows = _rows(practice)
    must_wait = stance_drafts.must_wait(current_user.acting.town_id, current_user.account_id)
    removable = [row for row in rows if practice_documents.may_remove(practice, row, must_wait=must_wait)]
    page = render_template(
        "practices/documents.html",
        practice=practice,
        rows=rows,
        removable={row.attachment_id for row in removable},
        room=MAX_FILES - len(rows),
        form=form,
        must_wait=must_wait,
        is_lead=current_user.acting.role == "lead",
    )
    return page, status
