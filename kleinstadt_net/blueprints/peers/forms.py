"""The filters of Passende Städte, all of them in the address; what is wrong is said and left aside."""

from collections.abc import Iterable

from wtforms import BooleanField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import ValidationError

from kleinstadt_net.formats import number
from kleinstadt_net.services.peers import PeerFilters
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.vocabulary import STATE_TITLES, THESES, TOPICS
from kleinstadt_net.web.fields import KnownSelect, WholeNumber
from kleinstadt_net.web.forms import BaseForm

ANY = ""


def _choices(first: str, rest: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in ((ANY, first), *rest)]


class PeerFilterForm(BaseForm):
    """Read with GET; field names are what stands in the address."""

    class Meta(BaseForm.Meta):
        csrf = False

    land = KnownSelect(
        "Land",
        choices=_choices("alle Länder", ((land.key, land.name) for land in LAENDER.values())),
        default=ANY,
    )
    thema = KnownSelect(
        "Thema", choices=_choices("alle Themen", ((s.key, s.title) for s in TOPICS.values())), default=ANY
    )
    these = KnownSelect(
        "These",
        choices=_choices("alle Thesen", ((s.key, f"{s.number}. {s.title}") for s in THESES.values())),
        default=ANY,
    )
    angabe = KnownSelect(
        "Angabe der Stadt",
        choices=_choices("jede Angabe", ((str(state), title) for state, title in STATE_TITLES.items())),
        default=ANY,
    )
    von = WholeNumber("Einwohner von")
    bis = WholeNumber("Einwohner bis")
    umkreis = WholeNumber("Umkreis in Kilometern")
    dabei = BooleanField("nur Städte, die dabei sind")

    def validate_bis(self, field: WholeNumber) -> None:
        """Form and field alike: a range the wrong way round fits no town."""
        low, high = self.von.number, self.bis.number
        if low is not None and high is not None and high < low:
            raise ValidationError(
                "Diese Zahl ist kleiner als die bei „Einwohner von“. Wir haben sie weggelassen."
            )

    def filters(self) -> PeerFilters:
        """What can be understood of the form, after ``validate``."""
        return PeerFilters(
            land=self._chosen(self.land),
            thesis=self._chosen(self.these),
            topic=self._chosen(self.thema),
            state=self._chosen(self.angabe),
            size_from=self._number(self.von),
            size_to=self._number(self.bis),
            distance=self._number(self.umkreis),
            taking_part=bool(self.dabei.data),
        )

    def address(self) -> dict[str, str]:
        """The filters that hold as arguments of the address, for paging and for taking one away."""
        held = {f.name: f.data for f in self if f.data and not f.errors and not isinstance(f, BooleanField)}
        return held | ({"dabei": "y"} if self.dabei.data else {})

    def address_without(self, name: str) -> dict[str, str]:
        """The same without one filter."""
        return {held: value for held, value in self.address().items() if held != name}

    def in_words(self) -> list[tuple[str, str]]:
        """Every filter that holds as (field name, words), for saying which they are and taking one away."""
        words = {"von": "ab {} Einwohnern", "bis": "bis {} Einwohner", "umkreis": "bis {} km entfernt"}
        held = []
        for name, value in self.address().items():
            field = self[name]
            if isinstance(field, KnownSelect):
                held.append((name, field.titles[value]))
            elif isinstance(field, WholeNumber) and field.number is not None:
                held.append((name, words[name].format(number(field.number))))
            else:
                held.append((name, "nur Städte, die dabei sind"))
        return held

    @staticmethod
    def _chosen(field: KnownSelect) -> str | None:
        return None if field.errors or field.data == ANY else str(field.data)

    @staticmethod
    def _number(field: WholeNumber) -> int | None:
        return None if field.errors else field.number
