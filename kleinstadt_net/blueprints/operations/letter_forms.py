"""Forms of the operator's page of letters."""

from wtforms import SelectField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from kleinstadt_net.digest import due
from kleinstadt_net.digest.due import Timetable
from kleinstadt_net.web.forms import BaseForm

WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag")


class TimeForm(BaseForm):
    """When the Monatsbrief comes to everybody who has not chosen otherwise."""

    weekday = SelectField(
        "Erster Wochentag dieser Art im Monat",
        choices=[SelectChoice(str(day), WEEKDAYS[day]) for day in due.WEEKDAYS],
    )
    hour = SelectField(
        "Ab welcher Stunde", choices=[SelectChoice(str(hour), f"{hour}:00 Uhr") for hour in due.HOURS]
    )

    @property
    def timetable(self) -> Timetable:
        return Timetable(int(self.weekday.data), int(self.hour.data))
