"""Finding one's own town however it is spelled, typed or mistyped."""

import pytest

from kleinstadt_net.search.name_index import Named, NameIndex

# Invented, in every form official names take.
NAMES = (
    "Ellernrode",
    "Ellernrodermoor",
    "St. Wispel-Rot",
    "Sankt Qualmingen",
    "Neuwerlau b.Koppenburg",
    "Neuwerlau a.d.Zwispel",
    "Neuwerlau an der Wurlach",
    "Koppenburg",
    "Bad Münsterquell",
    "Mühlenqualm",
    "Quarmund a.Tegelsee",
    "Gründau-Großdallen",
    "Weißenwurlach/O.L.",
    "Lauenfurt (Wispel)",
    "Oelsbracken/Erzgeb.",
    "Königs Wurlhausen",
    "Garmbach-Partenqualm",
    "Rothenspring ob der Zwispel",
    "Höchstdallen i. Odw.",
    "Kölzin/Kołcyn",
)


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return NameIndex([Named(name, ("Koppenkreis", "Niedersachsen"), False, name) for name in NAMES])


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Ellernrode", "Ellernrode"),
        ("ellernroder", "Ellernrodermoor"),
        ("St. Wispel", "St. Wispel-Rot"),
        ("Sankt Wispel-Rot", "St. Wispel-Rot"),
        ("st wispelrot", "St. Wispel-Rot"),
        ("St Qualm", "Sankt Qualmingen"),
        ("St.Qualmingen", "Sankt Qualmingen"),
        ("Neuwerlau bei Koppenburg", "Neuwerlau b.Koppenburg"),
        ("neuwerlau b. kopp", "Neuwerlau b.Koppenburg"),
        ("Neuwerlau an der Zwispel", "Neuwerlau a.d.Zwispel"),
        ("Neuwerlau a.d. Wurlach", "Neuwerlau an der Wurlach"),
        ("Koppenburg", "Koppenburg"),
        ("Münsterquell", "Bad Münsterquell"),
        ("bad muensterquell", "Bad Münsterquell"),
        ("Badmünsterquell", "Bad Münsterquell"),
        ("Munsterquel", "Bad Münsterquell"),
        ("Mühlnqualm", "Mühlenqualm"),
        ("Muhlenqualm", "Mühlenqualm"),
        ("MUEHLENQ", "Mühlenqualm"),
        ("Quarmund am Tegelsee", "Quarmund a.Tegelsee"),
        ("Gruendau Grossdallen", "Gründau-Großdallen"),
        ("Weissenwurlach", "Weißenwurlach/O.L."),
        ("Lauenfurt Wispel", "Lauenfurt (Wispel)"),
        ("Lauenfrut", "Lauenfurt (Wispel)"),
        ("Oelsbracken Erzgebirge", "Oelsbracken/Erzgeb."),
        ("Königs Wulrhausen", "Königs Wurlhausen"),
        ("Garmbach Partenqulm", "Garmbach-Partenqualm"),
        ("Rothenspring Zwispel", "Rothenspring ob der Zwispel"),
        ("Höchstdallen Odenwald", "Höchstdallen i. Odw."),
        ("Kolcyn", "Kölzin/Kołcyn"),
        ("Ellernrode Koppenkreis", "Ellernrode"),
        ("Ellernrode Niedersachsen", "Ellernrode"),
    ],
)
def test_a_town_is_found_as_people_type_its_name(index: NameIndex, typed: str, first: str) -> None:
    assert [NAMES[place] for place in index.find(typed)[:1]] == [first]


@pytest.mark.parametrize("typed", ["", "   ", "()", "\x00", "Xyzquap", "Koppenkreis", "'; --", "%"])
def test_what_is_no_town_finds_none(index: NameIndex, typed: str) -> None:
    assert index.find(typed) == []
