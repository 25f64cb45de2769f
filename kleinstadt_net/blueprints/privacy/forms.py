"""Forms of the pages about the own data."""

from wtforms import BooleanField
from wtforms.validators import InputRequired

from kleinstadt_net.web.forms import BaseForm


class ErasureForm(BaseForm):
    sure = BooleanField(
        "Ja, mein Konto soll gelöscht werden.",
        [InputRequired("Bitte bestätigen Sie, dass Ihr Konto gelöscht werden soll.")],
    )


class PlainForm(BaseForm):
    """Nothing but the token that shows the form came from our page."""
