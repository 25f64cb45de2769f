import json
from pathlib import Path

from kleinstadt_net.matching import weights

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "matching.md"


def test_every_number_a_person_chose_stands_in_the_document_with_its_value() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    numbers = [
        (name, value)
        for name, value in vars(weights).items()
        if name.isupper() and isinstance(value, int | float)
    ]
    assert len(numbers) > 20
    numbers += list(weights.as_table()["parts"].items())
    missing = [name for name, value in numbers if f"| `{name}` | {value:g} |" not in text]
    assert not missing


def test_what_a_round_stores_of_the_weights_survives_storing() -> None:
    assert json.loads(json.dumps(weights.as_table())) == weights.as_table()
