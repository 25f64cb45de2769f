"""Which passwords are guessed first, and which long sentences are nobody's business."""

import pytest

from kleinstadt_net.security.common_passwords import WORD_FILE, Objection, objection


@pytest.mark.parametrize(
    "password",
    [
        # A word with digits, signs or a year around it, however it is disguised.
        "passwort1234",
        "!!!Passwort!!!",
        "P@ssw0rt2026",
        "Sommer2026!!",
        "  Weihnachten24 ",
        "Bürgermeister1",
        "Buergermeisterin",
        "1999Schmetterling",
        # Two everyday words.
        "KleinstadtNetz2026",
        "August September",
        "Passw0rd!Passw0rd!",
        "Ichliebedich!",
        # Fingers wandering over the keys.
        "qwertzuiop12",
        "qwertyuiopas",
        "1qaz2wsx3edc",
        "yxcvbnmasdfghjkl",
        "poiuztrewq09",
        "abcdefghijkl",
        # Repetitions, dates, telephone numbers.
        "aaaaaaaaaaaa",
        "asdfasdfasdf",
        "wispelwispel",
        "lurchkomm12lurchkomm12",
        "123456789012",
        "24.12.1985 + 1",
        "0561 787 1234 5",
        "!!!!!!!!!!!!",
    ],
)
def test_a_password_guessed_first_is_refused(password: str) -> None:
    assert objection(password) is Objection.COMMON


@pytest.mark.parametrize(
    "password",
    [
        "drei Hasen im Nebel",
        "ein langer satz",
        "korrekt pferd batterie",
        "Der Zug um 7 nach Wispelau",
        "mond kessel ampel",
        "wir sehen uns im juli",
        "xK9#vQ2!mZ7p",
        "4938172640185523907",
        "Qwertz Garten 88 Lampe",
        "Lampenfieberkurve",
        "日本語の長い合言葉です、はい",
    ],
)
def test_a_long_text_of_one_s_own_is_taken_without_any_rule_of_composition(password: str) -> None:
    assert objection(password, email="amt@rathaus.example", names=("Ellernrode",)) is None


@pytest.mark.parametrize(
    "password", ["Renate.Brandtner ist da", "brandtner kocht suppe", "die renatebrandtner99"]
)
def test_a_password_with_the_own_address_is_refused(password: str) -> None:
    assert objection(password, email="renate.brandtner@rathaus.example") is Objection.ADDRESS


@pytest.mark.parametrize(
    "password", ["Mühlenqualm liegt am Fluss", "muehlen-qualm 4711 x", "aus MÜNSTERQUELL mit Gruß"]
)
def test_a_password_with_the_own_town_is_refused(password: str) -> None:
    names = ("Mühlenqualm", "Bad Münsterquell")
    assert objection(password, email="a@b.example", names=names) is Objection.TOWN


def test_short_names_do_not_forbid_ordinary_words() -> None:
    assert objection("genau drei Hasen im Tau", email="tau@b.example", names=("Au",)) is None


def test_the_bundled_list_holds_some_hundred_folded_words() -> None:
    lines = WORD_FILE.read_text(encoding="utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    assert len(words) > 500 and len(set(words)) == len(words)
    assert all(word.isascii() and word == word.lower() for word in words)
