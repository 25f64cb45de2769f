"""Pages of a long list."""

import pytest
from werkzeug.exceptions import NotFound

from kleinstadt_net.web.paging import Page, requested_number


def test_without_a_word_the_first_page_is_shown() -> None:
    assert requested_number({}) == 1


@pytest.mark.parametrize("text", ["0", "-1", "zwei", "", "1.5", "²", "٣", "1e3", "9999999", " 1", "1\x00"])
def test_what_is_no_page_number_is_a_page_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        requested_number({"seite": text})


def test_a_page_behind_the_end_is_not_found() -> None:
    with pytest.raises(NotFound):
        Page(5, 25, 100).must_exist()
    assert Page(4, 25, 100).must_exist().last_entry == 100


def test_an_empty_list_has_one_page() -> None:
    page = Page(1, 25, 0).must_exist()
    assert (page.last, page.first_entry, page.last_entry, page.next) == (1, 0, 0, None)


@pytest.mark.parametrize(
    ("number", "total", "offered"),
    [
        (1, 20, [1]),
        (1, 1000, [1, 2, None, 40]),
        (7, 1000, [1, None, 6, 7, 8, None, 40]),
        (3, 1000, [1, 2, 3, 4, None, 40]),
        (4, 1000, [1, 2, 3, 4, 5, None, 40]),
        (40, 1000, [1, None, 39, 40]),
        (2, 75, [1, 2, 3]),
    ],
)
def test_the_ends_and_the_neighbours_are_offered(number: int, total: int, offered: list[int | None]) -> None:
    assert Page(number, 25, total).offered == offered


def test_the_last_page_may_be_short() -> None:
    page = Page(3, 25, 60)
    assert (page.first_entry, page.last_entry, page.previous, page.next) == (51, 60, 2, None)
