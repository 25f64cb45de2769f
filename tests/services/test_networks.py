"""Networks: founding, asking, deciding, handing over; two at once; what becomes of them when towns go."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import (
    AuditEntry,
    Letter,
    Network,
    NetworkMember,
    Round,
    Suggestion,
    Town,
)
from kleinstadt_net.services import (
    directory,
    erasure,
    inheritance,
    installation,
    moderation,
    network_members,
    networks,
    operations,
    round_inputs,
    rounds,
    snapshot,
    towns,
)
from kleinstadt_net.services.directory_filters import DirectoryFilters, Reader
from kleinstadt_net.services.network_members import IsContact, TooManyRequests
from kleinstadt_net.services.network_rights import Actor, NoSuchNetwork
from kleinstadt_net.services.networks import (
    Content,
    HasMembers,
    Refused,
    StaleVersion,
    TooMany,
)
from tests import factories as make
from tests.support.cast import Cast
from tests.support.letters import html_of, text_of
from tests.support.statements import counted_queries

ELLERNLAND = Content("Städtenetz Ellernland", "city_network", "innenstadt", "Wir treffen uns.", None)
SLUG = "staedtenetz-ellernland"


@pytest.fixture
def mayor(cast: Cast) -> Actor:
    return Actor(cast.mayor.id, cast.town.id)


@pytest.fixture
def stranger(cast: Cast) -> Actor:
    return Actor(cast.stranger.id, cast.other_town.id)


@pytest.fixture
def founded(cast: Cast) -> str:
    return networks.create(cast.town.id, cast.mayor.id, ELLERNLAND)


def letters(kind: str) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def codes() -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.action.startswith("network."))
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def names(town_id: int) -> list[str]:
    return [link.name for link in networks.of_town(town_id)]


def remove_contact(cast: Cast) -> None:
    """As when the last lead of the contact town is gone."""
    db.session.execute(update(Town).where(Town.id == cast.town.id).values(joined_on=None))
    db.session.commit()


def test_a_lead_founds_a_network_and_another_town_joins_with_one_click(
    cast: Cast, founded: str, mayor: Actor, stranger: Actor
) -> None:
    assert founded == SLUG
    assert names(cast.town.id) == [ELLERNLAND.name] and not names(cast.other_town.id)
    assert network_members.ask(SLUG, stranger) and not network_members.ask(SLUG, stranger)
    (request,) = letters("network_request")
    assert request.account_id == cast.mayor.id
    assert request.subject == "Lauenfurt möchte zu „Städtenetz Ellernland“ gehören"
    for body in (text_of(request), html_of(request)):
        assert "Lauenfurt" in body and f"/netzwerk/{SLUG}/bearbeiten" in body and "Stimmt das?" in body
    # Nobody else sees it yet.
    assert not names(cast.other_town.id) and len(networks.page(SLUG).members) == 1
    desk = network_members.desk(networks.page(SLUG).network_id, cast.other_town.id)
    assert desk.state == "asked" and [one.name for one in desk.requests] == ["Lauenfurt"]

    assert network_members.confirm(SLUG, mayor, cast.other_town.ags)
    assert not network_members.confirm(SLUG, mayor, cast.other_town.ags)
    assert not network_members.decline(SLUG, mayor, cast.other_town.ags)
    assert names(cast.other_town.id) == [ELLERNLAND.name]
    assert [town.name for town in networks.page(SLUG).members] == ["Ellernrode", "Lauenfurt"]
    (answer,) = letters("network_confirmed")
    assert answer.account_id == cast.stranger.id and "Ellernrode hat bestätigt" in text_of(answer)
    page = towns.find(cast.other_town.ags)
    assert page is not None and [link.slug for link in page.networks] == [SLUG]
    assert codes() == ["network.created", "network.asked", "network.confirmed"]


def test_who_was_declined_is_told_and_may_ask_again(
    cast: Cast, founded: str, mayor: Actor, stranger: Actor
) -> None:
    network_members.ask(SLUG, stranger)
    assert network_members.decline(SLUG, mayor, cast.other_town.ags)
    (answer,) = letters("network_declined")
    assert "nur ein Missverständnis" in text_of(answer) and "nur ein Missverständnis" in html_of(answer)
    assert network_members.ask(SLUG, stranger)
    assert network_members.withdraw(SLUG, stranger) and not network_members.withdraw(SLUG, stranger)
    assert len(letters("network_request")) == 2


def test_the_answer_goes_to_all_leads_where_who_asked_is_gone(
    cast: Cast, founded: str, mayor: Actor, stranger: Actor
) -> None:
    other = make.AccountFactory()
    make.MembershipFactory(account=other, town=cast.other_town, role="lead")
    network_members.ask(SLUG, stranger)
    erasure.erase(cast.stranger.id, erasure.BY_HERSELF)
    assert db.session.scalars(select(NetworkMember.asked_by_id)).all() == [cast.mayor.id, None]
    network_members.confirm(SLUG, mayor, cast.other_town.ags)
    assert [letter.account_id for letter in letters("network_confirmed")] == [other.id]


def test_nobody_but_leads_of_the_towns_concerned_moves_anything(
    cast: Cast, founded: str, mayor: Actor, stranger: Actor
) -> None:
    network_members.ask(SLUG, stranger)
    ags, version = cast.other_town.ags, networks.page(SLUG).version
    strangers = (
        stranger,
        Actor(cast.colleague.id, cast.town.id),
        Actor(cast.stranger.id, cast.town.id),
        Actor(cast.suspended.id, cast.suspended_town.id),
        # No operator, and without a town.
        Actor(cast.mayor.id),
    )
    for who in strangers:
        for deed in (network_members.confirm, network_members.decline, network_members.remove):
            with pytest.raises(NoSuchNetwork):
                deed(SLUG, who, ags)
        for act in (
            lambda who=who: network_members.hand_over(SLUG, who, ags),
            lambda who=who: networks.edit(SLUG, who, replace(ELLERNLAND, name="Meines"), version),
            lambda who=who: networks.delete(SLUG, who),
            lambda who=who: networks.for_editing(SLUG, who),
        ):
            with pytest.raises(NoSuchNetwork):
                act()
    for who in strangers[1:]:
        for own in (network_members.ask, network_members.withdraw, network_members.leave):
            with pytest.raises(NoSuchNetwork):
                own(SLUG, who)
    for town, person in ((cast.town, cast.colleague), (cast.suspended_town, cast.suspended)):
        with pytest.raises(NoSuchNetwork):
            networks.create(town.id, person.id, replace(ELLERNLAND, name="Neues Netz"))
    with pytest.raises(NoSuchNetwork):
        network_members.confirm("gibt-es-nicht", mayor, ags)
    # While a town looks after it an operator decides nothing about towns.
    with pytest.raises(NoSuchNetwork):
        network_members.confirm(SLUG, Actor(cast.operator.id), ags)
    assert codes() == ["network.created", "network.asked"]


def test_of_two_who_change_a_network_at_once_neither_loses_a_word(
    cast: Cast, founded: str, mayor: Actor
) -> None:
    version = networks.page(SLUG).version
    networks.edit(SLUG, mayor, replace(ELLERNLAND, about="Wir treffen uns **zweimal**."), version)
    with pytest.raises(StaleVersion) as stale:
        networks.edit(SLUG, Actor(cast.operator.id), replace(ELLERNLAND, about="Anders."), version)
    assert stale.value.current.about == "Wir treffen uns **zweimal**." and stale.value.version == version + 1
    before = codes()
    # The same once more is no change.
    networks.edit(SLUG, mayor, stale.value.current, stale.value.version)
    assert codes() == before == ["network.created", "network.edited"]
    networks.edit(SLUG, mayor, replace(ELLERNLAND, name="Ellernlandnetz"), stale.value.version)
    assert names(cast.town.id) == ["Ellernlandnetz"], "every process hears of a new name"
    assert networks.page(SLUG).content.name == "Ellernlandnetz", "the address stays"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "!?"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "STÄDTENETZ Ellernland"}, "name"),
        ({"name": "Staedtenetz Ellernland"}, "name"),
        ({"kind": "empire"}, "kind"),
        ({"topic": "t01"}, "topic"),
        ({"about": "x" * 2001}, "about"),
        ({"website": "javascript://alert(1)"}, "website"),
        ({"website": "https://" + "x" * 300 + ".example"}, "website"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(
    cast: Cast, founded: str, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        networks.create(
            cast.other_town.id, cast.stranger.id, replace(ELLERNLAND, **({"name": "Neues Netz"} | changes))
        )
    assert list(refused.value.problems) == [field]
    assert db.session.scalars(select(Network.slug)).all() == [SLUG]


def test_one_town_fills_neither_the_list_nor_another_s_mailbox(
    cast: Cast, founded: str, stranger: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "MAX_PER_TOWN", 1)
    with pytest.raises(TooMany):
        networks.create(cast.town.id, cast.mayor.id, replace(ELLERNLAND, name="Noch eins"))
    for _ in range(network_members.REQUESTS.count):
        assert network_members.ask(SLUG, stranger) and network_members.withdraw(SLUG, stranger)
    with pytest.raises(TooManyRequests):
        network_members.ask(SLUG, stranger)
    assert len(letters("network_request")) == network_members.REQUESTS.count


def test_the_contact_leaves_only_after_handing_over_and_both_sides_can_end_it(
    cast: Cast, founded: str, mayor: Actor, stranger: Actor
) -> None:
    network_members.ask(SLUG, stranger)
    assert not network_members.hand_over(SLUG, mayor, cast.other_town.ags), "who only asks takes nothing over"
    network_members.confirm(SLUG, mayor, cast.other_town.ags)
    with pytest.raises(IsContact):
        network_members.leave(SLUG, mayor)
    with pytest.raises(IsContact):
        network_members.remove(SLUG, mayor, cast.town.ags)
    with pytest.raises(HasMembers):
        networks.delete(SLUG, mayor)
    assert network_members.hand_over(SLUG, mayor, cast.other_town.ags)
    (told,) = letters("network_handed_over")
    assert told.account_id == cast.stranger.id and "kümmert sich jetzt um seine Seite" in text_of(told)
    assert network_members.leave(SLUG, mayor) and not names(cast.town.id)
    network_members.ask(SLUG, mayor)
    network_members.confirm(SLUG, stranger, cast.town.ags)
    assert network_members.remove(SLUG, stranger, cast.town.ags)
    assert not network_members.remove(SLUG, stranger, cast.town.ags)
    (ended,) = letters("network_ended")
    assert ended.account_id == cast.mayor.id and "nicht mehr zu „Städtenetz Ellernland“" in html_of(ended)
    networks.delete(SLUG, stranger)
    assert not names(cast.other_town.id) and not networks.listing()
    with pytest.raises(NoSuchNetwork):
        networks.page(SLUG)


def test_an_operator_decides_where_no_town_can_and_ends_what_has_to_end(
    cast: Cast, founded: str, stranger: Actor
) -> None:
    operator = Actor(cast.operator.id)
    remove_contact(cast)
    assert network_members.ask(SLUG, stranger) and not letters("network_request")
    (waiting,) = operations.desk().networks
    assert (waiting.slug, waiting.requests) == (SLUG, 1)
    assert networks.page(SLUG).contact is None
    assert network_members.confirm(SLUG, operator, cast.other_town.ags)
    assert "wir haben bestätigt" in text_of(letters("network_confirmed")[0])
    assert network_members.hand_over(SLUG, operator, cast.other_town.ags)
    assert not operations.desk().networks
    networks.delete(SLUG, operator)
    assert ["gelöscht" in text_of(letter) for letter in letters("network_ended")] == [True, True]


def test_a_town_that_is_suspended_or_away_belongs_to_nothing_others_see(
    cast: Cast, founded: str, mayor: Actor, stranger: Actor
) -> None:
    network_members.ask(SLUG, stranger)
    network_members.confirm(SLUG, mayor, cast.other_town.ags)
    reader = Reader(cast.town.id, verified=True)
    assert directory.find(DirectoryFilters(network=SLUG), reader).total == 1
    moderation.suspend(cast.other_town.id, "Zur Prüfung.", cast.operator.id)
    assert [town.name for town in networks.page(SLUG).members] == ["Ellernrode"]
    found = directory.find(DirectoryFilters(network=SLUG), reader)
    assert found.total == 0 and [one.name for one in found.widenings] == ["network"]
    assert [row.size for row in networks.listing()["city_network"]] == [1]
    moderation.lift(cast.other_town.id, cast.operator.id)
    assert len(networks.page(SLUG).members) == 2


def test_pages_cost_the_same_for_two_towns_and_for_thirty(cast: Cast, founded: str) -> None:
    network_id, town_id, cost = networks.page(SLUG).network_id, cast.town.id, []
    for _ in range(2):
        networks.of_town(town_id), snapshot.current()
        db.session.commit()
        with counted_queries() as statements:
            networks.page(SLUG), network_members.desk(network_id, town_id), networks.listing()
        cost.append(len(statements))
        with counted_queries() as warm:
            networks.of_towns([town_id])
        assert not warm
        for _ in range(28):
            make.NetworkMemberFactory(network_id=network_id)
        installation.touch_towns([])
    assert cost[0] == cost[1] <= 6


@pytest.mark.parametrize(
    ("own", "theirs", "kept"),
    [
        ("confirmed", None, "confirmed"),
        ("asked", "confirmed", "confirmed"),
        ("confirmed", "asked", "confirmed"),
        ("asked", None, "asked"),
    ],
)
def test_a_dissolved_town_s_networks_go_to_its_successor(
    cast: Cast, own: str, theirs: str | None, kept: str
) -> None:
    network = make.NetworkFactory(contact_town_id=cast.town.id)
    make.NetworkMemberFactory(network_id=network.id, town_id=cast.town.id, state=own)
    if theirs:
        make.NetworkMemberFactory(network_id=network.id, town_id=cast.other_town.id, state=theirs)
    assert inheritance.is_used(cast.town.id)
    inheritance.inherit(cast.town, cast.other_town, leads=True)
    db.session.commit()
    rows = db.session.execute(select(NetworkMember.town_id, NetworkMember.state)).all()
    assert [tuple(row) for row in rows] == [(cast.other_town.id, kept)]
    assert db.session.scalar(select(Network.contact_town_id)) == cast.other_town.id


def test_a_suspended_town_brings_no_standing_with_it(cast: Cast) -> None:
    network = make.NetworkFactory(contact_town_id=cast.suspended_town.id)
    make.NetworkMemberFactory(network_id=network.id, town_id=cast.suspended_town.id)
    inheritance.inherit(cast.suspended_town, cast.town, leads=True)
    db.session.commit()
    member = db.session.scalars(select(NetworkMember)).one()
    assert (member.town_id, member.state, member.confirmed_at) == (cast.town.id, "asked", None)
    assert db.session.scalar(select(Network.contact_town_id)) is None
    assert [waiting.requests for waiting in operations.desk().networks] == [1]


def test_a_common_network_is_a_reason_and_stored_with_the_round(app: Flask) -> None:
    network = make.NetworkFactory(name="Elbnetz")
    members = []
    for _ in range(4):
        town = make.TownFactory(taking_part=True)
        make.TownFigureFactory(town=town)
        make.MembershipFactory(town=town, account=make.AccountFactory(seen_on=clock.today()), role="lead")
        members.append(town)
    for town in members[:3]:
        make.NetworkMemberFactory(network_id=network.id, town_id=town.id)
    rounds.run("2026-12")
    told = {
        (row.town_id, row.peer_id): [r["name"] for r in row.reasons if r["code"] == "same_network"]
        for row in db.session.scalars(select(Suggestion))
    }
    outside = members[3].id
    assert told and all(said == ([] if outside in pair else ["Elbnetz"]) for pair, said in told.items())
    inputs = json.loads(json.dumps(db.session.scalars(select(Round.inputs)).one()))
    stored = [town[inputs["columns"].index("networks")] for town in inputs["towns"]]
    assert sorted(stored) == [[], *[[["elbnetz", "Elbnetz"]]] * 3]
    plan = round_inputs.recompute(inputs, "2026-12")
    place = inputs["columns"].index("networks")
    older = inputs | {
        "columns": inputs["columns"][:place],
        "towns": [town[:place] for town in inputs["towns"]],
    }
    assert round_inputs.recompute(older, "2026-12").proposals == plan.proposals
