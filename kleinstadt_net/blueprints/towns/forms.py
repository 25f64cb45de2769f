"""The search of the directory; field names are what stands in the address."""

from wtforms import BooleanField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import Length

from kleinstadt_net.territory import LAENDER
from kleinstadt_net.web.fields import KnownSelect
from kleinstadt_net.web.forms import BaseForm


class DirectoryForm(BaseForm):
    class Meta(BaseForm.Meta):
        csrf = False

    suche = StringField("Name oder Kreis", [Length(max=100, message="Bitte höchstens 100 Zeichen.")])
    land = KnownSelect(
        "Land",
        choices=[
            SelectChoice("", "alle Länder"),
            *(SelectChoice(land.key, land.name) for land in LAENDER.values()),
        ],
        default="",
    )
    dabei = BooleanField("Nur Städte, die schon dabei sind")

    @property
    def arguments(self) -> dict[str, str]:
        """What holds of the filters, for links to the same list."""
        chosen = {"suche": self.text, "land": self.land_key or "", "dabei": "y" if self.dabei.data else ""}
        return {name: value for name, value in chosen.items() if value}

    @property
    def text(self) -> str:
        return "" if self.suche.errors else (self.suche.data or "")

    @property
    def land_key(self) -> str | None:
        return None if self.land.errors else (self.land.data or None)
