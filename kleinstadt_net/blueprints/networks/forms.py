"""Forms of networks."""

from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from kleinstadt_net.formats import number
from kleinstadt_net.services.networks import (
    ABOUT_LENGTH,
    NAME_LENGTH,
    WEBSITE_LENGTH,
    Content,
    Refused,
    StaleVersion,
)
from kleinstadt_net.vocabulary import NETWORK_KINDS, TOPICS
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm

NO_TOPIC = ""


class NetworkForm(BaseForm):
    """What a network says of itself; what is not among the choices the service refuses."""

    name = StringField(
        "Name des Netzwerks", [InputRequired("Bitte geben Sie den Namen an."), at_most(NAME_LENGTH)]
    )
    kind = RadioField(
        "Was für ein Netzwerk ist es?",
        choices=[SelectChoice(*pair) for pair in NETWORK_KINDS.items()],
        validate_choice=False,
    )
    topic = SelectField(
        "Thema (freiwillig)",
        choices=[
            SelectChoice(NO_TOPIC, "kein bestimmtes"),
            *(SelectChoice(one.key, one.title) for one in TOPICS.values()),
        ],
        default=NO_TOPIC,
        validate_choice=False,
    )
    about = TextAreaField(
        "Worum geht es? (freiwillig)",
        [at_most(ABOUT_LENGTH)],
        description=f"Höchstens {number(ABOUT_LENGTH)} Zeichen. Leere Zeile: neuer Absatz. "
        "„- “ am Anfang der Zeile: Liste. **fett**, *kursiv*, [Wort](https://…): Verweis.",
    )
    website = StringField("Internetseite (freiwillig)", [at_most(WEBSITE_LENGTH)])
    version = IntegerField(widget=HiddenInput(), default=0)

    @property
    def content(self) -> Content:
        """What was typed."""
        return Content(
            name=self.name.data or "",
            kind=self.kind.data or "",
            topic=self.topic.data or None,
            about=self.about.data or "",
            website=self.website.data or None,
        )

    def tell(self, refused: Refused) -> None:
        """Put each sentence on its field."""
        for name, sentence in refused.problems.items():
            self[name].errors = [*self[name].errors, sentence]

    def rebase(self, stale: StaleVersion) -> None:
        """Let the form say that it has seen the newer version; what was typed stays."""
        self.version.data = stale.version
        self.version.raw_data = [str(stale.version)]


class DeedForm(BaseForm):
    """One of several buttons; which one is the value of ``deed``."""

    deed = StringField()


class DeletionForm(BaseForm):
    """Nobody deletes a network by a slip of the thumb."""

    sure = BooleanField(
        "Ja, die Seite und alle Zugehörigkeiten löschen", [InputRequired("Bitte setzen Sie das Häkchen.")]
    )
