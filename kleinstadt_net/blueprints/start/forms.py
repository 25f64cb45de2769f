"""The form of the first five minutes."""

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Length, ValidationError

from kleinstadt_net.services.first_steps import Answers
from kleinstadt_net.vocabulary import MAX_SENTENCE_LENGTH, THESES, TOPICS
from kleinstadt_net.web.forms import BaseForm

NOT_CHOSEN = SelectChoice("", "Bitte wählen")
NO_STRENGTH = SelectChoice("", "Noch keine, oder später")
SUBJECT_CHOICES = (
    *(SelectChoice(topic.key, topic.title, optgroup="Themen") for topic in TOPICS.values()),
    *(
        SelectChoice(thesis.key, f"{thesis.number}. {thesis.title}", optgroup="Thesen")
        for thesis in THESES.values()
    ),
)
SHORT_ENOUGH = Length(
    max=MAX_SENTENCE_LENGTH,
    message=f"Der Satz ist zu lang: Bitte höchstens {MAX_SENTENCE_LENGTH} Zeichen.",
)


class BeginForm(BaseForm):
    focus = RadioField(
        "Was steht bei Ihnen gerade vorn?",
        [InputRequired("Bitte wählen Sie eine These. Sie können sie jederzeit ändern.")],
        choices=[SelectChoice(thesis.key, thesis.title) for thesis in THESES.values()],
    )
    sought = SelectField(
        "Wozu suchen Sie Rat?",
        [InputRequired("Bitte wählen Sie eine Sache, zu der Sie Rat suchen.")],
        choices=[NOT_CHOSEN, *SUBJECT_CHOICES],
    )
    sought_sentence = TextAreaField("Worum geht es? Ein Satz dazu (freiwillig)", [SHORT_ENOUGH])
    strength = SelectField(
        "Was können andere bei Ihnen sehen? (freiwillig)",
        choices=[NO_STRENGTH, *SUBJECT_CHOICES],
        default="",
    )
    strength_sentence = TextAreaField("Ein Satz zu dieser Stärke (freiwillig)", [SHORT_ENOUGH])

    def validate_strength(self, field: SelectField) -> None:
        if field.data and field.data == self.sought.data:
            raise ValidationError("Dazu suchen Sie schon Rat. Bitte wählen Sie für die Stärke etwas anderes.")

    def validate_strength_sentence(self, field: TextAreaField) -> None:
        if field.data and not self.strength.data:
            raise ValidationError("Bitte wählen Sie oben, um welche Stärke es geht.")

    @property
    def answers(self) -> Answers:
        """What was entered; an editor who may not choose a focus has no such field."""
        return Answers(
            focus=self.focus.data if self.focus else None,
            sought=self.sought.data,
            sought_sentence=self.sought_sentence.data or "",
            strength=self.strength.data or None,
            strength_sentence=self.strength_sentence.data or "",
        )
