"""What stands in an example: its fields, what may be typed into them, and what a reader needs at least."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from kleinstadt_net import formats
from kleinstadt_net.models import Practice
from kleinstadt_net.search.folding import fold, plain
from kleinstadt_net.vocabulary import COST_BANDS, DURATIONS, INSTRUMENTS, SUBJECTS, THESES

MAX_STEPS, MAX_SUBJECTS = 12, 4
# The most characters of each field; steps each.
LENGTHS = {
    "title": 120,
    "problem": 3000,
    "steps": 600,
    "staff": 200,
    "partners_inside": 300,
    "partners_outside": 300,
    "funding": 300,
    "legal_basis": 300,
    "success_factors": 3000,
    "failures": 3000,
    "contact_office": 120,
}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "cost_band": COST_BANDS,
    "duration": DURATIONS,
    "instrument": INSTRUMENTS,
}
YEAR_OR_MONTH = re.compile(r"(?P<year>(19|20)\d\d)(-(?P<month>0[1-9]|1[0-2]))?")
# A mail address, or so many digits that they are a number to ring.
OF_A_PERSON = re.compile(r"@|(\d[\s/().-]*){6}|\b(Herr|Frau)\b")


@dataclass(frozen=True)
class Content:
    """An example as it is written. Choices are keys of the vocabulary or None; ``is_funded`` None is no statement.

    ``began_on`` and ``ended_on`` are a year or a month: "2023", "2023-05".
    """

    title: str
    subjects: tuple[str, ...] = ()
    problem: str = ""
    steps: tuple[str, ...] = ()
    cost_band: str | None = None
    staff: str = ""
    duration: str | None = None
    partners_inside: str = ""
    partners_outside: str = ""
    is_funded: bool | None = None
    funding: str = ""
    instrument: str | None = None
    legal_basis: str = ""
    success_factors: str = ""
    failures: str = ""
    contact_office: str = ""
    began_on: str | None = None
    ended_on: str | None = None

    @classmethod
    def of(cls, practice: Practice, subjects: tuple[str, ...]) -> Self:
        """What stands in a stored example."""
        stored = {name: getattr(practice, name) for name in cls.__dataclass_fields__ if name != "subjects"}
        return cls(**{**stored, "steps": tuple(practice.steps), "subjects": subjects})

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The reverse of ``as_json``; a field that did not exist then is empty."""
        known = {name: stored[name] for name in cls.__dataclass_fields__ if name in stored}
        return cls(**{**known, "steps": tuple(known["steps"]), "subjects": tuple(known["subjects"])})

    def as_json(self) -> dict[str, Any]:
        """The whole content in what JSON knows."""
        return {**vars(self), "steps": list(self.steps), "subjects": list(self.subjects)}


class Refused(ValueError):
    """Something typed cannot be taken; ``problems`` has a German sentence by field."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(f"not taken: {', '.join(problems)}")
        self.problems = problems


def check(content: Content) -> None:
    """Raise Refused for what cannot be stored, not even as a draft."""
    problems = {**_too_long(content), **_unknown(content), **_periods(content)}
    if not content.title:
        problems["title"] = "Bitte geben Sie dem Beispiel einen Titel."
    if len(content.steps) > MAX_STEPS:
        problems["steps"] = f"Bitte fassen Sie zusammen: höchstens {MAX_STEPS} Schritte."
    if OF_A_PERSON.search(content.contact_office):
        problems["contact_office"] = (
            "Bitte nennen Sie nur das Amt, ohne Namen, Nummer und Adresse. Wer fragen will, fragt über das Netz."
        )
    if problems:
        raise Refused(problems)


# What a reader needs before anything else, with the sentence where it is missing.
NEEDED: Mapping[str, str] = {
    "subjects": "Bitte wählen Sie mindestens ein Thema oder eine These.",
    "problem": "Bitte schreiben Sie, welches Problem Sie hatten.",
    "steps": "Bitte schreiben Sie mindestens einen Schritt auf.",
    "contact_office": "Bitte nennen Sie das Amt, das Auskunft gibt.",
}


def missing(content: Content) -> dict[str, str]:
    """What keeps an example from being released, with a sentence by field."""
    return {name: sentence for name, sentence in NEEDED.items() if not getattr(content, name)}


def as_sent(content: Content) -> dict[str, list[str]]:
    """The content as its form would send it, by field; a step is a line, a month is typed as "05.2023"."""
    funded = {None: "", True: "yes", False: "no"}[content.is_funded]
    plain_texts = {
        name: [value or ""]
        for name, value in vars(content).items()
        if name not in ("subjects", "steps", "is_funded")
    }
    return {
        **plain_texts,
        "theses": [key for key in content.subjects if key in THESES],
        "topics": [key for key in content.subjects if key not in THESES],
        "steps": ["\n".join(content.steps)],
        "is_funded": [funded],
        "began_on": [_typed_period(content.began_on)],
        "ended_on": [_typed_period(content.ended_on)],
    }


def search_text(content: Content) -> str:
    """The words a visitor may find it by, each once, those with an umlaut in both ways of writing."""
    texts = (
        *(content.title, content.problem, *content.steps, content.success_factors, content.funding),
        *(content.partners_inside, content.partners_outside, content.legal_basis, content.staff),
        *(INSTRUMENTS.get(content.instrument or "", ""), content.contact_office),
        *(SUBJECTS[key].title for key in content.subjects),
    )
    words = (word for text in texts for form in (fold, plain) for word in form(text).split())
    return " ".join(dict.fromkeys(words))


def _typed_period(stored: str | None) -> str:
    year, _, month = (stored or "").partition("-")
    return f"{month}.{year}" if month else year


def _too_long(content: Content) -> dict[str, str]:
    def longest(name: str) -> int:
        value = getattr(content, name)
        return max(map(len, value), default=0) if isinstance(value, tuple) else len(value)

    return {
        name: f"Bitte höchstens {formats.number(most)} Zeichen{' je Schritt' if name == 'steps' else ''}."
        for name, most in LENGTHS.items()
        if longest(name) > most
    }


def _unknown(content: Content) -> dict[str, str]:
    problems = {
        name: "Diese Auswahl gibt es nicht."
        for name, choices in CHOICES.items()
        if getattr(content, name) is not None and getattr(content, name) not in choices
    }
    if not set(content.subjects) <= SUBJECTS.keys():
        problems["subjects"] = "Diese Auswahl gibt es nicht."
    elif len(content.subjects) > MAX_SUBJECTS:
        problems["subjects"] = (
            f"Bitte wählen Sie höchstens {MAX_SUBJECTS}, damit man das Beispiel gut findet."
        )
    return problems


def _periods(content: Content) -> dict[str, str]:
    given = {"began_on": content.began_on, "ended_on": content.ended_on}
    problems = {
        name: "Bitte geben Sie ein Jahr oder einen Monat an: 2023 oder 05.2023."
        for name, value in given.items()
        if value is not None and not YEAR_OR_MONTH.fullmatch(value)
    }
    if not problems and content.began_on and content.ended_on:
        same = min(len(content.began_on), len(content.ended_on))
        if content.ended_on[:same] < content.began_on[:same]:
            problems["ended_on"] = "Das Ende liegt vor dem Beginn."
    return problems
