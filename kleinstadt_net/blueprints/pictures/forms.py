"""Forms of the town's picture."""

from typing import Any

from wtforms import FileField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from kleinstadt_net.services.pictures import (
    MAX_ALTERNATIVE_TEXT,
    MAX_PHOTOGRAPHER,
    MAX_RIGHT_OF_USE,
    Caption,
)
from kleinstadt_net.web.forms import BaseForm


class CaptionForm(BaseForm):
    """What stands beside the picture."""

    alternative_text = TextAreaField(
        "Was ist zu sehen?",
        [
            InputRequired("Bitte beschreiben Sie das Bild in einem Satz."),
            Length(max=MAX_ALTERNATIVE_TEXT, message=f"Bitte höchstens {MAX_ALTERNATIVE_TEXT} Zeichen."),
        ],
    )
    photographer = StringField(
        "Wer hat das Bild aufgenommen?",
        [
            InputRequired("Bitte nennen Sie, wer das Bild aufgenommen hat."),
            Length(max=MAX_PHOTOGRAPHER, message=f"Bitte höchstens {MAX_PHOTOGRAPHER} Zeichen."),
        ],
    )
    right_of_use = StringField(
        "Warum dürfen Sie es zeigen?",
        [
            InputRequired("Bitte schreiben Sie, warum Sie das Bild zeigen dürfen."),
            Length(max=MAX_RIGHT_OF_USE, message=f"Bitte höchstens {MAX_RIGHT_OF_USE} Zeichen."),
        ],
    )

    @property
    def caption(self) -> Caption:
        """What was typed, after validation."""
        return Caption(
            self.alternative_text.data or "", self.photographer.data or "", self.right_of_use.data or ""
        )


class PictureForm(CaptionForm):
    """The same with the picture itself."""

    picture = FileField("Bild")

    def validate_picture(self, field: Any) -> None:
        """WTForms' own hook: a file was chosen."""
        if not getattr(field.data, "filename", ""):
            raise ValidationError("Bitte wählen Sie ein Bild aus.")


class PlainForm(BaseForm):
    """Nothing but the token that shows the form came from our page."""
