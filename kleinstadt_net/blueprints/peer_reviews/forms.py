"""Forms of peer reviews."""

from collections.abc import Iterable, Mapping

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

from kleinstadt_net.services.peer_review_invitations import QUESTION_LENGTH
from kleinstadt_net.services.peer_review_writing import (
    AGENDA_LENGTH,
    MINUTES_LENGTH,
    PLACE_LENGTH,
    RESULT_LENGTH,
    Content,
    StaleVersionError,
)
from kleinstadt_net.services.peer_reviews import PeerReviewPage
from kleinstadt_net.vocabulary import PEER_REVIEW_ROLES, SUBJECTS
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm

YES, NO = "ja", "nein"
# The steps of a peer review (kollegiale Beratung) fitted into one visit; the host changes them as she likes.
AGENDA = """- Ankommen, Rundgang: Worum geht es vor Ort? (60 Minuten)
- Die Gastgeberin stellt ihre Frage; die anderen fragen nur nach (20 Minuten)
- Die Gäste denken laut, die Gastgeberin hört zu (30 Minuten)
- Was haben wir anderswo gesehen, was hat dort nicht geklappt? (30 Minuten)
- Die Gastgeberin sagt, was sie mitnimmt (10 Minuten)
- Gemeinsam aufschreiben: Ergebnis und nächster Schritt (20 Minuten)"""


class SubjectForm(BaseForm):
    """What the question is about."""

    class Meta:
        # Asked for by GET; it changes nothing.
        csrf = False

    thema = SelectField(
        "Um welches Thema geht es?",
        choices=[SelectChoice(one.key, one.title) for one in SUBJECTS.values()],
        validate_choice=False,
    )


class InvitationForm(BaseForm):
    """The question, and the towns invited to it."""

    frage = TextAreaField(
        "Welche Frage sollen die anderen mit Ihnen durchdenken?",
        [InputRequired("Bitte schreiben Sie Ihre Frage."), at_most(QUESTION_LENGTH)],
        description="Zum Beispiel: Wie bekommen wir die Eigentümer der leeren Läden an einen Tisch?",
    )
    staedte = SelectMultipleField(
        "Zwei oder drei Städte einladen",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        choices=[],
        validate_choice=False,
    )

    def offer(self, titles: Mapping[str, str]) -> None:
        """Name the towns by their keys."""
        self.staedte.choices = [SelectChoice(ags, title) for ags, title in titles.items()]


class AnotherForm(BaseForm):
    """One more town, in the place of one that has declined."""

    stadt = RadioField("Welche Stadt laden Sie stattdessen ein?", choices=[], validate_choice=False)

    def offer(self, titles: Mapping[str, str]) -> None:
        """Name the towns by their keys."""
        self.stadt.choices = [SelectChoice(ags, title) for ags, title in titles.items()]


class AnswerForm(BaseForm):
    """Two buttons: come, or not."""

    antwort = RadioField(
        "Antwort",
        choices=[SelectChoice(YES, "Wir kommen"), SelectChoice(NO, "Diesmal nicht")],
        validators=[InputRequired("Bitte wählen Sie eine der beiden Antworten.")],
    )

    @property
    def says_yes(self) -> bool:
        return bool(self.antwort.data == YES)


class WritingForm(BaseForm):
    """Everything written about the visit; texts are Markdown. Day, place and agenda are the host's."""

    tag = DateField(  # type: ignore[call-arg]  # newer than its types
        "Tag", validators=[Optional()], invalid_value_message="Bitte wählen Sie einen Tag aus dem Kalender."
    )
    ort = StringField("Treffpunkt (freiwillig)", [at_most(PLACE_LENGTH)])
    ablauf = TextAreaField("Ablauf", [at_most(AGENDA_LENGTH)])
    mitschrift = TextAreaField(
        "Mitschrift (freiwillig)",
        [at_most(MINUTES_LENGTH)],
        description="Lesen nur die Städte, die dabei sind. „- “ am Anfang der Zeile: Liste. **fett**, *kursiv*.",
    )
    ergebnis = TextAreaField(
        "Ergebnis (freiwillig)",
        [at_most(RESULT_LENGTH)],
        description="Was nimmt die Gastgeberin mit, was ist der nächste Schritt? Lesen nur die Städte, die dabei sind.",
    )
    version = IntegerField(widget=HiddenInput(), default=0)

    @property
    def content(self) -> Content:
        """What was typed."""
        typed = (self.ort.data, self.ablauf.data, self.mitschrift.data, self.ergebnis.data)
        return Content(self.tag.data, *(text or "" for text in typed))

    def rebase(self, stale: StaleVersionError) -> None:
        """Let the form say that it has seen the newer version; what was typed stays."""
        self.version.data = stale.version
        self.version.raw_data = [str(stale.version)]


class PublicForm(BaseForm):
    """What the host shows to all confirmed towns; empty: nothing."""

    text = TextAreaField(
        "Was alle bestätigten Städte lesen sollen",
        [at_most(RESULT_LENGTH)],
        description="Leer gelassen, wird nichts gezeigt. Sprechen Sie sich mit den anderen ab, bevor Sie sie nennen.",
    )


class PlainForm(BaseForm):
    """A button and nothing else."""


def writing_form(page: PeerReviewPage) -> WritingForm:
    """The visit as it is stored, with an agenda to begin with."""
    return WritingForm(
        data={
            "tag": page.held_on,
            "ort": page.place,
            "ablauf": page.agenda or AGENDA,
            "mitschrift": page.minutes,
            "ergebnis": page.result,
            "version": page.version,
        }
    )


def roles_sent(form: Mapping[str, str], keys: Iterable[str]) -> dict[str, str]:
    """The roles the host has given, by town key (fields ``rolle-⟨key⟩``)."""
    sent = {key: form.get(f"rolle-{key}", "") for key in keys}
    return {key: role for key, role in sent.items() if role in PEER_REVIEW_ROLES}
