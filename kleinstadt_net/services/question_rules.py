"""What a question to all towns is made of, and whether it may be asked: values and checks, nothing stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kleinstadt_net import clock
from kleinstadt_net.search.folding import fold
from kleinstadt_net.vocabulary import SUBJECTS

OPEN, CLOSED = "open", "closed"
TITLE_LENGTH, TEXT_LENGTH, ANSWER_LENGTH, SUMMARY_LENGTH = 120, 3000, 4000, 3000
SUBJECTS_AT_MOST = 2
# A colleague elsewhere needs some days to read it; after three months nobody remembers having asked.
FIRST_DAY, LAST_DAY, USUAL_DAYS = 3, 90, 21
# So many questions a town may ask within a month, and so many answers it may write to one question.
QUESTIONS_A_MONTH, ANSWERS_A_QUESTION = 5, 20
MONTH = timedelta(days=30)
NO_DAY = "Bitte wählen Sie den Tag, bis zu dem Sie Antworten brauchen."


class UnknownQuestionError(LookupError):
    """No such question or answer, or none that this town may see or change."""


class RefusedError(Exception):
    """It cannot be stored; ``problems`` is a sentence per field, nothing was changed."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


class TooManyError(Exception):
    """The town has asked, or answered, as often as it may for now."""


class TooLateError(Exception):
    """The question is closed; nothing was changed."""


@dataclass(frozen=True)
class NewQuestion:
    """What somebody wants to ask; ``deadline`` is the last day for answers, None where none was given."""

    title: str
    text: str
    subjects: tuple[str, ...]
    deadline: date | None
    is_anonymous: bool = False


def first_deadline() -> date:
    """The earliest last day a question may have."""
    return clock.today() + timedelta(days=FIRST_DAY)


def last_deadline() -> date:
    return clock.today() + timedelta(days=LAST_DAY)


def usual_deadline() -> date:
    return clock.today() + timedelta(days=USUAL_DAYS)


def is_open(state: str, deadline: date) -> bool:
    """Whether answers are taken: the day decides, whether or not the job has come by."""
    return state == OPEN and deadline >= clock.today()


def check(question: NewQuestion) -> None:
    """Raise RefusedError with a sentence for every field that cannot be stored."""
    problems = {**_texts(question), **_subjects(question.subjects), **_deadline(question.deadline)}
    if problems:
        raise RefusedError(problems)


def search_text(*texts: str) -> str:
    """The words a question is found by, folded, with a blank before each."""
    return " " + " ".join(dict.fromkeys(fold(" ".join(texts)).split()))


def _texts(question: NewQuestion) -> dict[str, str]:
    problems: dict[str, str] = {}
    if not question.title:
        problems["title"] = "Bitte stellen Sie Ihre Frage in einem Satz."
    elif len(question.title) > TITLE_LENGTH:
        problems["title"] = f"Bitte höchstens {TITLE_LENGTH} Zeichen."
    if not question.text:
        problems["text"] = "Bitte schreiben Sie ein, zwei Sätze dazu, damit andere antworten können."
    elif len(question.text) > TEXT_LENGTH:
        problems["text"] = f"Bitte höchstens {TEXT_LENGTH} Zeichen."
    return problems


def _subjects(keys: Sequence[str]) -> dict[str, str]:
    if not keys or any(key not in SUBJECTS for key in keys):
        return {"subjects": "Bitte wählen Sie ein Thema aus der Liste."}
    if len(set(keys)) > SUBJECTS_AT_MOST:
        return {"subjects": "Bitte wählen Sie höchstens zwei Themen."}
    return {}


def _deadline(day: date | None) -> dict[str, str]:
    if day is None:
        return {"deadline": NO_DAY}
    if day < clock.today():
        return {"deadline": "Dieser Tag ist schon vorbei. Bitte wählen Sie einen späteren."}
    if day < first_deadline():
        return {"deadline": "Das ist sehr bald. Bitte lassen Sie den anderen mindestens drei Tage Zeit."}
    if day > last_deadline():
        return {"deadline": "Bitte wählen Sie einen Tag in den nächsten drei Monaten."}
    return {}
