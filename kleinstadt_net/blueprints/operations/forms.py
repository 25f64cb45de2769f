"""Forms of the operator's desk."""

from typing import Any

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from kleinstadt_net import clock, formats
from kleinstadt_net.profile.shapes import SHAPES
from kleinstadt_net.services import reports
from kleinstadt_net.services.operator_numbers import MAX_MONTHS, Period
from kleinstadt_net.services.report_desk import ReportedTown, ReportFile
from kleinstadt_net.services.reports import Decision
from kleinstadt_net.services.section_moderation import TEXT
from kleinstadt_net.services.sections import SectionRow
from kleinstadt_net.territory import is_key
from kleinstadt_net.vocabulary import (
    AUDIT_GROUPS,
    REPORT_OUTCOMES,
    STATE_TITLES,
    SUBJECTS,
    THESES,
    State,
)
from kleinstadt_net.web.fields import KnownSelect
from kleinstadt_net.web.forms import BaseForm

SENTENCE, WHOLE = "sentence", "whole"
# What the choice of a section begins with.
SECTION = "section:"
MONTH_MESSAGE = "Bitte geben Sie den Monat so an: 2026-11."
MAX_YEARS = MAX_MONTHS // 12
KEY_MESSAGE = "Bitte geben Sie den amtlichen Gemeindeschlüssel mit acht Ziffern an."
GROUNDS = {
    "law": "Der Inhalt verstößt gegen geltendes Recht.",
    "rules": "Der Inhalt verstößt gegen unsere Hausregeln.",
}
REASON = (
    InputRequired("Bitte begründen Sie die Entscheidung: Der Text steht in den Briefen."),
    Length(min=20, message="Bitte begründen Sie die Entscheidung mit mindestens 20 Zeichen."),
    Length(max=1_800, message="Bitte höchstens 1.800 Zeichen."),
)


class PlainForm(BaseForm):
    """Only the token against forged requests."""


class SuspendForm(BaseForm):
    reason = TextAreaField("Warum wird die Stadt gesperrt?", REASON)


class SearchForm(BaseForm):
    text = StringField(
        "Name, E-Mail-Adresse oder Stadt",
        [
            InputRequired("Bitte geben Sie ein, wen oder was Sie suchen."),
            Length(max=254, message="Bitte höchstens 254 Zeichen."),
        ],
    )


class AssignForm(BaseForm):
    ags = StringField("Amtlicher Gemeindeschlüssel der Stadt", [InputRequired(KEY_MESSAGE)])

    def validate_ags(self, field: StringField) -> None:
        if not is_key(field.data or ""):
            raise ValidationError(KEY_MESSAGE)


class TownSearchForm(BaseForm):
    """In the address: the name of a town says nothing about a person."""

    class Meta:
        csrf = False

    q = StringField("Name oder Gemeindeschlüssel", [Length(max=100, message="Bitte höchstens 100 Zeichen.")])


class TrailForm(BaseForm):
    class Meta:
        csrf = False

    bereich = KnownSelect(
        "Bereich",
        choices=[
            SelectChoice("", "alle"),
            *(
                SelectChoice(key, title)
                for key, title in sorted(AUDIT_GROUPS.items(), key=lambda item: item[1])
            ),
        ],
        default="",
    )
    stadt = StringField("Gemeindeschlüssel der Stadt")
    monat = StringField("Monat")

    def validate_stadt(self, field: StringField) -> None:
        if field.data and not is_key(field.data):
            raise ValidationError(KEY_MESSAGE + " Wir haben die Angabe weggelassen.")

    def validate_monat(self, field: StringField) -> None:
        if field.data and not _is_month(field.data):
            raise ValidationError(
                "Bitte geben Sie den Monat so an: 2026-11. Wir haben die Angabe weggelassen."
            )

    @property
    def valid_arguments(self) -> dict[str, str]:
        """The filters that hold, as they stand in an address."""
        return {field.name: field.data for field in self if field.data and not field.errors}


class PeriodForm(BaseForm):
    """From one month to another; this year up to now where nothing is said."""

    class Meta:
        csrf = False

    von = StringField("Von Monat", [DataRequired(MONTH_MESSAGE)], default=lambda: f"{clock.today().year}-01")
    bis = StringField("Bis Monat", [DataRequired(MONTH_MESSAGE)], default=clock.current_month)

    def validate_von(self, field: StringField) -> None:
        _must_be_month(field)

    def validate_bis(self, field: StringField) -> None:
        _must_be_month(field)
        first, last = self.von.data or "", field.data or ""
        if last > clock.current_month():
            raise ValidationError("Dieser Monat hat noch nicht begonnen. Bitte wählen Sie einen früheren.")
        if _is_month(first) and last < first:
            raise ValidationError("Der letzte Monat liegt vor dem ersten. Bitte tauschen Sie die beiden.")
        if _is_month(first) and int(last[:4]) - int(first[:4]) >= MAX_YEARS:
            raise ValidationError(f"Bitte wählen Sie weniger als {MAX_YEARS} Jahre.")

    @property
    def period(self) -> Period:
        return Period(self.von.data or "", self.bis.data or "")


class DecisionForm(BaseForm):
    """What to do about a report; the choices depend on what there is and what was decided before."""

    outcome = RadioField("Was geschieht mit dem Inhalt?", [InputRequired("Bitte entscheiden Sie.")])
    # These two count for some of the outcomes only and are checked below.
    statement = SelectField("Welche Angabe wird entfernt?", validate_choice=False)
    ground = RadioField(
        "Wogegen verstößt der Inhalt? (nur wenn Sie etwas entfernen oder sperren)",
        choices=[SelectChoice(key, title) for key, title in GROUNDS.items()],
        validate_choice=False,
    )
    reason = TextAreaField("Begründung für die Briefe", REASON)

    def __init__(self, report: ReportFile, **given: Any) -> None:
        super().__init__(**given)
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
        if self.outcome.data not in (reports.KEPT, reports.UPHELD) and field.data not in GROUNDS:
            raise ValidationError("Bitte sagen Sie, wogegen der Inhalt verstößt.")

    @property
    def decision(self) -> Decision:
        outcome, reason = self.outcome.data, self.reason.data or ""
        if outcome in (reports.KEPT, reports.UPHELD):
            return Decision(outcome, reason)
        reason = f"{GROUNDS[self.ground.data]}\n{reason}"
        if outcome == reports.TOWN_SUSPENDED:
            return Decision(outcome, reason)
        if (self.statement.data or "").startswith(SECTION):
            thesis, version, part = self.statement.data.removeprefix(SECTION).split(":")
            return Decision(reports.REMOVED, reason, thesis, int(version), is_section=True, part=part)
        subject, _, version = (self.statement.data or "").partition(":")
        return Decision(reports.REMOVED, reason, subject, int(version or 0), whole=outcome == WHOLE)


def _outcomes(report: ReportFile) -> list[SelectChoice]:
    before = report.outcome
    choices = []
    if before:
        choices.append(
            SelectChoice(reports.UPHELD, f"Es bleibt bei der Entscheidung: {REPORT_OUTCOMES[before]}")
        )
    if before != reports.KEPT:
        choices.append(SelectChoice(reports.KEPT, "Der Inhalt ist nicht zu beanstanden und bleibt stehen"))
    choices += _restrictions(report.town) if report.town else []
    if report.town and before != reports.TOWN_SUSPENDED:
        choices.append(SelectChoice(reports.TOWN_SUSPENDED, "Die Stadt sperren"))
    return choices


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


def _must_be_month(field: StringField) -> None:
    if not _is_month(field.data or ""):
        raise ValidationError(MONTH_MESSAGE)


def _is_month(text: str) -> bool:
    try:
        return len(text) == 7 and formats.first_day(text).year > 1900
    except ValueError:
        return False
