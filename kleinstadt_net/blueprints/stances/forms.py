"""Forms of Unsere Stadt."""

from wtforms import HiddenField, IntegerField, RadioField, SelectMultipleField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Length, ValidationError
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from kleinstadt_net.vocabulary import MAX_FOCUSES, MAX_SENTENCE_LENGTH, STATE_TITLES, THESES
from kleinstadt_net.web.fields import PastMonth
from kleinstadt_net.web.forms import BaseForm

NO_STATEMENT = "none"


class StanceForm(BaseForm):
    state = RadioField(
        "Wo steht Ihre Stadt?",
        choices=[
            *(SelectChoice(state.value, title) for state, title in STATE_TITLES.items()),
            SelectChoice(NO_STATEMENT, "Dazu möchten wir nichts sagen"),
        ],
        default=NO_STATEMENT,
    )
    sentence = TextAreaField(
        "Ein Satz dazu (freiwillig)",
        [
            Length(
                max=MAX_SENTENCE_LENGTH,
                message=f"Der Satz ist zu lang: Bitte höchstens {MAX_SENTENCE_LENGTH} Zeichen.",
            )
        ],
    )
    since = PastMonth("Seit wann? (freiwillig)")
    version = IntegerField(widget=HiddenInput(), default=0)


class ConfirmForm(BaseForm):
    version = IntegerField(widget=HiddenInput())
    # The page with the button, where its answer leads back to.
    zurueck = HiddenField()


class FocusForm(BaseForm):
    theses = SelectMultipleField(
        "Welche Thesen stehen bei Ihnen gerade vorn?",
        choices=[SelectChoice(thesis.key, f"{thesis.number}. {thesis.title}") for thesis in THESES.values()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def validate_theses(self, field: SelectMultipleField) -> None:
        if len(field.data or ()) > MAX_FOCUSES:
            raise ValidationError(f"Bitte wählen Sie höchstens {MAX_FOCUSES} Thesen.")


class DraftForm(BaseForm):
    """Only the token against forged requests."""


class ReturnForm(BaseForm):
    remark = TextAreaField(
        "Ein Satz dazu (freiwillig)", [Length(max=500, message="Bitte höchstens 500 Zeichen.")]
    )
