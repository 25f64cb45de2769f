"""The sheet for a talk, and the record of it: as pages and as files."""

from typing import Any

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.appointments import bp
from kleinstadt_net.blueprints.appointments.forms import RecordForm
from kleinstadt_net.security.access import EDITOR, access, acting
from kleinstadt_net.services import appointments, exchanges, talk_records, talk_sheets
from kleinstadt_net.services.exchanges import Party, UnknownExchangeError
from kleinstadt_net.services.talk_records import (
    PDF,
    TYPES,
    RefusedError,
    StaleVersionError,
    Stored,
    UnknownRecordError,
)
from kleinstadt_net.services.talk_sheets import Sheet

NO_TALK = "Einen Vermerk gibt es, sobald beide Städte dem Gespräch zugestimmt haben."


@bp.get("/gespraeche/<int:exchange_id>/sprechzettel")
@access(EDITOR, town=acting)
def sheet(exchange_id: int) -> str:
    """What to have at hand during the talk, on one page."""
    made = _sheet(exchange_id)
    return render_template(
        "appointments/sheet.html", with_pdf=talk_sheets.can_make_pdf(), **talk_sheets.context(made)
    )


@bp.get("/gespraeche/<int:exchange_id>/sprechzettel.pdf")
@access(EDITOR, town=acting)
def sheet_file(exchange_id: int) -> ResponseReturnValue:
    """The same as a file; where none can be made, the page to print."""
    made = _sheet(exchange_id)
    if not talk_sheets.can_make_pdf():
        return redirect(url_for("appointments.sheet", exchange_id=exchange_id))
    name = talk_sheets.FILE_NAME.format(slug=made.party.peer.slug)
    return _file(talk_sheets.paper(made), TYPES[PDF], name)


@bp.route("/gespraeche/<int:exchange_id>/vermerk", methods=["GET", "POST"])
@access(EDITOR, town=acting, keeps_text=True)
def new_record(exchange_id: int) -> ResponseReturnValue:
    """Write down what came of a talk, for the own files."""
    party = _party(exchange_id)
    if not talk_records.may_write(party):
        flash(NO_TALK, "warning")
        return redirect(url_for("exchanges.show", exchange_id=exchange_id))
    return _edit(party, None, RecordForm(data={"held_on": appointments.last_day(party)}))


@bp.route("/gespraeche/<int:exchange_id>/vermerk/<int:record_id>", methods=["GET", "POST"])
@access(EDITOR, town=acting, keeps_text=True)
def record(exchange_id: int, record_id: int) -> ResponseReturnValue:
    """Change a record of the own town."""
    party = _party(exchange_id)
    stored = _record(party, record_id)
    return _edit(party, stored, RecordForm(data={**vars(stored.content), "version": stored.version}))


@bp.get("/gespraeche/<int:exchange_id>/vermerk/<int:record_id>.<any(odt, pdf):kind>")
@access(EDITOR, town=acting)
def record_file(exchange_id: int, record_id: int, kind: str) -> ResponseReturnValue:
    """A record as a file; where no PDF can be made, its page."""
    party = _party(exchange_id)
    stored = _record(party, record_id)
    if kind == PDF and not talk_records.can_make_pdf():
        return redirect(url_for("appointments.record", exchange_id=exchange_id, record_id=record_id))
    name = f"gespraechsvermerk-{stored.content.held_on.isoformat()}-{party.peer.slug}.{kind}"
    return _file(talk_records.file(party, stored, kind), TYPES[kind], name)


def _edit(party: Party, stored: Stored | None, form: RecordForm) -> ResponseReturnValue:
    if not form.validate_on_submit():
        return _page(party, stored, form), 422 if form.is_submitted() else 200
    try:
        record_id = talk_records.save(
            party.exchange_id,
            party.town_id,
            current_user.account_id,
            form.content,
            record_id=stored.record_id if stored is not None else None,
            version=form.version.data or 0,
        )
    except (UnknownExchangeError, UnknownRecordError):
        abort(404)
    except RefusedError as refused:
        form.held_on.errors = [refused.problem]
        return _page(party, stored, form), 422
    except StaleVersionError as stale:
        # What was typed stays in the form; saving once more replaces what the other wrote, knowingly.
        form.rebase(stale.stored.version)
        return _page(party, stored, form, stale=stale.stored), 409
    flash("Der Vermerk ist gespeichert. Nur Ihr Rathaus sieht ihn.", "success")
    return redirect(url_for("appointments.record", exchange_id=party.exchange_id, record_id=record_id))


def _page(party: Party, stored: Stored | None, form: RecordForm, **given: Any) -> str:
    return render_template(
        "appointments/record.html",
        party=party,
        stored=stored,
        form=form,
        with_pdf=talk_records.can_make_pdf(),
        **given,
    )


def _sheet(exchange_id: int) -> Sheet:
    try:
        return talk_sheets.sheet(exchange_id, current_user.acting.town_id)
    except UnknownExchangeError:
        abort(404)


def _party(exchange_id: int) -> Party:
    try:
        return exchanges.party(exchange_id, current_user.acting.town_id)
    except UnknownExchangeError:
        abort(404)


def _record(party: Party, record_id: int) -> Stored:
    try:
        return talk_records.find(record_id, party)
    except UnknownRecordError:
        abort(404)


def _file(content: bytes, kind: str, name: str) -> Response:
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=kind, headers=named)
