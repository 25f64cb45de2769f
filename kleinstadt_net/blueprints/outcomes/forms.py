"""The buttons under a question after a talk."""

from wtforms import StringField
from wtforms.validators import AnyOf, InputRequired

from kleinstadt_net.vocabulary import OUTCOME_QUESTIONS
from kleinstadt_net.web.forms import BaseForm

MISSING = "Bitte wählen Sie eine der Antworten."


class AnswerForm(BaseForm):
    """What came of a talk; each button carries one answer to the question ``frage``."""

    antwort = StringField("Antwort", [InputRequired(MISSING)])

    def __init__(self, question: str) -> None:
        super().__init__()
        self.question = question

    def validate(self, extra_validators: object = None) -> bool:
        """Only what this question offers is an answer."""
        if not super().validate(extra_validators):
            return False
        if self.antwort.data not in OUTCOME_QUESTIONS[self.question]:
            self.antwort.errors = [MISSING]
            return False
        return True


class PageForm(BaseForm):
    """The same on the page of an exchange, where two questions may stand."""

    frage = StringField("Frage", [AnyOf(list(OUTCOME_QUESTIONS), "Diese Frage kennen wir nicht.")])
    antwort = StringField("Antwort", [InputRequired(MISSING)])


class PlainForm(BaseForm):
    """A button and nothing else."""
