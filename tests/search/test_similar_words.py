"""Words nearly the same: what is left out beforehand is never one of them."""

import random

from rapidfuzz.distance import OSA

from kleinstadt_net.search.similar_words import LIKENESS, alike, letters

SYLLABLES = ("bür", "ger", "bus", "markt", "laden", "haus", "rat", "netz", "1", "ae", "tz")


def plainly(word: str, known: list[str]) -> set[str]:
    """Every known word looked at, whole and by its beginning."""
    ways = {other: (other, other[: len(word)]) for other in known}
    return {
        other
        for other, forms in ways.items()
        if max(OSA.normalized_similarity(word, form) for form in forms) >= LIKENESS
    }


def test_of_many_words_none_that_is_like_the_typed_one_is_missed() -> None:
    draw = random.Random(5)
    known = sorted({"".join(draw.choices(SYLLABLES, k=draw.randint(1, 5))) for _ in range(3_000)})
    seen = 0
    for word in draw.sample([one for one in known if len(one) > 4], 60):
        place = draw.randrange(len(word) - 1)
        typed = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        for wrong in (typed, word[:place] + word[place + 1 :], word[:place] + "x" + word[place:]):
            expected = plainly(wrong, known)
            found = alike(wrong, known, letters(known))
            assert set(found) <= expected and len(found) == min(12, len(expected))
            seen += len(found)
    assert seen > 100


def test_short_words_are_like_none_and_nothing_known_is_no_trouble() -> None:
    assert alike("bus", ["bau"], letters(["bau"])) == []
    assert alike("buergerbus", [], letters([])) == []
    assert alike("buegrerbus", ["buergerbus"], letters(["buergerbus"])) == ["buergerbus"]
