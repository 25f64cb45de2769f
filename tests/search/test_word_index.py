"""Words and where they stand."""

from kleinstadt_net.search.word_index import WordIndex


def test_a_beginning_is_found_wherever_some_word_begins_so_however_often_it_stands_there() -> None:
    index = WordIndex([["markt", "marktplatz", "markt"], ["platz"], [], ["rathausmarkt", "platz"]])
    assert (index.count, list(index.words)) == (4, ["markt", "marktplatz", "platz", "rathausmarkt"])
    assert index.beginning_with("markt").tolist() == [True, False, False, False]
    assert index.equal_to("platz").tolist() == [False, True, False, True]
    assert index.holding(["pl", "rat"]).tolist() == [False, False, False, True]
    assert not index.equal_to("zoo").any() and index.holding([]).all()


def test_an_index_of_nothing_finds_nothing() -> None:
    assert WordIndex([]).beginning_with("a").tolist() == []
    assert WordIndex([[]]).equal_to("a").tolist() == [False]
