"""What several forms ask of a person: salutation, names, a new password; and why a password is refused."""

from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import EqualTo, InputRequired, Length, Regexp

from kleinstadt_net.security.common_passwords import Objection
from kleinstadt_net.security.passwords import MAX_LENGTH, MIN_LENGTH
from kleinstadt_net.services.consents import HOUSE_RULES_WORDING
from kleinstadt_net.web.fields import at_most

NAME_LENGTH = 80
# A point only as in "Dr. Anna": with a letter behind it mail programs would make a link of it.
NAME = Regexp(
    r"^(?:[^\W\d_]|[ '’\-]|\.(?=[ \-]|$))*$",
    message="Bitte nur Buchstaben, Leerzeichen, Bindestrich und Apostroph; nach einem Punkt ein Leerzeichen.",
)
OBJECTIONS = {
    Objection.COMMON: "Dieses Passwort wird oft benutzt oder ist leicht zu erraten. Ein Satz aus mehreren Wörtern, "
    "die nichts miteinander zu tun haben, ist besser.",
    Objection.ADDRESS: "Das Passwort enthält einen Teil Ihrer E-Mail-Adresse. Bitte wählen Sie ein anderes.",
    Objection.TOWN: "Das Passwort enthält den Namen Ihrer Stadt. Bitte wählen Sie ein anderes.",
}


def salutation() -> SelectField:
    """Voluntary, and never guessed from a first name."""
    return SelectField(
        "Anrede (freiwillig)",
        choices=[
            SelectChoice("", "keine Angabe"),
            SelectChoice("Frau", "Frau"),
            SelectChoice("Herr", "Herr"),
        ],
        default="",
    )


def first_name() -> StringField:
    return StringField(
        "Vorname", [InputRequired("Bitte geben Sie Ihren Vornamen ein."), at_most(NAME_LENGTH), NAME]
    )


def last_name() -> StringField:
    return StringField(
        "Nachname", [InputRequired("Bitte geben Sie Ihren Nachnamen ein."), at_most(NAME_LENGTH), NAME]
    )


def new_password(label: str = "Passwort") -> PasswordField:
    """A password somebody makes up; what is guessed first the services refuse, see ``OBJECTIONS``."""
    return PasswordField(
        label,
        [
            InputRequired("Bitte denken Sie sich ein Passwort aus."),
            Length(min=MIN_LENGTH, message=f"Das Passwort braucht mindestens {MIN_LENGTH} Zeichen."),
            Length(max=MAX_LENGTH, message=f"Das Passwort darf höchstens {MAX_LENGTH} Zeichen haben."),
        ],
    )


def repeated_password() -> PasswordField:
    """The same once more; the form's own field is called ``password``."""
    return PasswordField(
        "Passwort wiederholen",
        [EqualTo("password", "Die beiden Passwörter sind verschieden. Bitte tippen Sie sie noch einmal.")],
    )


def house_rules() -> BooleanField:
    return BooleanField(
        # In the list of errors a colon follows.
        HOUSE_RULES_WORDING.removesuffix("."),
        [InputRequired("Ohne die Hausregeln geht es nicht. Bitte stimmen Sie ihnen zu.")],
    )
