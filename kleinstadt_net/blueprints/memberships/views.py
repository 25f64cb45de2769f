"""What a lead decides about her town's people: who acts for it, in which role, who follows her."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from kleinstadt_net.blueprints.memberships import bp
from kleinstadt_net.blueprints.memberships.forms import (
    HandOverForm,
    InvitationForm,
    PlainForm,
    RefusalForm,
    ReleaseSwitchForm,
    RoleForm,
)
from kleinstadt_net.security.access import LEAD, access, acting
from kleinstadt_net.services import invitations, memberships, town_people, town_trail, verification
from kleinstadt_net.web.paging import PAGE_SIZE, Page, requested_number

BAD_ADDRESS = "An diese Adresse können wir nicht schreiben. Bitte prüfen Sie, ob sie vollständig ist."
LAST_LEAD = (
    "Das geht noch nicht: Sonst wäre niemand mehr für das Profil Ihrer Stadt verantwortlich. "
    "Bitte übergeben Sie die Verantwortung zuerst an eine andere Person."
)
DECIDED = "Darüber ist schon entschieden, oder die Anfrage wurde zurückgezogen."


@bp.get("/unsere-stadt/zugaenge")
@access(LEAD, town=acting)
def people() -> ResponseReturnValue:
    """Everybody who acts for the town, who would like to, and who is invited."""
    return _people(InvitationForm())


@bp.post("/unsere-stadt/zugaenge/einladen")
@access(LEAD, town=acting)
def invite() -> ResponseReturnValue:
    """Write to a person that she may act for the town."""
    form = InvitationForm()
    if not form.validate_on_submit() or not _invited(form, form.role.data, hands_over=False):
        return _people(form, 422)
    flash("Die Einladung ist unterwegs. Sie gilt 14 Tage.", "success")
    return _back()


@bp.post("/unsere-stadt/einladungen/<int:invitation_id>/zurueckziehen")
@access(LEAD, town=acting)
def withdraw_invitation(invitation_id: int) -> ResponseReturnValue:
    """Make an invitation's link lead nowhere."""
    _only_the_button()
    if not invitations.withdraw(current_user.acting.town_id, invitation_id, current_user.account_id):
        abort(404)
    flash("Die Einladung ist zurückgezogen. Der Link im Brief führt nirgends mehr hin.", "success")
    return _back()


@bp.post("/unsere-stadt/zugaenge/<int:membership_id>/rolle")
@access(LEAD, town=acting)
def change_role(membership_id: int) -> ResponseReturnValue:
    """Give a person of the town another role."""
    form = RoleForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        found = memberships.change_role(
            current_user.acting.town_id, membership_id, form.role.data, current_user.account_id
        )
    except memberships.LastLead:
        return _last_lead()
    if not found:
        abort(404)
    flash("Die Rolle ist geändert. Die Person bekommt einen Brief.", "success")
    return _back_or_away()


@bp.post("/unsere-stadt/zugaenge/<int:membership_id>/entfernen")
@access(LEAD, town=acting)
def remove(membership_id: int) -> ResponseReturnValue:
    """End somebody's access to the town."""
    _only_the_button()
    try:
        removed = memberships.remove(current_user.acting.town_id, membership_id, current_user.account_id)
    except memberships.LastLead:
        return _last_lead()
    if not removed:
        abort(404)
    flash("Der Zugang ist beendet. Die Person bekommt einen Brief.", "success")
    return _back_or_away()


@bp.post("/unsere-stadt/anfragen/<int:membership_id>/annehmen")
@access(LEAD, town=acting)
def approve(membership_id: int) -> ResponseReturnValue:
    """Let a person work with the town."""
    _only_the_button()
    done = verification.approve_by_lead(membership_id, current_user.account_id)
    flash("Die Person arbeitet jetzt mit." if done else DECIDED, "success" if done else "warning")
    return _back()


@bp.post("/unsere-stadt/anfragen/<int:membership_id>/ablehnen")
@access(LEAD, town=acting)
def refuse(membership_id: int) -> ResponseReturnValue:
    """Say no to a person, with a reason or without."""
    form = RefusalForm()
    if not form.validate_on_submit():
        flash("Die Begründung ist zu lang: Bitte höchstens 500 Zeichen.", "warning")
        return _back()
    done = verification.refuse_by_lead(membership_id, current_user.account_id, form.reason.data or "")
    flash("Die Anfrage ist abgelehnt." if done else DECIDED, "success" if done else "warning")
    return _back()


@bp.post("/unsere-stadt/zugaenge/freigabe")
@access(LEAD, town=acting)
def switch_release() -> ResponseReturnValue:
    """Whether what editors write waits for a lead."""
    form = ReleaseSwitchForm()
    if not form.validate_on_submit():
        abort(400)
    needed = bool(form.needs_release.data)
    if not memberships.set_needs_release(current_user.acting.town_id, needed, current_user.account_id):
        abort(404)
    said = (
        "Ab jetzt geben Sie Angaben frei."
        if needed
        else "Angaben von Mitarbeitenden sind jetzt sofort sichtbar."
    )
    flash(said, "success")
    return _back()


@bp.route("/unsere-stadt/uebergabe", methods=["GET", "POST"])
@access(LEAD, town=acting, recent=True)
def hand_over() -> ResponseReturnValue:
    """Invite the person who follows; one's own access ends when she accepts."""
    form = HandOverForm()
    if not form.validate_on_submit() or not _invited(form, "lead", hands_over=True):
        page = render_template("memberships/hand_over.html", form=form, town=current_user.acting)
        return page, 422 if form.is_submitted() else 200
    flash("Die Einladung zur Übergabe ist unterwegs. Ihr Zugang bleibt, bis sie angenommen wird.", "success")
    return _back()


@bp.get("/unsere-stadt/protokoll")
@access(LEAD, town=acting)
def trail() -> ResponseReturnValue:
    """What was done in the town's name, the latest first."""
    town_id = current_user.acting.town_id
    page = Page(requested_number(request.args), PAGE_SIZE, town_trail.count(town_id)).must_exist()
    deeds = town_trail.deeds(town_id, limit=page.size, offset=(page.number - 1) * page.size)
    return render_template("memberships/trail.html", deeds=deeds, page=page, town=current_user.acting)


def _people(form: InvitationForm, status: int = 200) -> tuple[str, int]:
    town_id = current_user.acting.town_id
    found = town_people.people(town_id)
    page = render_template(
        "memberships/people.html",
        town=current_user.acting,
        people=found,
        invitations=invitations.open_for(town_id),
        form=form,
        switch=ReleaseSwitchForm(formdata=None, needs_release=found.needs_release),
    )
    return page, status


def _invited(form: HandOverForm, role: str, *, hands_over: bool) -> bool:
    """Whether the invitation is on its way; where not, the form says why."""
    try:
        invitations.invite(
            current_user.acting.town_id,
            current_user.account_id,
            form.email.data or "",
            role=role,
            office=form.office.data or "",
            hands_over=hands_over,
        )
    except invitations.BadAddress:
        form.email.errors = (BAD_ADDRESS,)
    except invitations.AlreadyThere:
        form.email.errors = ("Diese Person handelt schon für Ihre Stadt. Sie finden sie unter „Zugänge“.",)
    except invitations.TooMany:
        form.form_errors.append(
            "Heute sind schon sehr viele Einladungen verschickt worden. Bitte morgen wieder."
        )
    except invitations.NoLead:
        abort(404)
    else:
        return True
    return False


def _only_the_button() -> None:
    if not PlainForm().validate_on_submit():
        abort(400)


def _last_lead() -> ResponseReturnValue:
    flash(LAST_LEAD, "warning")
    return redirect(url_for("memberships.hand_over"))


def _back() -> ResponseReturnValue:
    return redirect(url_for("memberships.people"))


def _back_or_away() -> ResponseReturnValue:
    """Whoever gave up her own lead may not see the town's people any more."""
    still = town_people.leads(current_user.acting.town_id, current_user.account_id)
    return _back() if still else redirect(url_for("memberships.own_towns"))
