"""Forms of the account pages."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from kleinstadt_net.security import common_passwords
from kleinstadt_net.security.passwords import MAX_LENGTH
from kleinstadt_net.services import accounts
from kleinstadt_net.web import person_fields
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm
from kleinstadt_net.web.person_fields import NAME, NAME_LENGTH


def is_address(form: BaseForm, field: StringField) -> None:
    """Refuse what is no e-mail address."""
    try:
        accounts.normalised_address(field.data or "")
    except accounts.AccountError as error:
        raise ValidationError(
            "Das ist keine vollständige E-Mail-Adresse. Sie sieht etwa so aus: name@rathaus.de."
        ) from error


class SignInForm(BaseForm):
    email = StringField(
        "E-Mail-Adresse",
        [InputRequired("Bitte geben Sie Ihre E-Mail-Adresse ein."), Length(max=254)],
    )
    password = PasswordField(
        "Passwort", [InputRequired("Bitte geben Sie Ihr Passwort ein."), Length(max=MAX_LENGTH)]
    )
    weiter = HiddenField()


class PasswordForm(BaseForm):
    password = person_fields.new_password("Neues Passwort")
    repeated = person_fields.repeated_password()

    def __init__(self, *, email: str) -> None:
        super().__init__()
        self.owner = email

    def validate_password(self, field: PasswordField) -> None:
        """WTForms' own hook: refuse what is guessed first."""
        objection = common_passwords.objection(field.data or "", email=self.owner)
        if objection is not None:
            raise ValidationError(person_fields.OBJECTIONS[objection])


class ForgottenForm(BaseForm):
    email = StringField(
        "E-Mail-Adresse", [InputRequired("Bitte geben Sie Ihre E-Mail-Adresse ein."), is_address]
    )


class EmailForm(BaseForm):
    email = StringField(
        "Neue E-Mail-Adresse", [InputRequired("Bitte geben Sie die neue E-Mail-Adresse ein."), is_address]
    )


class ConfirmationForm(BaseForm):
    secret = PasswordField(
        "Ihr Passwort", [InputRequired("Bitte geben Sie Ihr Passwort ein."), Length(max=MAX_LENGTH)]
    )


class CodeForm(BaseForm):
    code = StringField("Code", [InputRequired("Bitte geben Sie den Code ein."), Length(max=40)])

    @property
    def secret(self) -> StringField:
        """What shows who one is, by the name it has in ConfirmationForm."""
        return self.code


class PersonForm(BaseForm):
    salutation = person_fields.salutation()
    # A name may be missing, as with accounts made on the command line.
    first_name = StringField("Vorname", [at_most(NAME_LENGTH), NAME])
    last_name = StringField("Nachname", [at_most(NAME_LENGTH), NAME])
