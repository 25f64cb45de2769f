"""Forms of the account pages."""

from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import EqualTo, InputRequired, Length, ValidationError

from kleinstadt_net.security import common_passwords
from kleinstadt_net.security.passwords import MAX_LENGTH, MIN_LENGTH
from kleinstadt_net.services import accounts
from kleinstadt_net.web.forms import BaseForm


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
    password = PasswordField(
        "Neues Passwort",
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

    def __init__(self, *, email: str) -> None:
        super().__init__()
        self.owner = email

    def validate_password(self, field: PasswordField) -> None:
        """WTForms' own hook: refuse what is guessed first."""
        if common_passwords.objection(field.data or "", email=self.owner) is not None:
            raise ValidationError(
                "Dieses Passwort lässt sich leicht erraten. Nehmen Sie bitte einen Satz, den nur Sie kennen."
            )


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
    salutation = SelectField(
        "Anrede (freiwillig)",
        choices=[
            SelectChoice("", "keine Angabe"),
            SelectChoice("Frau", "Frau"),
            SelectChoice("Herr", "Herr"),
        ],
    )
    first_name = StringField("Vorname", [Length(max=80, message="Bitte höchstens 80 Zeichen.")])
    last_name = StringField("Nachname", [Length(max=80, message="Bitte höchstens 80 Zeichen.")])
