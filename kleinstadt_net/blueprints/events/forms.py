"""Forms of events."""

from collections.abc import Sequence

from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField, TimeField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from kleinstadt_net.services.event_rights import Organiser
from kleinstadt_net.services.event_writing import (
    LINK_LENGTH,
    PLACE_LENGTH,
    TEXT_LENGTH,
    TITLE_LENGTH,
    Content,
    Refused,
    StaleVersionError,
    Stored,
)
from kleinstadt_net.vocabulary import SUBJECTS
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm

NO_DAY = "Bitte geben Sie einen Tag an, zum Beispiel 15.03.2027."
NO_TIME = "Bitte geben Sie eine Uhrzeit an, zum Beispiel 14:30."
DAYS = ["%Y-%m-%d", "%d.%m.%Y"]
TIMES = ["%H:%M", "%H:%M:%S", "%H.%M"]


class PlainForm(BaseForm):
    """A button and nothing else."""


class EventForm(BaseForm):
    """An event on one day; the fields are named as in ``Content``."""

    organiser = SelectField("Wer lädt ein?", choices=[], validate_choice=True)
    title = StringField(
        "Titel", [InputRequired("Bitte geben Sie dem Termin einen Titel."), at_most(TITLE_LENGTH)]
    )
    day = DateField(  # type: ignore[call-arg]  # newer than its types
        "Tag", format=DAYS, validators=[InputRequired(NO_DAY)], invalid_value_message=NO_DAY
    )
    begins = TimeField(  # type: ignore[call-arg]  # as above
        "Beginn", format=TIMES, validators=[InputRequired(NO_TIME)], invalid_value_message=NO_TIME
    )
    ends = TimeField(  # type: ignore[call-arg]  # as above
        "Ende", format=TIMES, validators=[InputRequired(NO_TIME)], invalid_value_message=NO_TIME
    )
    place = StringField("Ort", [at_most(PLACE_LENGTH)])
    online_link = StringField("Link zur Teilnahme online (freiwillig)", [at_most(LINK_LENGTH)])
    text = TextAreaField("Worum geht es? (freiwillig)", [at_most(TEXT_LENGTH)])
    subject = SelectField(
        "Thema (freiwillig)",
        choices=[
            SelectChoice("", "Kein bestimmtes Thema"),
            *(SelectChoice(key, subject.title) for key, subject in SUBJECTS.items()),
        ],
    )
    register_by = DateField(  # type: ignore[call-arg]  # as above
        "Anmeldung bis", format=DAYS, validators=[Optional()], invalid_value_message=NO_DAY
    )
    version = IntegerField(widget=HiddenInput(), default=0)

    def offer(self, organisers: Sequence[Organiser], wanted: str = "") -> None:
        """For whom this person may invite, and whom she has in mind; nobody where an event is changed."""
        if organisers:
            self.organiser.choices = [SelectChoice(one.key, one.title) for one in organisers]
            if self.organiser.data is None and wanted in {one.key for one in organisers}:
                self.organiser.data = wanted
        else:
            del self.organiser

    @property
    def content(self) -> Content:
        """What was typed."""
        assert self.day.data and self.begins.data and self.ends.data
        return Content(
            title=str(self.title.data),
            day=self.day.data,
            begins=self.begins.data,
            ends=self.ends.data,
            text=self.text.data or "",
            subject=self.subject.data or None,
            place=self.place.data or "",
            online_link=self.online_link.data or None,
            register_by=self.register_by.data,
        )

    def tell(self, refused: Refused) -> None:
        """Put the service's sentences beside their fields."""
        for name, sentence in refused.problems.items():
            self[name].errors = [sentence]

    def rebase(self, stale: StaleVersionError) -> None:
        """Let the form say that it has seen the newer version; what was typed stays."""
        self.version.data = stale.version
        self.version.raw_data = [str(stale.version)]


def stored_form(stored: Stored) -> EventForm:
    """The event as it is stored."""
    form = EventForm(
        data={**vars(stored.content), "subject": stored.content.subject or "", "version": stored.version}
    )
    form.offer(())
    return form
