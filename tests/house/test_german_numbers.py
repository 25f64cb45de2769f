"""Another country starts in territory.py: German numbers stand nowhere else in the package."""

import ast
import re

import pytest

from tests.house import source

ROOMS = ("territory.py", "vocabulary.py", "formats.py", "register_data/", "importers/")
NUMBERS = frozenset({5_000, 20_000, 4_500, 22_000})
WORDS = re.compile(
    r"Europe/Berlin|(?<!\d)(?:5[.,_ ]?000|20[.,_ ]?000)(?!\d)|(?:\\d|\[0-9\])\{8\}|\bde[_-]DE\b"
)


def findings(tree: ast.AST) -> list[str]:
    """Literals that say something about Germany, with their lines."""
    found = []
    for node in source.constants(tree):
        is_number = type(node.value) in (int, float) and node.value in NUMBERS
        if is_number or (isinstance(node.value, str) and WORDS.search(node.value)):
            found.append(f"line {node.lineno}: {node.value!r}")
    return found


@pytest.mark.parametrize(
    "code",
    [
        "LIMIT = 20_000",
        "zone = 'Europe/Berlin'",
        r"KEY = '^\\d{8}$'",
        "x = f'ab 5.000 Einwohner {y}'",
        "a = 5e3",
    ],
)
def test_a_german_number_would_be_noticed(code: str) -> None:
    assert findings(ast.parse(code))


def test_german_numbers_stay_in_their_rooms() -> None:
    found = {
        path: findings(tree)
        for path, tree in source.modules()
        if not path.startswith(ROOMS) and findings(tree)
    }
    assert not found, "ask kleinstadt_net.territory instead"
