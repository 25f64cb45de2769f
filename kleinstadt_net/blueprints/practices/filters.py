"""The filters of the library, all of them in the address; what is wrong is said and left aside."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from kleinstadt_net.services.practice_directory import (
    BY_COST,
    BY_FIT,
    BY_HIT,
    BY_NEWEST,
    Counts,
    PracticeFilters,
)
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.vocabulary import COST_BANDS, DURATIONS, INSTRUMENTS, SIZE_BANDS, SUBJECTS
from kleinstadt_net.web.fields import KnownSelect, at_most
from kleinstadt_net.web.forms import BaseForm

SORTS = {
    BY_HIT: ("treffer", "beste Treffer zuerst"),
    BY_FIT: ("passend", "was zu uns passt, zuerst"),
    BY_NEWEST: ("neu", "neueste zuerst"),
    BY_COST: ("kosten", "geringste Kosten zuerst"),
}
# The filter of the service that a field stands for.
FILTERS = {
    "suche": "search",
    "thema": "subject",
    "land": "land",
    "groesse": "size",
    "kosten": "cost",
    "dauer": "duration",
    "foerderung": "funded",
    "mittel": "instrument",
}
FIELDS = {name: field for field, name in FILTERS.items()}
FUNDED = {"yes": "mit Förderung", "no": "ohne Förderung"}


def _select(label: str, first: str, rest: Iterable[tuple[str, str]]) -> KnownSelect:
    choices = [SelectChoice(value, text) for value, text in (("", first), *rest)]
    return KnownSelect(label, choices=choices, default="")


class PracticeFilterForm(BaseForm):
    """Read with GET; field names are what stands in the address."""

    class Meta(BaseForm.Meta):
        csrf = False

    suche = StringField("Suche", [at_most(100)])
    thema = _select("Thema oder These", "alle", ((s.key, s.title) for s in SUBJECTS.values()))
    land = _select("Land", "alle Länder", ((land.key, land.name) for land in LAENDER.values()))
    groesse = _select("Größe der Stadt", "jede Größe", SIZE_BANDS.items())
    kosten = _select("Kosten", "gleich, wie viel", COST_BANDS.items())
    dauer = _select("Dauer", "gleich, wie lange", DURATIONS.items())
    foerderung = _select("Förderung", "mit und ohne", FUNDED.items())
    mittel = _select("Weg oder Mittel", "alle", INSTRUMENTS.items())
    sortierung = _select("Reihenfolge", "wie üblich", SORTS.values())

    def filters(self) -> PracticeFilters:
        """What can be understood of the form, after ``validate``."""
        return PracticeFilters(
            **{FILTERS[name]: value for name, value in self._held.items() if name in FILTERS}
        )

    def sort(self) -> str | None:
        """The service's word for the order asked for; None is the usual one."""
        return next(
            (sort for sort, (value, _) in SORTS.items() if value == self._held.get("sortierung")), None
        )

    def follow(self, counts: Counts | None, sort: str, sorts: Iterable[str]) -> None:
        """Take over what the service made of it: how many of each value there are, and which orders to choose from."""
        for name, numbers in (counts or {}).items():
            self._count(self[FIELDS[name]], numbers)
        self.sortierung.choices = [SelectChoice(*SORTS[one]) for one in sorts]
        if self.sortierung.data:
            self.sortierung.data = SORTS[sort][0]

    def address(self) -> dict[str, str]:
        """The filters that hold, as arguments of the address."""
        return self._held

    def address_without(self, name: str) -> dict[str, str]:
        """The same without one."""
        return {held: value for held, value in self._held.items() if held != name}

    def in_words(self) -> dict[str, str]:
        """Every filter that holds by field, in words."""
        return {name: self._words(name, value) for name, value in self._held.items() if name in FILTERS}

    def field_of(self, name: str) -> str:
        """The field that stands for a filter of the service."""
        return FIELDS[name]

    @property
    def filter_errors(self) -> bool:
        return any(self[name].errors for name in FILTERS)

    @property
    def _held(self) -> dict[str, str]:
        return {field.name: field.data for field in self if field.data and not field.errors}

    def _words(self, name: str, value: str) -> str:
        return f"„{value}“" if name == "suche" else self[name].titles[value]

    @staticmethod
    def _count(field: Any, numbers: Mapping[str, int]) -> None:
        """Offer what there is; a value that holds stays, even where it leaves nothing."""
        field.count({value: number for value, number in numbers.items() if number or value == field.data})
