"""Forms of the people of a town."""

from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import EqualTo, InputRequired, Length, Optional

from kleinstadt_net.security.common_passwords import Objection
from kleinstadt_net.security.passwords import MAX_LENGTH, MIN_LENGTH
from kleinstadt_net.services.consents import HOUSE_RULES_WORDING, SHOW_NAME_WORDING
from kleinstadt_net.services.invitation_answers import Newcomer
from kleinstadt_net.vocabulary import ROLE_TITLES
from kleinstadt_net.web.forms import BaseForm

MAX_REASON = 500
OBJECTIONS = {
    Objection.COMMON: "Dieses Passwort wird oft benutzt oder ist leicht zu erraten. Bitte wählen Sie ein anderes.",
    Objection.ADDRESS: "Das Passwort enthält einen Teil Ihrer E-Mail-Adresse. Bitte wählen Sie ein anderes.",
    Objection.TOWN: "Das Passwort enthält den Namen Ihrer Stadt. Bitte wählen Sie ein anderes.",
}


def at_most(length: int) -> Length:
    return Length(max=length, message=f"Bitte höchstens {length} Zeichen.")


class PlainForm(BaseForm):
    """Nothing but the button."""


class HandOverForm(BaseForm):
    email = StringField(
        "E-Mail-Adresse",
        [InputRequired("Bitte geben Sie an, wen Sie einladen möchten."), at_most(254)],
    )
    office = StringField("Amt oder Funktion", [Optional(), at_most(120)])


class InvitationForm(HandOverForm):
    role = RadioField(
        "Rolle",
        choices=[
            SelectChoice("editor", "Mitarbeit: bereitet Angaben vor, Sie geben sie frei"),
            SelectChoice("lead", "Profilverantwortung: darf alles, was Sie dürfen"),
        ],
        default="editor",
    )


class RoleForm(BaseForm):
    role = SelectField("Rolle", choices=[SelectChoice(*pair) for pair in ROLE_TITLES.items()])


class RefusalForm(BaseForm):
    reason = TextAreaField("Begründung", [Optional(), at_most(MAX_REASON)])


class ReleaseSwitchForm(BaseForm):
    needs_release = BooleanField("Angaben von Mitarbeitenden werden erst sichtbar, wenn wir sie freigeben")


class ShowNameForm(BaseForm):
    shows_name = BooleanField(SHOW_NAME_WORDING)


class FurtherTownForm(BaseForm):
    stadt = HiddenField()
    office = StringField(
        "Ihr Amt oder Ihre Funktion dort",
        [InputRequired("Bitte sagen Sie uns, welches Amt oder welche Funktion Sie haben."), at_most(120)],
    )


class NewcomerForm(BaseForm):
    salutation = SelectField(
        "Anrede (freiwillig)",
        choices=[
            SelectChoice("", "keine Angabe"),
            SelectChoice("Frau", "Frau"),
            SelectChoice("Herr", "Herr"),
        ],
        default="",
    )
    first_name = StringField("Vorname", [InputRequired("Bitte geben Sie Ihren Vornamen ein."), at_most(80)])
    last_name = StringField("Nachname", [InputRequired("Bitte geben Sie Ihren Nachnamen ein."), at_most(80)])
    password = PasswordField(
        "Passwort",
        [
            InputRequired("Bitte denken Sie sich ein Passwort aus."),
            Length(min=MIN_LENGTH, message=f"Das Passwort braucht mindestens {MIN_LENGTH} Zeichen."),
            Length(max=MAX_LENGTH, message=f"Das Passwort darf höchstens {MAX_LENGTH} Zeichen haben."),
        ],
    )
    repeated = PasswordField(
        "Passwort wiederholen",
        [EqualTo("password", "Die beiden Passwörter sind verschieden. Bitte tippen Sie sie noch einmal.")],
    )
    house_rules = BooleanField(
        HOUSE_RULES_WORDING, [InputRequired("Ohne die Hausregeln geht es nicht. Bitte stimmen Sie ihnen zu.")]
    )

    @property
    def newcomer(self) -> Newcomer:
        """What was said, after the form was found in order."""
        return Newcomer(
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            salutation=self.salutation.data,
            password=self.password.data or "",
        )
