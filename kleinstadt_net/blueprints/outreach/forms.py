"""Forms of the pages about inviting towns."""

from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from kleinstadt_net.services.outreach import MAX_LINES, MAX_TEXT
from kleinstadt_net.web.forms import BaseForm


class InvitationForm(BaseForm):
    text = TextAreaField(
        "Ihr Brief",
        [
            InputRequired("Der Brief ist leer."),
            Length(max=MAX_TEXT, message=f"Auf eine Seite passen höchstens {MAX_TEXT} Zeichen."),
        ],
    )

    def validate_text(self, field: Any) -> None:
        """WTForms' own hook: the letter has one page."""
        if field.data and field.data.count("\n") >= MAX_LINES:
            raise ValidationError(f"Auf eine Seite passen höchstens {MAX_LINES} Zeilen.")


class ObjectionForm(BaseForm):
    ags = StringField(
        "Schlüssel der Stadt (AGS)",
        [InputRequired("Bitte nennen Sie die Stadt."), Length(max=8, message="Bitte acht Ziffern.")],
    )
    note = StringField("Notiz", [Optional(), Length(max=200, message="Bitte höchstens 200 Zeichen.")])


class PlainForm(BaseForm):
    """Nothing but the token that shows the form came from our page."""
