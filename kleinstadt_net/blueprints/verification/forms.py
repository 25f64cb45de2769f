"""Forms of verification."""

from typing import Any

from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, Optional, ValidationError

from kleinstadt_net.services import domains, town_addresses
from kleinstadt_net.services.town_addresses import LENGTHS
from kleinstadt_net.territory import is_postcode
from kleinstadt_net.vocabulary import ROLE_TITLES
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm

MAX_REASON = 500
DOMAIN_MESSAGES = {
    "malformed": "Das ist keine Domain. Bitte geben Sie nur an, was in der Adresse hinter dem Zeichen @ steht.",
    "free_mail": "Bei diesem Anbieter kann jede Person eine Adresse haben. Er beweist nichts und kann deshalb nicht "
    "eingetragen werden.",
}


class PlainForm(BaseForm):
    """Nothing but the button."""


class CodeForm(BaseForm):
    code = StringField(
        "Code aus dem Brief", [DataRequired("Bitte geben Sie den Code aus dem Brief ein."), at_most(40)]
    )


class ApprovalForm(BaseForm):
    role = SelectField(choices=[SelectChoice(role, title) for role, title in ROLE_TITLES.items()])
    remember_domain = BooleanField()


class RefusalForm(BaseForm):
    reason = TextAreaField(
        "Begründung für die Person",
        [DataRequired("Bitte begründen Sie Ihre Entscheidung. Die Person liest das."), at_most(MAX_REASON)],
    )


class DomainForm(BaseForm):
    ags = StringField("Schlüssel der Stadt (AGS)", [DataRequired("Bitte nennen Sie die Stadt."), at_most(8)])
    domain = StringField("Domain", [DataRequired("Bitte geben Sie die Domain ein."), at_most(253)])
    source = StringField("Woher Sie das wissen", [Optional(), at_most(domains.MAX_SOURCE)])

    def validate_domain(self, field: Any) -> None:
        try:
            domains.normalised(field.data)
        except domains.DomainError as error:
            raise ValidationError(DOMAIN_MESSAGES[error.code]) from error


class AddressForm(BaseForm):
    recipient = StringField(
        "Name des Rathauses",
        [DataRequired("Bitte geben Sie an, an wen der Brief geht."), at_most(LENGTHS["recipient"])],
    )
    street = StringField(
        "Straße und Hausnummer oder Postfach",
        [DataRequired("Bitte geben Sie Straße oder Postfach an."), at_most(LENGTHS["street"])],
    )
    postcode = StringField("Postleitzahl", [DataRequired("Bitte geben Sie die Postleitzahl an.")])
    place = StringField("Ort", [DataRequired("Bitte geben Sie den Ort an."), at_most(LENGTHS["place"])])
    email = StringField("Allgemeine E-Mail-Adresse des Rathauses", [Optional(), at_most(LENGTHS["email"])])
    source = StringField("Woher Sie die Anschrift haben", [Optional(), at_most(LENGTHS["source"])])

    def validate_postcode(self, field: Any) -> None:
        if not is_postcode(field.data or ""):
            raise ValidationError("Eine Postleitzahl hat fünf Ziffern.")

    def validate_email(self, field: Any) -> None:
        try:
            field.data = town_addresses.checked_email(field.data)
        except ValueError as error:
            raise ValidationError("An diese E-Mail-Adresse lässt sich nicht schreiben.") from error

    @property
    def address(self) -> town_addresses.Address:
        values = {name: field.data or "" for name, field in self._fields.items() if name in LENGTHS}
        return town_addresses.Address(**values)
