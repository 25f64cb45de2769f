"""The form of a council paper; nothing of it is stored."""

from wtforms import BooleanField, StringField, TextAreaField

from kleinstadt_net.services.council_papers import COMMITTEE_LENGTH, TEXT_LENGTH, TYPES, Additions
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm


class PaperForm(BaseForm):
    """What the town hall adds; ``als`` says whether to look at the paper or which file to take."""

    committee = StringField("Gremium und Sitzung (freiwillig)", [at_most(COMMITTEE_LENGTH)])
    situation = TextAreaField("Lage in Ihrer Stadt (freiwillig)", [at_most(TEXT_LENGTH)])
    money = TextAreaField("Kosten und Finanzierung bei Ihnen (freiwillig)", [at_most(TEXT_LENGTH)])
    risks = TextAreaField("Eigene Risiken (freiwillig)", [at_most(TEXT_LENGTH)])
    with_failures = BooleanField("Auch aufnehmen, was dort nicht funktioniert hat")
    als = StringField("Datei")

    @property
    def kind(self) -> str | None:
        """The file that is wanted; None for a look at the paper."""
        return self.als.data if self.als.data in TYPES else None

    @property
    def additions(self) -> Additions:
        """What was typed."""
        return Additions(
            self.committee.data or "",
            self.situation.data or "",
            self.money.data or "",
            self.risks.data or "",
            bool(self.with_failures.data),
        )
