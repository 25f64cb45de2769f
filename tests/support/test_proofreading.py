"""The proof-reader finds what it is there for and lets good pages pass."""

import pytest

from tests.support.proofreading import faults

GOOD = (
    '<!doctype html><html lang="de"><head><title>Städte</title></head><body><a href="#inhalt">Zum Inhalt</a>'
    '<main id="inhalt"><h1>Städte</h1><h2>Liste</h2><form method="post"><input type="hidden" name="csrf_token">'
    '<label for="name">Name</label><input id="name" name="name"><label>Land <select name="l"></select></label>'
    '<button>Suchen</button></form><img src="/karte.svg" alt="Karte"></main></body></html>'
)


def test_a_good_page_passes() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("good", "bad", "complaint"),
    [
        ("<!doctype html>", "", "doctype"),
        (' lang="de"', "", "language"),
        ("<title>Städte</title>", "", "title"),
        ("<title>Städte</title>", "<title> </title>", "title"),
        ("<h1>Städte</h1>", "<h1>Städte</h1><h1>Noch eine</h1>", "one <h1>"),
        ("<h1>Städte</h1>", "", "one <h1>"),
        ("<h1>Städte</h1>", "<h1></h1>", "says nothing"),
        ("<h2>Liste</h2>", "<h3>Liste</h3>", "follows a heading"),
        ("<h2>Liste</h2>", '<h2 id="inhalt">Liste</h2>', "used twice"),
        ("<h2>Liste</h2>", '<h2 style="color:red">Liste</h2>', "inline attribute"),
        ("<h2>Liste</h2>", "<h2>Liste</h2><script>1</script>", "stands in the page"),
        (
            "<h2>Liste</h2>",
            '<h2>Liste</h2><script src="https://cdn.example/x.js"></script>',
            "from elsewhere",
        ),
        ("<h2>Liste</h2>", '<h2>Liste</h2><p aria-describedby="nichts">x</p>', "refers to nothing"),
        ("<h2>Liste</h2>", '<h2>Liste</h2><a href="/stadt"></a>', "says nothing"),
        ("<h2>Liste</h2>", '<h2>Liste</h2><a href="#weg">Weg</a>', "leads nowhere"),
        ("<h2>Liste</h2>", "<h2>Liste</h2><section>", "not closed"),
        ('<label for="name">Name</label>', "Name", "no label"),
        (' alt="Karte"', "", "no alt"),
        ('<input type="hidden" name="csrf_token">', "", "CSRF"),
        ("<main", "<div", "main"),
    ],
)
def test_a_fault_is_found(good: str, bad: str, complaint: str) -> None:
    assert good in GOOD
    assert any(complaint in fault for fault in faults(GOOD.replace(good, bad, 1)))


def test_a_fragment_needs_no_frame_but_labels_all_the_same() -> None:
    assert faults('<ul id="liste"><li>Ellernrode</li></ul>', fragment=True) == []
    assert faults('<input name="q">', fragment=True) == ["<input name='q'> has no label"]
