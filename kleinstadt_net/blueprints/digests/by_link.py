"""What a link in the letter opens, for whoever holds it: preferences, leaving, one answer.

GET only shows, because mail gateways open links before people do; POST acts.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kleinstadt_net.blueprints.digests import bp
from kleinstadt_net.blueprints.digests.forms import (
    ANSWERS,
    CONSENT_WORDING,
    AnswerForm,
    PlainForm,
    PreferencesForm,
    ReasonForm,
)
from kleinstadt_net.extensions import csrf
from kleinstadt_net.security.access import BY_LINK, access
from kleinstadt_net.services import (
    availability,
    digest_consent,
    digest_preview,
    letter_answers,
    subscriptions,
)
from kleinstadt_net.services.availability import RequestRefusedError

CONFIRMATION_SENT = (
    "An die hinterlegte Adresse ist ein Brief unterwegs. Erst mit dem Link darin ist der Monatsbrief wieder bestellt; "
    "vorher kommt keiner."
)


@bp.get("/brief/<token>")
@access(BY_LINK)
def preferences(token: str) -> ResponseReturnValue:
    """The preferences of the person the letter was sent to."""
    found = subscriptions.find(token)
    return _preferences(found, PreferencesForm.of(found) if found else PreferencesForm())


@bp.post("/brief/<token>")
@access(BY_LINK)
def save_preferences(token: str) -> ResponseReturnValue:
    """Store what was chosen; who had left gets a letter first."""
    found, form = subscriptions.find(token), PreferencesForm()
    if found is None or not form.validate_on_submit():
        return _preferences(found, form, 422)
    if digest_consent.choose(token, form.choices, CONSENT_WORDING) == "confirmation_sent":
        flash(CONFIRMATION_SENT, "info")
    else:
        flash("Ihre Einstellungen zum Monatsbrief sind gespeichert.", "success")
    return redirect(url_for("digests.preferences", token=token))


@bp.get("/brief/<token>/abmelden")
@access(BY_LINK)
def leave(token: str) -> ResponseReturnValue:
    """Ask once more, because a gateway that opens links is not a person who wants to leave."""
    return render_template("digests/leave.html", token=token, form=PlainForm())


@bp.post("/brief/<token>/abmelden")
@access(BY_LINK)
# Mail programs post here by themselves, without cookie or form (RFC 8058); the worst a forged
# request can do is what its sender, who must know the random characters, could do anyway.
@csrf.exempt
def unsubscribe(token: str) -> ResponseReturnValue:
    """Stop the letter; the answer is the same for everybody, however often and whatever token."""
    subscriptions.unsubscribe(token)
    return render_template("digests/left.html", token=token)


@bp.get("/brief/bestaetigen/<token>")
@access(BY_LINK)
def confirm(token: str) -> ResponseReturnValue:
    """What is about to be ordered, for whoever came by the letter sent for it."""
    asked = digest_consent.find(token)
    if asked is None:
        return render_template("digests/confirm_gone.html"), 404
    return render_template(
        "digests/confirm.html", token=token, asked=asked, wording=CONSENT_WORDING, form=PlainForm()
    )


@bp.post("/brief/bestaetigen/<token>")
@access(BY_LINK)
def act_on_confirmation(token: str) -> ResponseReturnValue:
    """Order the Monatsbrief."""
    if (
        not PlainForm().validate_on_submit()
        or (asked := digest_consent.confirm(token, CONSENT_WORDING)) is None
    ):
        return render_template("digests/confirm_gone.html"), 404
    return render_template("digests/confirmed.html", asked=asked)


@bp.get("/antwort/<token>")
@access(BY_LINK)
def answer(token: str) -> ResponseReturnValue:
    """The suggestion behind a button of the letter, to be confirmed."""
    found = letter_answers.find(token)
    if found is None:
        return _leads_nowhere(token)
    if found.given is not None:
        return render_template("digests/answered.html", link=found, answer=found.given, is_new=False)
    chosen = request.args.get("a", "")
    return _ask(token, found, chosen if chosen in ANSWERS else None, AnswerForm())


@bp.post("/antwort/<token>")
@access(BY_LINK)
def give_answer(token: str) -> ResponseReturnValue:
    """Give the answer once; afterwards the link is used up."""
    form = AnswerForm()
    if not form.validate_on_submit():
        found = letter_answers.find(token)
        return _ask(token, found, None, form, 422) if found else _leads_nowhere(token)
    choice = str(form.answer.data)
    try:
        found = letter_answers.answer(token, choice)
    except RequestRefusedError:
        found = letter_answers.find(token)
        return (
            _ask(token, found, None, form, 409, availability.next_month()) if found else _leads_nowhere(token)
        )
    if found is None:
        return _leads_nowhere(token)
    is_new = found.given is None
    asks_why = is_new and choice == "declined"
    return render_template(
        "digests/answered.html",
        link=found,
        answer=found.given or choice,
        is_new=is_new,
        token=token,
        form=ReasonForm(formdata=None) if asks_why else None,
    )


@bp.post("/antwort/<token>/grund")
@access(BY_LINK)
def give_reason(token: str) -> ResponseReturnValue:
    """Why the suggestion declined a moment ago does not fit; voluntary, and said once."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _leads_nowhere(token)
    found = letter_answers.give_reason(token, str(form.reason.data))
    if found is None:
        return _leads_nowhere(token)
    return render_template("digests/reason_given.html", link=found)


def _preferences(
    found: subscriptions.Preferences | None, form: PreferencesForm, status: int = 200
) -> tuple[str, int]:
    if found is None:
        return render_template("digests/unknown_subscription.html"), 404
    return render_template("digests/preferences.html", preferences=found, form=form), status


def _ask(
    token: str,
    found: letter_answers.OpenLink,
    chosen: str | None,
    form: AnswerForm,
    status: int = 200,
    ask_again: str | None = None,
) -> tuple[str, int]:
    page = render_template(
        "digests/answer.html", token=token, link=found, chosen=chosen, form=form, ask_again=ask_again
    )
    return page, status


def _leads_nowhere(token: str) -> tuple[str, int]:
    is_preview = token == digest_preview.PREVIEW
    return render_template("digests/answer_gone.html", is_preview=is_preview), 200 if is_preview else 404
