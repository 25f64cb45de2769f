"""Forms of reports and complaints."""

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Length, ValidationError

from kleinstadt_net.blueprints.reports.places import Place, read_place
from kleinstadt_net.vocabulary import REPORT_REASONS, THESES, TOPICS
from kleinstadt_net.web.forms import BaseForm

MIN_LENGTH, MAX_LENGTH = 20, 2_000
UNKNOWN_PAGE = "Diese Seite gibt es bei uns nicht. Bitte übernehmen Sie die Adresse aus der Adresszeile."
LENGTHS = (
    Length(min=MIN_LENGTH, message=f"Bitte beschreiben Sie es mit mindestens {MIN_LENGTH} Zeichen."),
    Length(max=MAX_LENGTH, message=f"Bitte höchstens {MAX_LENGTH} Zeichen."),
)


class TargetForm(BaseForm):
    """A report about an object that its link has named."""

    reason = RadioField(
        "Was ist mit dem Inhalt?",
        [InputRequired("Bitte wählen Sie einen Grund.")],
        choices=[SelectChoice(key, title) for key, title in REPORT_REASONS.items()],
    )
    explanation = TextAreaField(
        "Warum sollen wir uns den Inhalt ansehen?", [InputRequired("Bitte schreiben Sie warum."), *LENGTHS]
    )
    name = StringField("Ihr Name (freiwillig)", [Length(max=160, message="Bitte höchstens 160 Zeichen.")])
    email = StringField(
        "Ihre E-Mail-Adresse (freiwillig)", [Length(max=254, message="Diese Adresse ist zu lang.")]
    )
    good_faith = BooleanField(
        "Ich bin nach bestem Wissen überzeugt, dass meine Angaben richtig und vollständig sind",
        [InputRequired("Bitte bestätigen Sie, dass Ihre Angaben nach Ihrem Wissen stimmen.")],
    )


class ReportForm(TargetForm):
    """A report about a page."""

    page = StringField(
        "Auf welcher Seite steht der Inhalt?", [InputRequired("Bitte nennen Sie die Seite."), Length(max=300)]
    )
    subject = SelectField(
        "Um welche Angabe oder welchen Abschnitt geht es? (freiwillig)",
        choices=[
            SelectChoice("", "keine bestimmte"),
            *(SelectChoice(one.key, one.title) for one in (*THESES.values(), *TOPICS.values())),
        ],
    )
    place: Place

    def validate_page(self, field: StringField) -> None:
        found = read_place(field.data or "")
        if found is None:
            raise ValidationError(UNKNOWN_PAGE)
        self.place = found


class ComplaintForm(BaseForm):
    text = TextAreaField(
        "Warum halten Sie die Entscheidung für falsch?",
        [InputRequired("Bitte begründen Sie Ihre Beschwerde."), *LENGTHS],
    )
