"""Forms of the account pages."""

from wtforms import HiddenField, PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import EqualTo, InputRequired, Length

from kleinstadt_net.security.passwords import MAX_LENGTH, MIN_LENGTH
from kleinstadt_net.web.forms import BaseForm


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
