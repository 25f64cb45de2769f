"""Which example a letter tells, and which new ones it names."""

from dataclasses import replace

from kleinstadt_net.digest.sources.practices import PracticeNews, untold, useful

ONE = PracticeNews(
    1, "Bürgerbus", "Lauenfurt (Bayern)", "mobilitaet", "", "to_50", "eine halbe Stelle", "Hauptamt", True
)


def test_the_example_told_at_length_says_cost_staff_and_office_and_serves_a_need_first() -> None:
    sought = replace(ONE, practice_id=2, reason="seeking")
    incomplete = replace(sought, practice_id=3, staff="")
    assert useful([ONE, incomplete, sought], set()) == sought
    assert useful([ONE, incomplete, sought], {"practice:2"}) == ONE
    assert useful([incomplete], set()) is None


def test_only_new_examples_for_what_a_town_seeks_or_works_on_are_named() -> None:
    sought = [replace(ONE, practice_id=n, reason="seeking") for n in (2, 3, 4)]
    working = replace(ONE, practice_id=5, reason="in_progress")
    old = replace(ONE, practice_id=6, reason="seeking", is_new=False)
    assert [one.practice_id for one in untold([ONE, working, *sought, old], set())] == [4, 3]
    assert untold([working, old, sought[0]], {"practice:5"}, without=sought[0]) == ()
