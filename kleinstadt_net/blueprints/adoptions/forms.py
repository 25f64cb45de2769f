"""Forms of adoptions."""

from wtforms import IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from kleinstadt_net.services.adoptions import (
    CHANGED_LENGTH,
    GIVEN_UP,
    WHY_LENGTH,
    Content,
    Desk,
    StaleVersionError,
)
from kleinstadt_net.services.exchange_requests import TEXT_LENGTH
from kleinstadt_net.vocabulary import EXCHANGE_FORMS
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm

# As one says it of one's own town.
STATES = {
    "planned": "Wir haben es vor.",
    "running": "Wir sind dabei.",
    "done": "Es ist umgesetzt.",
    "given_up": "Wir verfolgen es nicht weiter.",
}
WAYS = {
    "telephone": "am Telefon",
    "video": "in einem Videogespräch",
    "visit": "bei einem Besuch",
    "documents": "schriftlich, mit Unterlagen",
}
assert WAYS.keys() == EXCHANGE_FORMS.keys()


class AdoptionForm(BaseForm):
    """Where it stands, what was changed and why, and the town's own version of it."""

    state = RadioField(
        "Wie weit sind Sie?",
        choices=[SelectChoice(key, title) for key, title in STATES.items()],
        validators=[InputRequired("Bitte wählen Sie, wie weit Sie sind.")],
    )
    changed = TextAreaField("Was machen Sie anders? (freiwillig)", [at_most(CHANGED_LENGTH)])
    why = TextAreaField("Warum? (freiwillig)", [at_most(WHY_LENGTH)])
    own_practice = SelectField("Ihr eigenes Beispiel dazu (freiwillig)", coerce=int, default=0)
    version = IntegerField(widget=HiddenInput(), default=0)

    def offer(self, versions: tuple[tuple[int, str], ...], *, is_new: bool) -> None:
        """Own examples that might tell of it, by id; whoever begins has given nothing up."""
        if is_new:
            self.state.choices = [
                SelectChoice(key, title) for key, title in STATES.items() if key != GIVEN_UP
            ]
        self.own_practice.choices = [
            SelectChoice(0, "Noch keines"),
            *(SelectChoice(own_id, title) for own_id, title in versions),
        ]

    @property
    def content(self) -> Content:
        """What was typed."""
        return Content(
            str(self.state.data),
            self.changed.data or "",
            self.why.data or "",
            self.own_practice.data or None,
        )

    def rebase(self, stale: StaleVersionError) -> None:
        """Let the form say that it has seen the newer version; what was typed stays."""
        self.version.data = stale.version
        self.version.raw_data = [str(stale.version)]


def adoption_form(desk: Desk) -> AdoptionForm:
    """The entry as it is stored, or an empty one."""
    own = desk.own
    given = (
        {**vars(own.content), "own_practice": own.content.own_practice_id or 0, "version": own.version}
        if own
        else {"state": "planned"}
    )
    form = AdoptionForm(data=given)
    form.offer(desk.versions, is_new=own is None)
    return form


class QuestionForm(BaseForm):
    """A question on an example, and how one would like to talk about it."""

    frage = TextAreaField(
        "Was möchten Sie wissen?",
        [InputRequired("Bitte schreiben Sie Ihre Frage."), at_most(TEXT_LENGTH)],
    )
    form = RadioField(
        "Wie möchten Sie sich austauschen?",
        choices=[SelectChoice(key, label) for key, label in WAYS.items()],
        default="telephone",
        validators=[InputRequired("Bitte wählen Sie eine Form.")],
    )


class PlainForm(BaseForm):
    """A button and nothing else."""
