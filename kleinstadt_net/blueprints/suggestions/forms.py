"""The buttons under a suggestion and what follows from them."""

from wtforms import HiddenField, RadioField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import AnyOf, InputRequired

from kleinstadt_net.vocabulary import ANSWER_TITLES, DECLINE_REASONS
from kleinstadt_net.web.forms import BaseForm


class AnswerForm(BaseForm):
    """One of the four answers; ``zurueck`` names the page to go back to."""

    antwort = StringField("Antwort", [AnyOf(list(ANSWER_TITLES), "Diese Antwort kennen wir nicht.")])
    zurueck = HiddenField()


class ReasonForm(BaseForm):
    """Why a suggestion does not fit; each button carries one reason."""

    grund = StringField("Grund", [AnyOf(list(DECLINE_REASONS), "Diesen Grund kennen wir nicht.")])
    zurueck = HiddenField()


class HandOnForm(BaseForm):
    """To whom of the same town a suggestion goes."""

    person = RadioField(
        "Wer soll den Vorschlag bekommen?",
        coerce=int,
        validators=[InputRequired("Bitte wählen Sie, wer den Vorschlag bekommen soll.")],
    )


class PlainForm(BaseForm):
    """A button and nothing else."""


def people_to_choose(people: dict[int, str]) -> list[SelectChoice]:
    """Persons by account id as a form offers them."""
    return [SelectChoice(account_id, name) for account_id, name in people.items()]
