"""What an operator does about a town and its content, and what its people are told."""

from typing import Any

import pytest
from sqlalchemy import func, select

from kleinstadt_net.database import db
from kleinstadt_net.models import AuditEntry, Letter, Stance, Town
from kleinstadt_net.services import installation, moderation, operator_search, stances, town_files, towns
from kleinstadt_net.services.moderation import ContentChanged
from tests.factories import StanceFactory
from tests.support.cast import Cast
from tests.support.letters import text_of

REASON = "Die Stadt hat wiederholt Werbung eingestellt."


def letters(kind: str) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_suspended_town_disappears_and_all_its_people_are_told_why(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id)
    before = installation.revision()

    assert moderation.suspend(cast.town.id, REASON, cast.operator.id)

    page = towns.find(cast.town.ags)
    assert page is not None and not page.taking_part and not page.statements
    assert installation.revision() > before
    told = letters("town_suspended")
    # The unverified person only asked to act for the town and is none of its people.
    assert {letter.recipient for letter in told} == {cast.mayor.email, cast.colleague.email}
    assert REASON in text_of(told[0]) and "antworten Sie einfach auf diesen Brief" in text_of(told[0])
    assert actions() == ["town.suspended"]


def test_suspending_twice_is_one_suspension_and_one_letter_each(cast: Cast) -> None:
    assert moderation.suspend(cast.town.id, REASON, cast.operator.id)
    assert not moderation.suspend(cast.town.id, REASON, cast.operator.id)
    assert len(letters("town_suspended")) == 2


def test_a_lifted_suspension_gives_everything_back_and_may_come_again(cast: Cast) -> None:
    assert not moderation.lift(cast.town.id, cast.operator.id)
    moderation.suspend(cast.town.id, REASON, cast.operator.id)

    assert moderation.lift(cast.town.id, cast.operator.id)

    assert db.session.get_one(Town, cast.town.id, populate_existing=True).suspended_at is None
    assert "ist wieder dabei" in letters("town_resumed")[0].subject
    assert moderation.suspend(cast.town.id, REASON, cast.operator.id)
    assert len(letters("town_suspended")) == 4


def test_people_of_a_suspended_town_are_verified_no_longer(cast: Cast, client: Any, sign_in: Any) -> None:
    sign_in(client, cast.mayor)
    assert client.get("/unsere-stadt").status_code == 200
    moderation.suspend(cast.town.id, REASON, cast.operator.id)
    assert client.get("/unsere-stadt").status_code == 403


@pytest.mark.parametrize("whole", [True, False])
def test_a_sentence_or_the_whole_statement_is_taken_out(cast: Cast, whole: bool) -> None:
    stance = StanceFactory(town_id=cast.town.id, sentence="Kaufen Sie bei Muster & Söhne.", version=3)
    version, changed_at = stance.version, stance.changed_at

    removed = moderation.take_out(
        cast.town.id, "innenstadt", version, whole=whole, by_account_id=cast.operator.id, report_id=7
    )
    db.session.commit()

    assert removed.sentence == "Kaufen Sie bei Muster & Söhne."
    row = stances.find(cast.town.id, "innenstadt")
    assert (row.state, row.sentence) == ((None, None) if whole else ("strength", None))
    if not whole:
        # The town's open form is stale now, and the network hears of no news that the town did not give.
        assert row.version == 4
        assert db.session.scalar(select(Stance.changed_at)) == changed_at
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.account_id, entry.detail["report"]) == ("stance.removed", cast.operator.id, 7)


def test_what_the_town_has_changed_since_is_not_removed_unseen(cast: Cast) -> None:
    stance = StanceFactory(town_id=cast.town.id, sentence=None, version=2)
    cases: list[tuple[str, int, bool]] = [
        ("innenstadt", 1, True),
        ("wohnen", 1, True),
        ("innenstadt", 2, False),
    ]
    for subject, version, whole in cases:
        with pytest.raises(ContentChanged):
            moderation.take_out(
                stance.town_id, subject, version, whole=whole, by_account_id=cast.operator.id, report_id=1
            )
        db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Stance)) == 1


def test_an_operator_finds_people_by_name_or_address_and_towns_by_name_or_key(cast: Cast) -> None:
    cast.mayor.first_name, cast.mayor.last_name = "Änne", "Brandtner"
    db.session.commit()

    found = operator_search.people("brandt ELLERN")
    assert [person.email for person in found] == [cast.mayor.email]
    assert [(one.town_name, one.role) for one in found[0].access] == [("Ellernrode", "lead")]
    # A sign that means something to the database means nothing here.
    assert operator_search.people("%") == operator_search.people("") == operator_search.people("_") == []
    assert [town.name for town in operator_search.towns(cast.suspended_town.ags)] == ["Hohenwispel"]
    assert "Ellernrode" in [town.name for town in operator_search.towns("ellernr")]
    assert [town.name for town in operator_search.suspended_towns()] == ["Hohenwispel"]


def test_the_file_of_a_town_names_its_people_and_its_only_lead(cast: Cast) -> None:
    file = town_files.find(cast.town.ags)
    assert file is not None and file.sole_lead is not None
    assert file.sole_lead.email == cast.mayor.email
    assert {person.state for person in file.people} == {"confirmed", "pending"}
    assert town_files.find("99999999") is None
