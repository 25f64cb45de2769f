"""Forms of the list of notifications."""

from collections.abc import Mapping
from typing import Any

from wtforms import IntegerField, SelectField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import InputRequired, NumberRange, ValidationError

from kleinstadt_net.services.notification_kinds import CHOOSABLE
from kleinstadt_net.vocabulary import NOTIFICATION_KINDS, NOTIFICATION_MODES
from kleinstadt_net.web.forms import BaseForm

MAX_ID = 2**31 - 1
MODES = [SelectChoice(mode, title[0].upper() + title[1:]) for mode, title in NOTIFICATION_MODES.items()]


class KnownMode(SelectField):  # type: ignore[misc]  # WTForms' stubs leave it untyped
    """One of the ways to be told."""

    def pre_validate(self, form: Any) -> None:
        if self.data not in NOTIFICATION_MODES:
            raise ValidationError("Bitte wählen Sie eine der angebotenen Möglichkeiten.")


class PreferencesForm(BaseForm):
    """One choice for each kind there is one for; the fields are added below."""

    @property
    def modes(self) -> Mapping[str, str]:
        return {kind: self[kind].data for kind in CHOOSABLE}


for _kind in CHOOSABLE:
    setattr(PreferencesForm, _kind, KnownMode(NOTIFICATION_KINDS[_kind], choices=MODES))


class ReadAllForm(BaseForm):
    """Everything up to the newest line that was shown: what has come since stays new."""

    bis = IntegerField(validators=[InputRequired(), NumberRange(1, MAX_ID)])


class PlainForm(BaseForm):
    """A button and nothing else."""
