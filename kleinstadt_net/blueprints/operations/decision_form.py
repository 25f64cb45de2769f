"""The form with which an operator decides about a report."""

from typing import Any

from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, ValidationError

from kleinstadt_net.blueprints.operations.forms import REASON
from kleinstadt_net.profile.shapes import SHAPES
from kleinstadt_net.services import question_anonymity
from kleinstadt_net.services.report_decisions import KEPT, REMOVED, TOWN_SUSPENDED, UPHELD, Decision
from kleinstadt_net.services.report_desk import ReportedTown, ReportFile
from kleinstadt_net.services.section_moderation import TEXT
from kleinstadt_net.services.sections import SectionRow
from kleinstadt_net.vocabulary import REPORT_OUTCOMES, STATE_TITLES, SUBJECTS, THESES, State
from kleinstadt_net.web.forms import BaseForm

SENTENCE, WHOLE = "sentence", "whole"
# What the choice of a section begins with.
SECTION = "section:"
GROUNDS = {
    "law": "Der Inhalt verstößt gegen geltendes Recht.",
    "rules": "Der Inhalt verstößt gegen unsere Hausregeln.",
}
# What removing means, by the kind of the object; all of it in the choice, so that nobody has to look it up.
REMOVING = {
    "message": "Die Nachricht entfernen: Ihr Text und ihre Anhänge werden gelöscht, im Gespräch bleibt eine Lücke",
    "practice": "Das Beispiel aus der Sammlung nehmen: Es wird wieder ein Entwurf und erscheint nur geändert",
    "question": "Die Frage entfernen: Sie ist beendet und ihr Text gelöscht, die Antworten bleiben",
    "question_answer": "Die Antwort entfernen",
    "event": "Den Termin entfernen: Er ist abgesagt und sein Text gelöscht, wer angemeldet ist, bekommt einen Brief",
    "peer_review": "Den Text entfernen: Andere Städte lesen ihn nicht mehr",
}
GONE = "Der Inhalt steht nicht mehr da, die Meldung ist damit erledigt"
NAMES_TOWN = (
    "Die Begründung nennt die Stadt oder ihren Kreis. Die meldende Person liest sie mit und soll nicht erfahren, wer "
    "fragt. Bitte schreiben Sie „die fragende Stadt“."
)


class DecisionForm(BaseForm):
    """What to do about a report; the choices depend on what there is and what was decided before.

    Where it is about one object, ``stamp`` says what the operator saw of it.
    """

    outcome = RadioField("Was geschieht mit dem Inhalt?", [InputRequired("Bitte entscheiden Sie.")])
    # These two count for some of the outcomes only and are checked below.
    statement = SelectField("Welche Angabe wird entfernt?", validate_choice=False)
    ground = RadioField(
        "Wogegen verstößt der Inhalt? (nur wenn Sie etwas entfernen oder sperren)",
        choices=[SelectChoice(key, title) for key, title in GROUNDS.items()],
        validate_choice=False,
    )
    reason = TextAreaField("Begründung für die Briefe", REASON)
    stamp = HiddenField()

    def __init__(self, report: ReportFile, **given: Any) -> None:
        super().__init__(**given)
        self.report = report
        self.outcome.choices = _outcomes(report)
        statements = report.town.statements if report.town else ()
        self.statement.choices = [
            # Nothing is chosen beforehand but what the report names: a removal is never an oversight.
            SelectChoice("", "bitte wählen"),
            # The version goes with the choice: what the town has changed since is not removed unseen.
            *(
                SelectChoice(f"{one.subject}:{one.version}", _described(one.subject, one.state, one.sentence))
                for one in statements
            ),
            *(choice for one in (report.town.sections if report.town else ()) for choice in _parts(one)),
        ]
        if not self.is_submitted():
            self.stamp.data = report.target.stamp if report.target else ""
            about = [one for one in statements if one.subject == report.subject]
            self.statement.data = f"{about[0].subject}:{about[0].version}" if about else ""

    def validate_statement(self, field: SelectField) -> None:
        if self.outcome.data not in (SENTENCE, WHOLE):
            return
        if not field.data:
            raise ValidationError("Bitte wählen Sie, welche Angabe Sie meinen.")
        if field.data not in {value for value, *_ in field.iter_choices()}:
            raise ValidationError("Diese Angabe gibt es so nicht mehr. Bitte sehen Sie noch einmal hin.")
        if field.data.startswith(SECTION) and self.outcome.data == SENTENCE:
            raise ValidationError(
                "Einen Satz entfernen Sie aus einer Angabe. Für Abschnitte gilt „Die ganze Angabe“."
            )

    def validate_ground(self, field: RadioField) -> None:
        if self._names_ground and field.data not in GROUNDS:
            raise ValidationError("Bitte sagen Sie, wogegen der Inhalt verstößt.")

    def validate_reason(self, field: TextAreaField) -> None:
        town = self.report.town if self.report.hides_town else None
        if town is not None and question_anonymity.names_town(field.data or "", town.town_id):
            raise ValidationError(NAMES_TOWN)

    @property
    def decision(self) -> Decision:
        outcome, reason = self.outcome.data, self.reason.data or ""
        if self._names_ground:
            reason = f"{GROUNDS[self.ground.data]}\n{reason}"
        if self.report.target_kind is not None or outcome not in (SENTENCE, WHOLE):
            return Decision(outcome, reason, stamp=self.stamp.data or "")
        if (self.statement.data or "").startswith(SECTION):
            thesis, version, part = self.statement.data.removeprefix(SECTION).split(":")
            return Decision(REMOVED, reason, thesis, int(version), is_section=True, part=part)
        subject, _, version = (self.statement.data or "").partition(":")
        return Decision(REMOVED, reason, subject, int(version or 0), whole=outcome == WHOLE)

    @property
    def _names_ground(self) -> bool:
        """Whether something is done to the town, so that the reasons say against what it was."""
        outcome = self.outcome.data
        return outcome not in (KEPT, UPHELD) and not (outcome == REMOVED and self.report.is_gone)


def _outcomes(report: ReportFile) -> list[SelectChoice]:
    before = report.outcome
    choices = []
    if before:
        choices.append(SelectChoice(UPHELD, f"Es bleibt bei der Entscheidung: {REPORT_OUTCOMES[before]}"))
    if before != KEPT:
        choices.append(SelectChoice(KEPT, "Der Inhalt ist nicht zu beanstanden und bleibt stehen"))
    choices += _removals(report)
    if report.town and before != TOWN_SUSPENDED:
        choices.append(SelectChoice(TOWN_SUSPENDED, "Die Stadt sperren"))
    return choices


def _removals(report: ReportFile) -> list[SelectChoice]:
    if report.target:
        return [SelectChoice(REMOVED, REMOVING[report.target.kind])]
    if report.is_gone:
        return [SelectChoice(REMOVED, GONE)] if report.outcome != REMOVED else []
    return _restrictions(report.town) if report.town else []


def _restrictions(town: ReportedTown) -> list[SelectChoice]:
    choices = []
    if any(one.sentence for one in town.statements):
        choices.append(SelectChoice(SENTENCE, "Den Satz entfernen, die Angabe selbst bleibt"))
    if town.statements or town.sections:
        choices.append(SelectChoice(WHOLE, "Die ganze Angabe oder den Abschnitt entfernen"))
    return choices


def _parts(section: SectionRow) -> list[SelectChoice]:
    """The whole section, and each part of it that is filled."""
    title = f"Abschnitt {THESES[section.thesis].title}"
    named = {"": "ganz", **{one.key: one.label for one in SHAPES[section.thesis].fields}, TEXT: "Text"}
    filled = {"", *section.fields, *([TEXT] if section.text else [])}
    return [
        SelectChoice(f"{SECTION}{section.thesis}:{section.version}:{key}", f"{title}: {label}")
        for key, label in named.items()
        if key in filled
    ]


def _described(subject: str, state: str | None, sentence: str | None) -> str:
    text = f"{SUBJECTS[subject].title}: {STATE_TITLES[State(state or '')]}"
    return f"{text} („{sentence}“)" if sentence else text
