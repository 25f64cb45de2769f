"""Questions to all towns: asking, answering, ending, and asking without the town's name."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.digest.sources import questions as source
from kleinstadt_net.models import Letter, Question, QuestionAnswer
from kleinstadt_net.services import (
    erasure,
    question_anonymity,
    question_answers,
    question_asking,
    question_checks,
    question_desk,
    question_inheritance,
    question_letters,
    question_news,
    question_rules,
    question_search,
    questions,
)
from kleinstadt_net.services.question_rules import (
    NewQuestion,
    RefusedError,
    TooLateError,
    TooManyError,
    UnknownQuestionError,
)
from kleinstadt_net.services.questions import QuestionFilters
from tests import factories as make
from tests.support.cast import Cast
from tests.support.statements import counted_queries

TITLE, TEXT = "Wer hat leere Läden auf Zeit vermietet?", "Bei uns stehen sechs Läden leer."


def new(**given: object) -> NewQuestion:
    facts = {"title": TITLE, "text": TEXT, "subjects": ("innenstadt",)}
    return NewQuestion(**{**facts, "deadline": question_rules.usual_deadline(), **given})  # type: ignore[arg-type]


def ask(cast: Cast, **given: object) -> int:
    return question_asking.ask(new(**given), town_id=cast.town.id, account_id=cast.colleague.id)


def test_a_question_is_asked_once_read_by_all_and_answered(cast: Cast) -> None:
    question_id = ask(cast)
    assert ask(cast) == question_id
    (row,) = questions.listing(QuestionFilters(), cast.other_town.id, 1).rows
    assert (row.title, row.is_open, row.answers, row.is_own) == (TITLE, True, 0, False)
    assert row.town is not None and row.town.name == "Ellernrode"
    given = question_answers.answer(
        question_id, "Ja, wir.", town_id=cast.other_town.id, account_id=cast.stranger.id
    )
    again = question_answers.answer(
        question_id, "Ja, wir.", town_id=cast.other_town.id, account_id=cast.stranger.id
    )
    assert again == given
    page = questions.page(question_id, cast.town.id)
    assert page.author == f"{cast.colleague.first_name} {cast.colleague.last_name}"
    assert [(one.town and one.town.name, one.author, one.helped) for one in page.answers] == [
        ("Lauenfurt", None, False)
    ]
    question_answers.helped(question_id, given, town_id=cast.town.id)
    question_answers.helped(question_id, given, town_id=cast.town.id)
    assert questions.page(question_id, cast.other_town.id).answers[0].helped
    assert questions.page(question_id, cast.other_town.id).author is None
    for mistaken in (cast.other_town.id, cast.suspended_town.id):
        with pytest.raises(UnknownQuestionError):
            question_answers.helped(question_id, given, town_id=mistaken)
        with pytest.raises(UnknownQuestionError):
            question_asking.close(question_id, "", town_id=mistaken, account_id=cast.stranger.id)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"text": ""}, "text"),
        ({"text": "x" * 3001}, "text"),
        ({"subjects": ()}, "subjects"),
        ({"subjects": ("gibt-es-nicht",)}, "subjects"),
        ({"subjects": ("innenstadt", "wohnen", "kultur")}, "subjects"),
        ({"deadline": None}, "deadline"),
        ({"deadline": clock.today() - timedelta(days=1)}, "deadline"),
        ({"deadline": clock.today() + timedelta(days=1)}, "deadline"),
        ({"deadline": clock.today() + timedelta(days=365)}, "deadline"),
    ],
)
def test_what_cannot_be_stored_is_said_at_its_field(given: dict[str, object], field: str) -> None:
    with pytest.raises(RefusedError) as refused:
        question_rules.check(new(**given))
    assert list(refused.value.problems) == [field]


def test_a_town_asks_five_questions_a_month(cast: Cast) -> None:
    for number in range(question_rules.QUESTIONS_A_MONTH):
        ask(cast, title=f"Frage {number}")
    with pytest.raises(TooManyError):
        ask(cast, title="Noch eine")
    assert questions.listing(QuestionFilters(), cast.town.id, 1).total == question_rules.QUESTIONS_A_MONTH


def test_the_day_ends_a_question_before_and_with_the_job(cast: Cast) -> None:
    question_id = ask(cast)
    question_answers.answer(question_id, "Ja.", town_id=cast.other_town.id, account_id=cast.stranger.id)
    question = db.session.get_one(Question, question_id)
    question.deadline = clock.today()
    db.session.commit()
    assert question_asking.close_due() == 0
    assert questions.page(question_id, cast.town.id).row.is_open
    question.deadline = clock.today() - timedelta(days=1)
    db.session.commit()
    assert not questions.page(question_id, cast.town.id).row.is_open
    with pytest.raises(TooLateError):
        question_answers.answer(
            question_id, "Zu spät", town_id=cast.other_town.id, account_id=cast.stranger.id
        )
    assert (question_asking.close_due(), question_asking.close_due()) == (1, 0)
    question_asking.close(question_id, "Wir machen es.", town_id=cast.town.id, account_id=cast.mayor.id)
    page = questions.page(question_id, cast.other_town.id)
    assert (page.summary, page.row.is_open) == ("Wir machen es.", False)


def test_the_list_puts_open_ones_first_and_narrows(cast: Cast) -> None:
    closed = make.QuestionFactory(
        town_id=cast.other_town.id, state="closed", asked_at=clock.now(), subjects=("wohnen",)
    )
    opened = make.QuestionFactory(town_id=cast.other_town.id, asked_at=clock.now() - timedelta(days=5))
    own = make.QuestionFactory(town_id=cast.town.id, asked_at=clock.now() - timedelta(days=9))
    make.QuestionFactory(town_id=cast.suspended_town.id)
    make.QuestionAnswerFactory(question_id=closed.id, town_id=cast.town.id)
    make.StanceFactory(town_id=cast.town.id, subject="innenstadt", state="strength")

    def ids(**given: str) -> list[int]:
        found = questions.listing(QuestionFilters(**given), cast.town.id, 1)
        assert found.listed == 3
        return [row.question_id for row in found.rows]

    assert ids() == [opened.id, own.id, closed.id]
    assert ids(subject="wohnen") == ids(state="closed") == ids(whose="answered") == [closed.id]
    assert ids(state="open") == [opened.id, own.id]
    assert ids(whose="own") == [own.id]
    assert ids(whose="strong") == [opened.id]
    assert ids(search="läden LEER") == ids(search="laed") == ids()
    assert ids(search="läden Bürgerbus") == ids(search="äden") == []
    assert ids(search="%") == ids()
    assert ids(search="läden", whose="own") == [own.id]


def test_lists_and_pages_cost_the_same_however_much_there_is(cast: Cast) -> None:
    def cost() -> tuple[int, int]:
        first = questions.listing(QuestionFilters(), cast.town.id, 1).rows[0].question_id
        with counted_queries() as of_list:
            questions.listing(QuestionFilters(), cast.town.id, 1)
        with counted_queries() as of_page:
            questions.page(first, cast.town.id)
        return len(of_list), len(of_page)

    make.QuestionAnswerFactory(question_id=make.QuestionFactory().id)
    few = cost()
    for _ in range(4):
        question_id = make.QuestionFactory().id
        make.QuestionAnswerFactory.create_batch(3, question_id=question_id)
    assert cost() == few and max(few) <= 10


def test_towns_strong_in_the_subject_are_told_first_and_in_turn(cast: Cast) -> None:
    strong = [make.MembershipFactory(role="lead").town for _ in range(3)]
    for town in (*strong, cast.town, cast.suspended_town):
        make.StanceFactory(town_id=town.id, subject="innenstadt", state="strength")
    make.StanceFactory(town_id=strong[2].id, subject="wohnen", state="strength")
    make.StanceFactory(town_id=cast.other_town.id, subject="innenstadt", state="seeking")
    strong[1].paused_until = clock.today() + timedelta(days=9)
    db.session.commit()
    question_id = ask(cast, subjects=("innenstadt", "wohnen"))
    question = db.session.get_one(Question, question_id)
    assert question_letters.strong_towns(question, ("innenstadt", "wohnen")) == [strong[2].id, strong[0].id]


def test_alike_questions_and_examples_are_found_by_the_beginnings_of_words(cast: Cast) -> None:
    alike = make.QuestionFactory(title="Leerstände in der Hauptstraße")
    hidden = make.QuestionFactory(title="Leerstand beheben", town_id=cast.suspended_town.id)
    make.QuestionFactory(
        title="Wer kennt einen Bürgerbus?", text="Zu den Ortsteilen.", subjects=("mobilitaet",)
    )
    practice = make.PracticeFactory(
        title="Leerstand auf Zeit vermieten", search_text="leerstand auf zeit vermieten"
    )
    found = question_search.similar("Was tun gegen Leerstand?", "", ("innenstadt",), cast.town.id)
    assert [row.question_id for row in found.questions] == [alike.id] != [hidden.id]
    assert [card.practice_id for card in found.practices] == [practice.id]
    assert question_search.similar("Wie? Was? Und die Stadt?", "", (), cast.town.id).is_empty


def test_places_people_and_addresses_in_a_text_are_marked(cast: Cast) -> None:
    make.TownFactory(name="Neuhügel an der Sölle")
    make.TownFactory(name="Weg")
    cast.mayor.last_name, cast.town.kreis_name = "Brandtner", "Landkreis Ostellern"
    db.session.commit()
    names = question_anonymity.names_for(cast.town.id)
    text = (
        "In Ellernrode und Neuhügel an der Sölle: Die Ellernroder Läden in Ostellern stehen leer, sagt Brandtner. "
        "Fragen Sie Herrn Dr. Meierling oder rathaus@ellernrode.example, 03571 443322. Der Weg ist weit, "
        "und in Lauenfurts Mitte ist es anders als bei Neuhügel. Wir sind eine kleine Stadt mit vielen Läden."
    )
    found = [text[mark.start : mark.end] for mark in question_anonymity.marks(text, names)]
    assert found == [
        *("Ellernrode", "Neuhügel an der Sölle", "Ellernroder", "Ostellern", "Brandtner"),
        *("Herrn Dr. Meierling", "rathaus@ellernrode.example", "03571 443322", "Lauenfurts", "Neuhügel"),
    ]
    assert "".join(piece.text for piece in question_anonymity.pieces(text, names)) == text
    assert question_anonymity.marks("Unsere Läden stehen leer. Was hat euch geholfen?", names) == ()
    look = question_checks.look(new(title="Läden in Ellernrode?", is_anonymous=True), cast.town.id)
    assert (
        look.gives_away
        and not question_checks.look(new(title="Läden in Ellernrode?"), cast.town.id).gives_away
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Der Eigentümer Klaus-Peter von Petersen wohnt weit weg.", ["Eigentümer Klaus-Peter von Petersen"]),
        ("Das hat Sabine Krögerling gesagt, Sabine weiß mehr.", ["Sabine Krögerling"]),
        ("Am Marktplatz 3 und in der Langen Gasse 12a, im Ortsteil Unterdorf.",
         ["Marktplatz 3", "Gasse 12a", "Ortsteil Unterdorf"]),
        ("Die Ellernröder Kaufleute, auch die Ellernrödern nahen.", ["Ellernröder"]),
        ("Bei uns in Sachsen gilt das Kommunalrecht von Rheinland-Pfalz nicht.", ["Sachsen", "Rheinland-Pfalz"]),
        ("Wir sind auf Platz 3 und am Arbeitsmarkt 20 % stärker. Die Kirche steht im Dorf.", []),
        ("Im August Feste, im Ernst Sorgen, in der Mark Schulden: Der Stadtrat berät darüber.", []),
    ],
)  # fmt: skip
def test_people_without_a_title_streets_parts_of_a_town_and_laender_are_marked(
    cast: Cast, text: str, found: list[str]
) -> None:
    marks = question_anonymity.marks(text, question_anonymity.names_for(cast.town.id))
    assert [text[mark.start : mark.end] for mark in marks] == found


def test_a_size_is_told_only_if_twenty_active_towns_share_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert db.session.get_one(Question, ask(cast, is_anonymous=True)).size_band is None
    monkeypatch.setattr(question_anonymity, "SIZE_SHARED_BY", 2)
    told = db.session.get_one(Question, ask(cast, title="Eine zweite", is_anonymous=True))
    assert told.size_band is not None
    page = questions.page(told.id, cast.other_town.id)
    assert (page.row.town, page.row.size_band) == (None, told.size_band)
    assert questions.page(ask(cast, title="Mit Namen"), cast.other_town.id).row.size_band is None


def test_a_hidden_asker_is_warned_before_her_own_words_give_her_away(cast: Cast) -> None:
    hidden, named = ask(cast, is_anonymous=True), ask(cast, title="Mit Namen")
    assert question_checks.giving_away(hidden, "Bei uns in Ellernrode.", cast.town.id)
    assert not question_checks.giving_away(hidden, "Bei uns.", cast.town.id)
    assert not question_checks.giving_away(named, "Bei uns in Ellernrode.", cast.town.id)
    assert not question_checks.giving_away(hidden, "In Ellernrode.", cast.other_town.id)


def test_the_next_letter_names_open_questions_to_strong_towns_that_have_not_answered(cast: Cast) -> None:
    for town in (cast.town, cast.other_town):
        make.StanceFactory(town_id=town.id, subject="innenstadt", state="strength")
    first = make.QuestionFactory(town_id=cast.town.id)
    second = make.QuestionFactory(deadline=clock.today() + timedelta(days=3))
    make.QuestionFactory(deadline=clock.today() - timedelta(days=1))
    make.QuestionAnswerFactory(question_id=first.id, town_id=cast.other_town.id)
    towns = (cast.town.id, cast.other_town.id)
    with counted_queries() as statements:
        found = question_news.news(towns)
    assert len(statements) <= 4
    assert {town: [one.question_id for one in told] for town, told in found.items()} == {
        cast.town.id: [second.id],
        cast.other_town.id: [second.id],
    }
    one = source.untold(found[cast.town.id], (), today=clock.today())
    assert one is not None and one.question_id == second.id
    assert source.untold(found[cast.town.id], {one.key}, today=clock.today()) is None


def test_questions_go_on_with_the_successor_and_without_a_deleted_author(cast: Cast) -> None:
    question_id = ask(cast)
    erasure.erase(cast.colleague.id, erasure.BY_OPERATOR)
    assert questions.page(question_id, cast.town.id).author == questions.FORMER
    question_inheritance.inherit(cast.town.id, cast.other_town.id, suspended=False)
    db.session.commit()
    assert questions.page(question_id, cast.other_town.id).row.is_own
    question_inheritance.inherit(cast.other_town.id, cast.town.id, suspended=True)
    assert questions.page(question_id, cast.other_town.id).row.is_own


def test_a_question_is_taken_back_only_before_an_answer_and_the_operator_sees_who_asks(cast: Cast) -> None:
    question_id = ask(cast, is_anonymous=True)
    found = question_desk.page(question_id)
    assert (found.question.town, found.question.author) == (
        "Ellernrode",
        f"{cast.colleague.first_name} {cast.colleague.last_name}",
    )
    given = question_answers.answer(
        question_id, "Ja.", town_id=cast.other_town.id, account_id=cast.stranger.id
    )
    assert not question_asking.withdraw(question_id, town_id=cast.town.id, account_id=cast.mayor.id)
    question_answers.withdraw(question_id, given, town_id=cast.other_town.id, account_id=cast.stranger.id)
    assert question_asking.withdraw(question_id, town_id=cast.town.id, account_id=cast.mayor.id)
    assert db.session.scalars(select(QuestionAnswer)).all() == []
    with pytest.raises(UnknownQuestionError):
        questions.page(question_id, cast.town.id)
    assert not [
        row
        for row in db.session.scalars(select(Letter))
        if b"Ellernrode" in row.content and row.account_id == cast.stranger.id
    ]
