"""The buttons under a suggestion."""

from wtforms import HiddenField, StringField
from wtforms.validators import AnyOf

from kleinstadt_net.vocabulary import ANSWER_TITLES
from kleinstadt_net.web.forms import BaseForm


class AnswerForm(BaseForm):
    """One of the four answers; ``zurueck`` names the page to go back to."""

    antwort = StringField("Antwort", [AnyOf(list(ANSWER_TITLES), "Diese Antwort kennen wir nicht.")])
    zurueck = HiddenField()
