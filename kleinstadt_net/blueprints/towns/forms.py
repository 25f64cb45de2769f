"""The filters of the directory, all of them in the address; what is wrong is said and left aside."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import BooleanField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import ValidationError

from kleinstadt_net.blueprints.towns.questions import QUESTIONS, WEIGHED, Points, QuestionForm
from kleinstadt_net.formats import number
from kleinstadt_net.matching.questions import SAME_BOAT
from kleinstadt_net.services.directory import BY_DISTANCE, BY_FIT, BY_HIT, BY_NAME, BY_SIZE
from kleinstadt_net.services.directory_filters import DirectoryFilters
from kleinstadt_net.territory import LAENDER
from kleinstadt_net.vocabulary import STATE_TITLES, THESES, TOPICS
from kleinstadt_net.web.fields import KnownSelect, WholeNumber, at_most

ANY = ""
NUMBERED_THESES = [(s.key, f"{s.number}. {s.title}") for s in THESES.values()]
GROWTHS = {"growing": "wächst", "stable": "bleibt etwa gleich", "shrinking": "geht zurück"}
# What stands in the address, by the service's word.
SORTS = {
    BY_HIT: ("treffer", "beste Treffer zuerst"),
    BY_FIT: ("passend", "am besten passende zuerst"),
    BY_DISTANCE: ("entfernung", "nächste zuerst"),
    BY_NAME: ("name", "nach Namen"),
    BY_SIZE: ("einwohner", "nach Einwohnerzahl"),
}
# The filter of the service that a field stands for.
FILTERS = {
    "suche": "search",
    "land": "land",
    "thema": "topic",
    "these": "thesis",
    "angabe": "state",
    "schwerpunkt": "focus",
    "wachstum": "growth",
    "netzwerk": "network",
    "von": "size_from",
    "bis": "size_to",
    "umkreis": "distance",
    "ort": "origin",
    "dabei": "taking_part",
}
FIELDS = {name: field for field, name in FILTERS.items()} | {"sort": "sortierung"}
WORDS = {"von": "ab {} Einwohnern", "bis": "bis {} Einwohner", "umkreis": "bis {} km entfernt"}


def _choices(first: str, rest: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in ((ANY, first), *rest)]


def _select(label: str, first: str, rest: Iterable[tuple[str, str]]) -> KnownSelect:
    return KnownSelect(label, choices=_choices(first, rest), default=ANY)


class DirectoryForm(QuestionForm):
    """Read with GET; field names are what stands in the address."""

    class Meta(QuestionForm.Meta):
        csrf = False

    suche = StringField("Suche", [at_most(100)])
    land = _select("Land", "alle Länder", ((land.key, land.name) for land in LAENDER.values()))
    thema = _select("Thema", "alle Themen", ((s.key, s.title) for s in TOPICS.values()))
    these = _select("These", "alle Thesen", NUMBERED_THESES)
    angabe = _select(
        "Angabe der Stadt", "jede Angabe", ((str(state), title) for state, title in STATE_TITLES.items())
    )
    schwerpunkt = _select("Schwerpunkt", "alle Schwerpunkte", NUMBERED_THESES)
    wachstum = _select("Die Einwohnerzahl …", "gleich, wohin", GROWTHS.items())
    netzwerk = _select("Netzwerk", "alle Netzwerke", ())
    von = WholeNumber("Einwohner von")
    bis = WholeNumber("Einwohner bis")
    umkreis = WholeNumber("Umkreis in Kilometern")
    ort = StringField("Umkreis um", [at_most(100)])
    dabei = BooleanField("nur Städte, die dabei sind")
    sortierung = _select("Reihenfolge", "wie üblich", SORTS.values())

    def __init__(self, *given: Any, networks: Mapping[str, str], **named: Any) -> None:
        super().__init__(*given, **named)
        self.netzwerk.choices = _choices("alle Netzwerke", networks.items())
        self.asked_sort: str | None = None

    def validate_bis(self, field: WholeNumber) -> None:
        """Form and field alike: a range the wrong way round fits no town."""
        low, high = self.von.number, self.bis.number
        if low is not None and high is not None and high < low:
            raise ValidationError(
                "Diese Zahl ist kleiner als die bei „Einwohner von“. Wir haben sie weggelassen."
            )

    def filters(self) -> DirectoryFilters:
        """What can be understood of the form, after ``validate``."""
        return DirectoryFilters(
            **{
                name: self[field].number if isinstance(self[field], WholeNumber) else self[field].data
                for field, name in FILTERS.items()
                if self[field].data and not self[field].errors
            }
        )

    def sort(self) -> str | None:
        """The service's word for the order asked for; None is the usual one."""
        return next(
            (sort for sort, (value, _) in SORTS.items() if value == self._held.get("sortierung")), None
        )

    def address_of(self, question: str) -> dict[str, str]:
        """The same towns asked another question, in the order that answers it."""
        left = {"frage", "sortierung", *WEIGHED}
        held = {name: value for name, value in self._held.items() if name not in left}
        return held if question == SAME_BOAT else held | {"frage": QUESTIONS[question][0]}

    @property
    def filter_errors(self) -> bool:
        return any(self[name].errors for name in FILTERS)

    @property
    def asked_for_fit(self) -> bool:
        return self.asked_sort == BY_FIT

    @property
    def asked_for_distance(self) -> bool:
        return self.asked_sort == BY_DISTANCE

    @property
    def _held(self) -> dict[str, str]:
        """What holds, by field."""
        held = {
            f.name: f.data
            for f in self
            if f.data and not f.errors and not isinstance(f, (BooleanField, Points))
        }
        return held | ({"dabei": "y"} if self.dabei.data else {})

    def follow(
        self, left_aside: Iterable[str], counts: Mapping[str, Mapping[str, int]], sorts: Iterable[str]
    ) -> None:
        """Take over what the service made of it: what was left aside, what there is to choose, and how many of each."""
        self.asked_sort = self.sort()
        for name in left_aside:
            self[FIELDS[name]].data = None
        for name, numbers in counts.items():
            field = self[FIELDS[name]]
            if isinstance(field, KnownSelect):
                field.count(numbers)
            else:
                field.label.text = f"{field.label.text} ({number(numbers['y'])})"
        offered = [SORTS[sort] for sort in sorts]
        self.sortierung.choices = [SelectChoice(value, label) for value, label in offered]

    def address(self, **instead: str) -> dict[str, str]:
        """The filters that hold as arguments of the address, for paging and for the same towns on another page."""
        return self._held | self.weighed() | instead

    def address_without(self, name: str) -> dict[str, str]:
        """The same without one filter; with the distance goes the place it is measured from."""
        gone = {"umkreis": {name, "ort"}, "gewichtung": set(WEIGHED)}.get(name, {name})
        return {held: value for held, value in self.address().items() if held not in gone}

    def in_words(self) -> dict[str, str]:
        """Every filter that holds by field, in words, for saying which they are and taking one away."""
        return {name: self._words(name, value) for name, value in self._held.items() if name in NARROWING}

    def field_of(self, name: str) -> str:
        """The field that stands for a filter of the service."""
        return FIELDS[name]

    def spoken(self, name: str) -> str:
        """A filter within a sentence that begins with "Ohne"."""
        words = self.in_words()[name]
        return words if name == "suche" else f"„{words}“"

    def _words(self, name: str, value: str) -> str:
        field = self[name]
        if name == "suche":
            return f"„{value}“"
        if isinstance(field, KnownSelect):
            prefix = {"schwerpunkt": "Schwerpunkt: ", "wachstum": "Einwohnerzahl "}.get(name, "")
            return prefix + field.titles[value]
        if isinstance(field, WholeNumber) and field.number is not None:
            return WORDS[name].format(number(field.number))
        return "nur Städte, die dabei sind"


NARROWING = frozenset(FILTERS) - {"ort"}
