"""What a person says of herself, the password that confirms it, and a town nobody finds."""

from wtforms import BooleanField, HiddenField, PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Email, InputRequired, Length, Optional, Regexp

from kleinstadt_net.security.common_passwords import Objection
from kleinstadt_net.security.passwords import MAX_LENGTH, MIN_LENGTH
from kleinstadt_net.services.consents import HOUSE_RULES_WORDING, SHOW_NAME_WORDING
from kleinstadt_net.services.sign_up import Applicant
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.web.forms import BaseForm

# A point only as in "Dr. Anna": with a letter behind it mail programs would make a link of it.
NAME = Regexp(
    r"^(?:[^\W\d_]|[ '’\-]|\.(?=[ \-]|$))+$",
    message="Bitte nur Buchstaben, Leerzeichen, Bindestrich und Apostroph; nach einem Punkt ein Leerzeichen.",
)
BAD_ADDRESS = "An diese Adresse können wir nicht schreiben. Bitte prüfen Sie, ob sie vollständig ist."
OBJECTIONS = {
    Objection.COMMON: "Dieses Passwort wird oft benutzt oder ist leicht zu erraten. Ein Satz aus mehreren Wörtern, "
    "die nichts miteinander zu tun haben, ist besser.",
    Objection.ADDRESS: "Das Passwort enthält einen Teil Ihrer E-Mail-Adresse. Bitte wählen Sie ein anderes.",
    Objection.TOWN: "Das Passwort enthält den Namen Ihrer Stadt. Bitte wählen Sie ein anderes.",
}


def at_most(length: int) -> Length:
    return Length(max=length, message=f"Bitte höchstens {length} Zeichen.")


class SignUpForm(BaseForm):
    stadt = HiddenField()
    salutation = SelectField(
        "Anrede (freiwillig)",
        choices=[
            SelectChoice("", "keine Angabe"),
            SelectChoice("Frau", "Frau"),
            SelectChoice("Herr", "Herr"),
        ],
    )
    first_name = StringField(
        "Vorname", [InputRequired("Bitte geben Sie Ihren Vornamen ein."), at_most(80), NAME]
    )
    last_name = StringField(
        "Nachname", [InputRequired("Bitte geben Sie Ihren Nachnamen ein."), at_most(80), NAME]
    )
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
    password = PasswordField(
        "Passwort",
        [
            InputRequired("Bitte denken Sie sich ein Passwort aus."),
            Length(min=MIN_LENGTH, message=f"Das Passwort braucht mindestens {MIN_LENGTH} Zeichen."),
            Length(max=MAX_LENGTH, message=f"Das Passwort darf höchstens {MAX_LENGTH} Zeichen haben."),
        ],
    )
    house_rules = BooleanField(
        # In the list of errors a colon follows.
        HOUSE_RULES_WORDING.removesuffix("."),
        [InputRequired("Ohne die Hausregeln geht es nicht. Bitte stimmen Sie ihnen zu.")],
    )
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
