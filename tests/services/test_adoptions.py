"""Who repeats an example, what the family of an example shows to whom, and what its town learns."""

from typing import Any

import pytest
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Adoption, Exchange, Notification, Practice, Town
from kleinstadt_net.services import adoption_news, adoption_questions, adoption_trees, adoptions
from kleinstadt_net.services.adoption_trees import Tree
from kleinstadt_net.services.adoptions import (
    Content,
    OwnExampleError,
    StaleVersionError,
    UnknownPracticeError,
)
from kleinstadt_net.services.directory_filters import VISITOR, Reader
from kleinstadt_net.services.exchange_requests import RefusedError
from tests.factories import AdoptionFactory, MembershipFactory, PracticeFactory, TownFactory
from tests.support.cast import Cast
from tests.support.statements import counted_queries


@pytest.fixture
def practice(cast: Cast) -> Practice:
    """An example of the stranger's town, which the mayor's may repeat."""
    made: Practice = PracticeFactory(town=cast.other_town, created_by_id=cast.stranger.id)
    return made


def save(practice: Practice, town: Town, account: Account, state: str = "running", **given: Any) -> bool:
    version = given.pop("version", 0)
    return adoptions.save(practice.id, town.id, account.id, Content(state, **given), version)


def names(tree: Tree) -> list[str]:
    return [branch.town.name for branch in tree.branches if branch.town]


def test_a_lead_s_word_is_public_and_an_editor_s_waits_for_her(practice: Practice, cast: Cast) -> None:
    assert save(practice, cast.town, cast.colleague, changed="Nur zwei Läden.", why="Mehr stehen nicht leer.")
    verified = Reader(cast.other_town.id, verified=True)
    assert names(adoption_trees.tree(practice.id, VISITOR)) == []
    seen = adoption_trees.tree(practice.id, verified).branches[0]
    assert (seen.changed, seen.why) == ("Nur zwei Läden.", "Mehr stehen nicht leer.")
    assert not save(practice, cast.town, cast.mayor, changed="Nur zwei Läden.", why="Geheim.", version=1)
    public = adoption_trees.tree(practice.id, VISITOR).branches[0]
    assert (public.state, public.changed, public.why) == ("running", "Nur zwei Läden.", "")


@pytest.mark.parametrize("state", ["planned", "given_up"])
def test_plans_and_what_was_given_up_are_for_confirmed_towns(
    state: str, practice: Practice, cast: Cast
) -> None:
    save(practice, cast.town, cast.mayor, "planned")
    save(practice, cast.town, cast.mayor, state, version=1)
    assert adoption_trees.tree(practice.id, VISITOR).branches == ()
    tree = adoption_trees.tree(practice.id, Reader(cast.town.id, verified=True))
    assert tree.own is not None and tree.own.state == state
    assert tree.towns == (0 if state == "given_up" else 1)


def test_nobody_begins_by_giving_up(practice: Practice, cast: Cast) -> None:
    with pytest.raises(ValueError, match="never begun"):
        save(practice, cast.town, cast.mayor, "given_up")
    assert db.session.scalars(select(Adoption)).all() == []
    assert db.session.scalars(select(Notification)).all() == []


def test_the_tree_goes_down_and_up_through_own_versions(practice: Practice, cast: Cast) -> None:
    own = PracticeFactory(town=cast.town, title="Läden auf Probe")
    AdoptionFactory(practice_id=practice.id, town=cast.town, own_practice_id=own.id)
    AdoptionFactory(practice_id=own.id, town=TownFactory(name="Weidenhain", taking_part=True))
    with counted_queries() as few:
        tree = adoption_trees.tree(practice.id, VISITOR)
    branch = tree.branches[0]
    assert branch.version is not None and branch.version.title == "Läden auf Probe"
    assert [one.town.name for one in branch.branches if one.town] == ["Weidenhain"] and tree.towns == 2
    below = adoption_trees.tree(own.id, VISITOR)
    assert [(one.version.practice_id, one.town.name) for one in below.ancestors] == [
        (practice.id, "Lauenfurt")
    ]
    for _ in range(4):
        AdoptionFactory(practice_id=own.id)
    with counted_queries() as many:
        assert adoption_trees.tree(practice.id, VISITOR).towns == 6
    assert len(many) == len(few) <= 3


def test_an_own_version_that_is_a_draft_and_a_town_that_left_are_not_named(
    practice: Practice, cast: Cast
) -> None:
    draft = PracticeFactory(town=cast.town, state="draft")
    AdoptionFactory(practice_id=practice.id, town=cast.town, own_practice_id=draft.id)
    AdoptionFactory(practice_id=practice.id, town=cast.suspended_town)
    branches = adoption_trees.tree(practice.id, Reader(cast.town.id, verified=True)).branches
    assert [branch.version for branch in branches] == [None]
    assert adoption_trees.tree(draft.id, VISITOR).ancestors[0].town.name == "Lauenfurt"


def test_an_example_is_not_a_version_of_its_own_descendant(practice: Practice, cast: Cast) -> None:
    own = PracticeFactory(town=cast.town)
    AdoptionFactory(practice_id=practice.id, town=cast.town, own_practice_id=own.id)
    assert practice.id not in dict(adoptions.desk(own.id, cast.other_town.id).versions)
    with pytest.raises(ValueError, match="no own version"):
        save(own, cast.other_town, cast.stranger, own_practice_id=practice.id)
    # Even where it has come to a circle the trees end.
    AdoptionFactory(practice_id=own.id, town=cast.other_town, own_practice_id=practice.id)
    tree = adoption_trees.tree(practice.id, VISITOR)
    assert tree.towns == 2 and len(tree.ancestors) == 2


def test_what_cannot_be_repeated_is_refused_and_nothing_is_stored(practice: Practice, cast: Cast) -> None:
    with pytest.raises(OwnExampleError):
        save(practice, cast.other_town, cast.stranger)
    for wrong in (PracticeFactory(state="draft"), PracticeFactory(town=cast.suspended_town)):
        with pytest.raises(UnknownPracticeError):
            save(wrong, cast.town, cast.mayor)
    with pytest.raises(UnknownPracticeError):
        save(practice, cast.town, cast.stranger)
    with pytest.raises(ValueError, match="too long"):
        save(practice, cast.town, cast.mayor, changed="x" * 2001)
    assert db.session.scalars(select(Adoption)).all() == []


def test_a_form_opened_earlier_overwrites_nothing(practice: Practice, cast: Cast) -> None:
    save(practice, cast.town, cast.mayor)
    save(practice, cast.town, cast.colleague, "done", version=1)
    with pytest.raises(StaleVersionError) as stale:
        save(practice, cast.town, cast.mayor, "given_up", version=1)
    assert (stale.value.content.state, stale.value.version) == ("done", 2)
    with pytest.raises(StaleVersionError):
        save(practice, cast.town, cast.mayor)


def test_the_example_s_town_hears_of_it_once_and_finds_it_in_its_news(practice: Practice, cast: Cast) -> None:
    save(practice, cast.town, cast.mayor, changed="Anders.")
    save(practice, cast.town, cast.mayor, "running", version=1)
    (told,) = lines()
    assert (told.account_id, told.kind) == (cast.stranger.id, "practices")
    assert "Ellernrode" in told.title and "Anders." not in f"{told.title} {told.detail}"
    for version, state in enumerate(("done", "done", "running", "done"), start=2):
        save(practice, cast.town, cast.mayor, state, version=version)
    assert [line.title for line in lines()] == [
        "Ellernrode setzt Ihr Beispiel um",
        "Ellernrode hat Ihr Beispiel umgesetzt",
    ]
    (news,) = adoption_news.news([cast.other_town.id, cast.town.id])[cast.other_town.id]
    assert (news.town, news.title, news.state) == ("Ellernrode", practice.title, "done")


def lines() -> list[Notification]:
    return list(db.session.scalars(select(Notification).order_by(Notification.id)))


def test_who_has_done_it_when_she_enters_it_is_told_of_once(practice: Practice, cast: Cast) -> None:
    save(practice, cast.town, cast.mayor, "done")
    save(practice, cast.town, cast.mayor, "running", version=1)
    save(practice, cast.town, cast.mayor, "done", version=2)
    assert [line.title for line in lines()] == ["Ellernrode hat Ihr Beispiel umgesetzt"]


def test_withdrawing_leaves_no_trace_in_the_family(practice: Practice, cast: Cast) -> None:
    save(practice, cast.town, cast.mayor)
    with pytest.raises(UnknownPracticeError):
        adoptions.withdraw(practice.id, cast.town.id, cast.stranger.id)
    assert adoptions.withdraw(practice.id, cast.town.id, cast.colleague.id)
    assert not adoptions.withdraw(practice.id, cast.town.id, cast.mayor.id)
    assert adoption_trees.tree(practice.id, Reader(cast.town.id, verified=True)).towns == 0


def test_a_merged_town_s_adoptions_go_on_once_and_end_where_both_were(practice: Practice, cast: Cast) -> None:
    successor = TownFactory(taking_part=True)
    kept = AdoptionFactory(practice_id=practice.id, town=cast.town).id
    double = PracticeFactory()
    AdoptionFactory(practice_id=double.id, town=cast.town)
    theirs = AdoptionFactory(practice_id=double.id, town=successor, state="done").id
    AdoptionFactory(practice_id=PracticeFactory(town=successor).id, town=cast.town)
    adoptions.inherit(cast.town.id, successor.id)
    rows = db.session.scalars(select(Adoption).order_by(Adoption.id)).all()
    assert {row.id for row in rows} == {kept, theirs} and {row.town_id for row in rows} == {successor.id}


def test_a_question_on_an_example_is_a_request_to_its_town(practice: Practice, cast: Cast) -> None:
    made = adoption_questions.ask(
        practice.id, cast.town.id, cast.mayor.id, "Was steht im Mietvertrag?", "telephone"
    )
    row = db.session.get_one(Exchange, made)
    assert (row.origin, row.peer_id, row.need) == (
        "practice",
        cast.other_town.id,
        "Was steht im Mietvertrag?",
    )
    assert practice.title in row.concern
    assert adoption_questions.offer(practice.id, cast.town.id).obstacle is not None
    with pytest.raises(RefusedError):
        adoption_questions.ask(practice.id, cast.town.id, cast.mayor.id, "Noch etwas?", "video")


def test_an_erased_person_leaves_the_town_s_entry(practice: Practice, cast: Cast) -> None:
    helper = MembershipFactory(town=cast.town).account
    save(practice, cast.town, helper)
    db.session.delete(helper)
    db.session.commit()
    own = adoptions.desk(practice.id, cast.town.id).own
    assert own is not None and own.by is None
