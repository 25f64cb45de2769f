"""Forms of exchanges."""

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import AnyOf, InputRequired

from kleinstadt_net.services.exchange_answers import BY_LETTER, BY_PAGE
from kleinstadt_net.services.exchange_messages import TEXT_LENGTH as MESSAGE_LENGTH
from kleinstadt_net.services.exchange_requests import TEXT_LENGTH
from kleinstadt_net.vocabulary import EXCHANGE_FORMS, SUBJECTS
from kleinstadt_net.web.attachment_fields import attachments_field
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm

PREVIEW = "vorschau"
FORM_LABELS = {
    "telephone": "Telefongespräch",
    "video": "Videogespräch",
    "visit": "Besuch",
    "documents": "Unterlagen, schriftlich",
}
assert FORM_LABELS.keys() == EXCHANGE_FORMS.keys()
QUESTION_MISSING = "Bitte schreiben Sie, was Sie wissen möchten."
REPLY_MISSING = "Bitte schreiben Sie Ihre Antwort."


class RequestForm(BaseForm):
    """The two questions of a request; ``tat`` tells a look at the letter from sending it."""

    concern = TextAreaField(
        "Worum geht es?",
        [InputRequired("Bitte schreiben Sie in ein, zwei Sätzen, worum es geht."), at_most(TEXT_LENGTH)],
    )
    need = TextAreaField(
        "Was brauchen Sie?",
        [
            InputRequired("Bitte schreiben Sie, was Sie von der anderen Stadt wissen oder sehen möchten."),
            at_most(TEXT_LENGTH),
        ],
    )
    subject = SelectField(
        "Thema",
        choices=[
            SelectChoice("", "Kein bestimmtes Thema"),
            *(SelectChoice(key, subject.title) for key, subject in SUBJECTS.items()),
        ],
        validate_choice=True,
    )
    form = RadioField(
        "Wie möchten Sie sich austauschen?",
        choices=[SelectChoice(key, label) for key, label in FORM_LABELS.items()],
        default="telephone",
        validators=[InputRequired("Bitte wählen Sie eine Form.")],
    )
    tat = StringField()

    @property
    def wants_preview(self) -> bool:
        return bool(self.tat.data == PREVIEW)


class StepForm(BaseForm):
    """What is done with an exchange by its page; each button carries one step."""

    schritt = StringField("Schritt", [AnyOf(BY_PAGE, "Diesen Schritt kennen wir nicht.")])
    text = TextAreaField("Text", [at_most(TEXT_LENGTH)])

    def validate(self, extra_validators: object = None) -> bool:
        """A question and a reply want a text."""
        if not super().validate(extra_validators):
            return False
        missing = {"ask_back": QUESTION_MISSING, "reply": REPLY_MISSING}.get(str(self.schritt.data))
        if missing and not self.text.data:
            self.text.errors = [missing]
            return False
        return True


class LinkForm(BaseForm):
    """The answer to a request from its letter; each button carries one step."""

    schritt = StringField("Antwort", [AnyOf(BY_LETTER, "Bitte wählen Sie eine der Antworten.")])
    text = TextAreaField("Was möchten Sie vorher wissen?", [at_most(TEXT_LENGTH)])

    def validate(self, extra_validators: object = None) -> bool:
        """Asking back wants a question."""
        if not super().validate(extra_validators):
            return False
        if self.schritt.data == "ask_back" and not self.text.data:
            self.text.errors = [QUESTION_MISSING]
            return False
        return True


class MessageForm(BaseForm):
    """A message to the other town."""

    nachricht = TextAreaField(
        "Ihre Nachricht",
        [InputRequired("Bitte schreiben Sie eine Nachricht."), at_most(MESSAGE_LENGTH)],
    )
    dateien = attachments_field("Dateien (freiwillig)")


class MuteForm(BaseForm):
    """Two buttons: to be told of new messages, or not."""

    ON, OFF = "ja", "nein"
    stumm = StringField(validators=[AnyOf((ON, OFF))])


class HandOnForm(BaseForm):
    """To whom of the same town a request goes."""

    person = RadioField(
        "Wer soll die Anfrage bekommen?",
        coerce=int,
        validators=[InputRequired("Bitte wählen Sie, wer die Anfrage bekommen soll.")],
    )

    def offer(self, people: dict[int, str]) -> None:
        """Persons by account id."""
        self.person.choices = [SelectChoice(account_id, name) for account_id, name in people.items()]


class PlainForm(BaseForm):
    """A button and nothing else."""
