"""Passwords that are guessed first: everyday words with a year, keyboard runs, repetitions, what one is called.

No rules of composition: any long text passes that is not one of these in disguise. Leaked passwords of twelve
and more characters are mostly one or two of the bundled words with digits around them, so words and patterns
cover more than a list of whole passwords would.
"""

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import cache
from itertools import pairwise
from pathlib import Path

from kleinstadt_net.search.folding import fold

WORD_FILE = Path(__file__).with_suffix(".txt")

# Signs people put for letters, undone before words are looked for.
DISGUISES = str.maketrans(
    {"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s", "7": "t"}
)
KEYBOARD = (
    "1234567890", "qwertzuiopü", "qwertyuiop", "asdfghjklöä", "yxcvbnm", "zxcvbnm",
    "1qay", "2wsx", "3edc", "4rfv", "5tgb", "6zhn", "6yhn", "7ujm", "1qaz", "147", "258", "369", "159", "357",
    "abcdefghijklmnopqrstuvwxyz",
)  # fmt: skip

# Two everyday words are one guess too few; three unrelated ones are already a good sentence's beginning.
MAX_WORDS = 2
MIN_RUN = 3
# Repeated, even a long piece adds nothing: "ellernellernellern" is as good as "ellern".
MAX_REPEATED_PIECE = 8
# Telephone numbers, birthdays and account numbers end below this.
MAX_DIGITS = 15
# Shorter names occur inside ordinary words.
MIN_NAME = 4


class Objection(Enum):
    """Why a password is not taken."""

    COMMON = "common"
    ADDRESS = "address"
    TOWN = "town"


def objection(password: str, *, email: str = "", names: Iterable[str] = ()) -> Objection | None:
    """What speaks against the password, or None; ``names`` are the person's own towns.

    Its length is not looked at: forms say the shortest one allowed.
    """
    letters = _letters(password)
    local = email.partition("@")[0]
    if any(part in letters for part in _telling(local, *re.split(r"[._+-]", local))):
        return Objection.ADDRESS
    if any(part in letters for part in _telling(*names, *(word for n in names for word in n.split()))):
        return Objection.TOWN
    return Objection.COMMON if _is_common(password, letters) else None


def _is_common(password: str, letters: str) -> bool:
    signs = re.sub(r"\W|_", "", password)
    if not signs or (signs.isdigit() and len(signs) <= MAX_DIGITS):
        return True
    if not letters:
        # Another script, of which we know neither words nor keyboards.
        return len(set(signs)) <= MIN_RUN
    return _is_repetition(letters) or _is_keyboard_run(password) or _is_of_words(password)


def _letters(text: str) -> str:
    """Folded letters and digits without anything between them."""
    return fold(text).replace(" ", "")


def _telling(*names: str) -> Iterator[str]:
    """The names long enough to be recognised inside a password."""
    for name in names:
        if len(letters := _letters(name)) >= MIN_NAME:
            yield letters


def _is_repetition(letters: str) -> bool:
    for length in range(1, MAX_REPEATED_PIECE + 1):
        piece = letters[:length]
        if (piece * (len(letters) // length + 1))[: len(letters)] == letters and len(letters) >= 2 * length:
            return True
    half, odd = divmod(len(letters), 2)
    return not odd and letters[:half] == letters[half:]


def _is_keyboard_run(password: str) -> bool:
    """Whether fingers only wandered: most of the text is runs of neighbouring keys."""
    keys = [key for key in password.casefold() if key.isalnum()]
    steps = [pair in _neighbours() for pair in pairwise(keys)]
    runs = "".join("s" if step else " " for step in steps).split()
    covered = sum(len(run) + 1 for run in runs if len(run) + 1 >= MIN_RUN)
    return covered >= len(keys) - MIN_RUN


@cache
def _neighbours() -> frozenset[tuple[str, str]]:
    forwards = {pair for row in KEYBOARD for pair in pairwise(row)}
    return frozenset(
        forwards | {(b, a) for a, b in forwards} | {(key, key) for row in KEYBOARD for key in row}
    )


def _is_of_words(password: str) -> bool:
    """Whether one or two everyday words remain once digits and signs around them and disguises are gone."""
    core = re.sub(r"^[\d\W_]+|[\d\W_]+$", "", password).casefold()
    texts = {re.sub(r"[^a-z]", "", _letters(text)) for text in (core, core.translate(DISGUISES))}
    return any(text and _counted_words(text) <= MAX_WORDS for text in texts)


def _counted_words(core: str) -> int:
    """The fewest everyday words the text is made of; more than allowed where it is not made of them."""
    fewest = [0] + [MAX_WORDS + 1] * len(core)
    for end in range(1, len(core) + 1):
        for start in range(max(0, end - _longest()), end):
            if fewest[start] < fewest[end] and core[start:end] in _everyday():
                fewest[end] = min(fewest[end], fewest[start] + 1)
    return fewest[-1]


@cache
def _everyday() -> frozenset[str]:
    lines = WORD_FILE.read_text(encoding="utf-8").splitlines()
    words = frozenset(word for line in lines if not line.startswith("#") for word in line.split())
    return words | {word.replace("ae", "a").replace("oe", "o").replace("ue", "u") for word in words}


@cache
def _longest() -> int:
    return max(map(len, _everyday()))
