"""Forms of the Merkliste."""

from wtforms import TextAreaField

from kleinstadt_net.services.bookmarks import MAX_NOTE
from kleinstadt_net.web.fields import at_most
from kleinstadt_net.web.forms import BaseForm


class NoteForm(BaseForm):
    note = TextAreaField("Notiz für Ihr Rathaus", [at_most(MAX_NOTE)])


class PlainForm(BaseForm):
    """Nothing but the button."""
