"""Forms of the operator's page of letters."""

from wtforms import SelectField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Length

from kleinstadt_net.digest import due
from kleinstadt_net.digest.due import Timetable
from kleinstadt_net.vocabulary import WORKDAYS
from kleinstadt_net.web.forms import BaseForm


class TimeForm(BaseForm):
    """When the Monatsbrief comes to everybody who has not chosen otherwise."""

    weekday = SelectField(
        "Tag", choices=[SelectChoice(str(day), f"erster {WORKDAYS[day]} im Monat") for day in due.WEEKDAYS]
    )
    hour = SelectField("Uhrzeit", choices=[SelectChoice(str(hour), f"{hour}:00 Uhr") for hour in due.HOURS])

    @property
    def timetable(self) -> Timetable:
        return Timetable(int(self.weekday.data), int(self.hour.data))


class PreviewForm(BaseForm):
    """Whose letter to look at."""

    email = StringField(
        "E-Mail-Adresse der Person",
        [
            InputRequired("Bitte geben Sie die Adresse ein, mit der sich die Person anmeldet."),
            Length(max=254, message="Bitte höchstens 254 Zeichen."),
        ],
    )
