"""Forms of circles."""

from collections.abc import Mapping

from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from kleinstadt_net.matching.weights import CIRCLE_TOWNS
from kleinstadt_net.services.circle_meetings import (
    AGENDA_LENGTH,
    PLACE_LENGTH,
    RESULT_LENGTH,
    Content,
    StaleVersionError,
)
from kleinstadt_net.services.circle_proposals import Offer
from kleinstadt_net.services.circles import Meeting
from kleinstadt_net.vocabulary import SUBJECTS
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm

YES, NO = "ja", "nein"
# What a first talk needs; the host changes it as she likes.
AGENDA = """- Ankommen und Kennenlernen (15 Minuten)
- Jede Stadt erzählt: Wo stehen wir, was haben wir versucht? (je 10 Minuten)
- Eine Frage gemeinsam durchdenken (45 Minuten)
- Was nimmt jede Stadt mit, was probiert sie bis zum nächsten Mal? (15 Minuten)"""


class AnswerForm(BaseForm):
    """Two buttons: take part, or not."""

    antwort = RadioField(
        "Antwort",
        choices=[SelectChoice(YES, "Wir sind dabei"), SelectChoice(NO, "Diesmal nicht")],
        validators=[InputRequired("Bitte wählen Sie eine der beiden Antworten.")],
    )

    @property
    def says_yes(self) -> bool:
        return bool(self.antwort.data == YES)


class PlainForm(BaseForm):
    """A button and nothing else."""


class SubjectForm(BaseForm):
    """The challenge a circle is to be about."""

    class Meta:
        # Asked for by GET; it changes nothing.
        csrf = False

    aufgabe = SelectField(
        "Um welche Aufgabe geht es?",
        choices=[SelectChoice(one.key, one.title) for one in SUBJECTS.values()],
        validate_choice=False,
    )


class ProposalForm(BaseForm):
    """Which of the offered towns to ask."""

    staedte = SelectMultipleField(
        "Städte einladen",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        choices=[],
        validate_choice=False,
    )

    def offer(self, offer: Offer, titles: Mapping[str, str], preselected: int = CIRCLE_TOWNS) -> None:
        """Name the towns by their keys; before anything was sent the best of them are chosen."""
        self.staedte.choices = [SelectChoice(ags, title) for ags, title in titles.items()]
        if not self.is_submitted():
            self.staedte.data = [town.ags for town in offer.towns[:preselected]]


class MeetingForm(BaseForm):
    """A date of a circle; texts are Markdown. Day, place and agenda are the host's."""

    tag = DateField(  # type: ignore[call-arg]  # newer than its types
        "Tag",
        validators=[Optional()],
        invalid_value_message="Bitte wählen Sie einen Tag aus dem Kalender.",
    )
    ort = StringField(
        "Ort (freiwillig)",
        [at_most(PLACE_LENGTH)],
        description="Zum Beispiel: Rathaus, Sitzungssaal. Oder: online, die Einwahl kommt per E-Mail.",
    )
    ablauf = TextAreaField("Ablauf", [at_most(AGENDA_LENGTH)])
    ergebnis = TextAreaField(
        "Ergebnis (freiwillig)",
        [at_most(RESULT_LENGTH)],
        description="Eine Seite genügt: Was hat geholfen, was nicht, was probiert jede Stadt aus? "
        "„- “ am Anfang der Zeile: Liste. **fett**, *kursiv*.",
    )
    version = IntegerField(widget=HiddenInput(), default=0)

    @property
    def content(self) -> Content:
        """What was typed."""
        return Content(self.tag.data, self.ort.data or "", self.ablauf.data or "", self.ergebnis.data or "")

    def rebase(self, stale: StaleVersionError) -> None:
        """Let the form say that it has seen the newer version; what was typed stays."""
        self.version.data = stale.version
        self.version.raw_data = [str(stale.version)]


def meeting_form(meeting: Meeting) -> MeetingForm:
    """The date as it is stored, with an agenda to begin with."""
    return MeetingForm(
        data={
            "tag": meeting.held_on,
            "ort": meeting.place,
            "ablauf": meeting.agenda or AGENDA,
            "ergebnis": meeting.result,
            "version": meeting.version,
        }
    )
