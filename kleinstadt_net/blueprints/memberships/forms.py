"""Forms of the people of a town."""

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Optional

from kleinstadt_net.services.consents import SHOW_NAME_WORDING
from kleinstadt_net.services.invitation_answers import Newcomer
from kleinstadt_net.vocabulary import ROLE_TITLES
from kleinstadt_net.web import person_fields
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm

MAX_REASON = 500


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
    salutation = person_fields.salutation()
    first_name = person_fields.first_name()
    last_name = person_fields.last_name()
    password = person_fields.new_password()
    repeated = person_fields.repeated_password()
    house_rules = person_fields.house_rules()

    @property
    def newcomer(self) -> Newcomer:
        """What was said, after the form was found in order."""
        return Newcomer(
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            salutation=self.salutation.data,
            password=self.password.data or "",
        )
