"""The people of a town: roles, leaving, and that a town never loses its last lead unseen."""

from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, AuditEntry, Invitation, Letter, Membership, OperatorTask, Town
from kleinstadt_net.services import memberships, stances, town_people, town_trail
from tests.factories import InvitationFactory, MembershipFactory, StanceFactory, TownFactory
from tests.support.cast import Cast


def of(account: Account) -> Membership:
    return db.session.scalars(select(Membership).where(Membership.account_id == account.id)).one()


def kinds() -> list[str]:
    return list(db.session.scalars(select(Letter.kind).order_by(Letter.id)))


def test_a_lead_sees_her_people_and_who_waits(cast: Cast) -> None:
    found = town_people.people(cast.town.id)
    assert [(person.account_id, person.role) for person in found.persons] == [
        (cast.mayor.id, "lead"),
        (cast.colleague.id, "editor"),
    ]
    assert [claim.email for claim in found.claims] == [cast.unverified.email]
    assert found.needs_release


def test_the_last_lead_can_neither_leave_nor_be_removed_nor_become_an_editor(cast: Cast) -> None:
    mayor, town_id = of(cast.mayor).id, cast.town.id
    with pytest.raises(memberships.LastLead):
        memberships.leave(cast.mayor.id, mayor)
    with pytest.raises(memberships.LastLead):
        memberships.remove(town_id, mayor, cast.mayor.id)
    with pytest.raises(memberships.LastLead):
        memberships.change_role(town_id, mayor, "editor", cast.mayor.id)
    assert (of(cast.mayor).role, of(cast.mayor).state) == ("lead", "confirmed")
    assert not kinds()
    assert memberships.change_role(town_id, of(cast.colleague).id, "lead", cast.mayor.id)
    InvitationFactory(town=cast.town, invited_by=cast.mayor)
    assert memberships.leave(cast.mayor.id, mayor)
    assert of(cast.mayor).state == "ended" and not of(cast.mayor).is_home
    assert kinds() == ["role_changed", "membership_ended"]
    assert db.session.scalars(select(Invitation.withdrawn_at)).one() is not None


@pytest.mark.both_databases
def test_two_last_leads_leaving_at_once_leave_one(app: Flask, cast: Cast) -> None:
    people = [(cast.mayor.id, of(cast.mayor).id), (cast.colleague.id, of(cast.colleague).id)]
    of(cast.colleague).role = "lead"
    db.session.commit()
    start = Barrier(2)
    outcomes: list[bool | str] = []

    def leave(account_id: int, membership_id: int) -> None:
        with app.app_context():
            start.wait()
            try:
                outcomes.append(memberships.leave(account_id, membership_id))
            except memberships.LastLead:
                outcomes.append("last lead")

    threads = [Thread(target=leave, args=person) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(map(str, outcomes)) == ["True", "last lead"]
    assert len(town_people.people(cast.town.id).leads) == 1


def test_only_the_operator_s_explicit_act_ends_the_last_lead_s_access(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, subject="wohnen")
    mayor = of(cast.mayor).id
    assert memberships.ask_operator(cast.mayor.id, mayor)
    assert db.session.scalars(select(OperatorTask.kind)).one() == "last_lead_leaves"
    assert not memberships.remove_last_lead(of(cast.colleague).id, cast.operator.id)
    assert memberships.remove_last_lead(mayor, cast.operator.id)
    assert db.session.get_one(Town, cast.town.id).joined_on is None
    assert stances.find(cast.town.id, "wohnen").state == "strength"
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.account_id == cast.operator.id))
    assert set(actions) == {"membership.ended", "town.left"}


def test_a_stranger_a_colleague_and_another_town_s_lead_change_nothing(cast: Cast) -> None:
    colleague, town_id = of(cast.colleague).id, cast.town.id
    for who in (cast.stranger, cast.colleague, cast.unverified):
        assert not memberships.remove(town_id, colleague, who.id)
        assert not memberships.change_role(town_id, colleague, "lead", who.id)
        assert not memberships.set_needs_release(town_id, False, who.id)
    assert not memberships.remove(cast.other_town.id, colleague, cast.stranger.id)
    assert not memberships.leave(cast.stranger.id, colleague)
    assert not memberships.set_home(cast.stranger.id, colleague)
    with pytest.raises(ValueError, match="operator"):
        memberships.change_role(town_id, colleague, "operator", cast.mayor.id)
    assert (of(cast.colleague).role, of(cast.colleague).state) == ("editor", "confirmed")


def test_home_moves_on_when_its_access_ends(cast: Cast) -> None:
    second = MembershipFactory(account=cast.colleague, town=cast.other_town, role="editor", is_home=False)
    assert memberships.set_home(cast.colleague.id, second.id)
    assert [town.is_home for town in town_people.own(cast.colleague.id).towns] == [True, False]
    assert memberships.leave(cast.colleague.id, second.id)
    assert [town.is_home for town in town_people.own(cast.colleague.id).towns] == [True]


def test_a_further_town_is_asked_for_once(cast: Cast) -> None:
    further = TownFactory()
    assert memberships.claim_further_town(cast.mayor.id, further.ags, "Bürgermeisterin")
    assert not memberships.claim_further_town(cast.mayor.id, further.ags, "Bürgermeisterin")
    assert not memberships.claim_further_town(cast.mayor.id, "00000000", "Bürgermeisterin")
    row = db.session.scalars(select(Membership).where(Membership.town_id == further.id)).one()
    assert (row.state, row.is_home) == ("pending", False)


def test_the_trail_names_people_while_their_accounts_exist(cast: Cast) -> None:
    memberships.remove(cast.town.id, of(cast.colleague).id, cast.mayor.id)
    (deed,) = town_trail.deeds(cast.town.id, limit=5)
    assert (deed.who, deed.name) == ("person", town_people.name_of(cast.mayor))
    assert deed.concerned == town_people.name_of(cast.colleague)
    db.session.delete(cast.mayor)
    db.session.delete(cast.colleague)
    db.session.commit()
    (deed,) = town_trail.deeds(cast.town.id, limit=5)
    assert (deed.who, deed.name, deed.concerned) == ("former", "", "")
    assert town_trail.count(cast.other_town.id) == 0
