"""What a person says of herself, the password that confirms it, and a town nobody finds."""

from wtforms import BooleanField, HiddenField, PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Email, InputRequired, Length, Optional

from kleinstadt_net.security.passwords import MAX_LENGTH
from kleinstadt_net.services.consents import SHOW_NAME_WORDING
from kleinstadt_net.services.sign_up import Applicant
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.web import person_fields
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm

BAD_ADDRESS = "An diese Adresse können wir nicht schreiben. Bitte prüfen Sie, ob sie vollständig ist."


class SignUpForm(BaseForm):
    stadt = HiddenField()
    salutation = person_fields.salutation()
    first_name = person_fields.first_name()
    last_name = person_fields.last_name()
    office = StringField(
        "Amt oder Funktion",
        [InputRequired("Bitte sagen Sie uns, welches Amt oder welche Funktion Sie haben."), at_most(120)],
    )
    email = StringField(
        "Dienstliche E-Mail-Adresse",
        [
            InputRequired("Bitte geben Sie Ihre dienstliche E-Mail-Adresse ein."),
            Length(max=254, message="Eine E-Mail-Adresse hat höchstens 254 Zeichen."),
        ],
    )
    password = person_fields.new_password()
    house_rules = person_fields.house_rules()
    shows_name = BooleanField(f"{SHOW_NAME_WORDING.removesuffix('.')} (freiwillig)")

    @property
    def applicant(self) -> Applicant:
        """What was said, after the form was found in order."""
        return Applicant(
            ags=self.stadt.data or "",
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            salutation=self.salutation.data,
            office=self.office.data or "",
            email=self.email.data or "",
            password=self.password.data or "",
            shows_name=bool(self.shows_name.data),
        )


class ConfirmForm(BaseForm):
    password = PasswordField(
        "Ihr Passwort",
        [
            InputRequired("Bitte geben Sie das Passwort ein, das Sie sich ausgedacht haben."),
            Length(max=MAX_LENGTH),
        ],
    )


class MissingTownForm(BaseForm):
    name = StringField(
        "Name der Stadt oder Gemeinde",
        [InputRequired("Bitte geben Sie den Namen der Stadt oder Gemeinde ein."), at_most(120)],
    )
    land = SelectField(
        "Land",
        [InputRequired("Bitte wählen Sie das Land aus.")],
        choices=[
            SelectChoice("", "bitte wählen"),
            *(SelectChoice(land.name, land.name) for land in LAENDER.values()),
        ],
    )
    email = StringField("Ihre E-Mail-Adresse", [Optional(), at_most(254), Email(BAD_ADDRESS)])
