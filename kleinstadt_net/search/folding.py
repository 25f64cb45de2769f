"""Names as they are searched, sorted and put into addresses.

People type Lübeck, Luebeck or Lubeck and mean the same town, so what is searched holds both ways of
writing an umlaut, and what is typed is folded to one of them.
"""

import re
import unicodedata
from collections.abc import Iterable

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
# Letters of neighbouring languages that Unicode does not take apart into a letter and an accent.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")

# Widths of the columns in which the results are stored.
SLUG_LENGTH, SORT_KEY_LENGTH, SEARCH_LENGTH = 160, 200, 400


def fold(text: str) -> str:
    """What somebody typed as words between single blanks: lower case, ``ä`` as ``ae``, no accents, no signs."""
    return _words(unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS))


def plain(text: str) -> str:
    """Like ``fold``, but with ``ä`` as ``a``, which is how German dictionaries sort (DIN 5007-1)."""
    return _words(text.casefold())


def search_fold(*names: str | None) -> str:
    """The words by which something with these names is found, in both ways of writing; cut between words."""
    written = (form(name) for name in names if name for form in (fold, plain))
    return _shortened(dict.fromkeys(word for text in written for word in text.split()))


def sort_key(name: str) -> str:
    """Sorts names as a German dictionary does."""
    return plain(name)[:SORT_KEY_LENGTH]


def slug(name: str) -> str:
    """The name as part of an address, such as ``bad-muenstereifel``; never empty."""
    return fold(name).replace(" ", "-")[:SLUG_LENGTH].strip("-") or "ort"


def _words(lower: str) -> str:
    # Most texts are of plain letters by now, in which there is nothing to be taken off.
    if not lower.isascii():
        letters = unicodedata.normalize("NFKD", lower.translate(_LETTERS))
        lower = "".join(ch for ch in letters if not unicodedata.combining(ch))
    return _BETWEEN_WORDS.sub(" ", lower).strip()


def _shortened(words: Iterable[str]) -> str:
    text = ""
    for word in words:
        longer = f"{text} {word}".strip()
        if len(longer) > SEARCH_LENGTH:
            break
        text = longer
    return text
