"""Which objects may be reported, and by whom."""

from typing import Any

import pytest

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Exchange, Message, Report
from kleinstadt_net.services import report_targets, reported_objects, reports
from kleinstadt_net.services.directory_filters import VISITOR, Reader
from kleinstadt_net.services.report_rules import (
    ANSWER,
    EVENT,
    KINDS,
    LARGEST_ID,
    MESSAGE,
    PEER_REVIEW,
    PRACTICE,
    QUESTION,
    Target,
)
from kleinstadt_net.services.reports import NewReport, UnknownTarget
from tests import factories as make
from tests.support.cast import Cast

NOBODYS = 987_654


@pytest.fixture
def message_id(cast: Cast) -> int:
    """A message the mayor's town has written to the stranger's."""
    talk = make.ExchangeFactory(town=cast.town, peer=cast.other_town, state="talking")
    made: int = make.MessageFactory(exchange=talk).id
    return made


def reader(town_id: int) -> Reader:
    return Reader(town_id, verified=True)


def new(target: Target, who: Reader, path: str = "") -> NewReport:
    return NewReport(path, "insulting", "Darin wird meine Kollegin beleidigt.", target=target, reader=who)


def stored(token: str) -> Report:
    return db.session.query(Report).filter_by(token=token).one()


def test_a_message_is_reported_by_people_of_its_two_towns_alone(cast: Cast, message_id: int) -> None:
    target = Target(MESSAGE, message_id)
    third = make.TownFactory(taking_part=True)
    for town in (cast.town, cast.other_town):
        found = report_targets.readable(target, reader(town.id))
        assert found is not None and (found.town, found.path) == (
            "Ellernrode",
            f"/gespraeche/{found.group_id}",
        )
    for who in (VISITOR, Reader(cast.town.id, verified=False), reader(third.id)):
        assert report_targets.readable(target, who) is None
        with pytest.raises(UnknownTarget):
            reports.receive(new(target, who), "192.0.2.1")
    assert db.session.query(Report).count() == 0
    # Before both agreed, and after a consent was taken back, nobody reads what was written.
    talk = db.session.get_one(Exchange, db.session.get_one(Message, message_id).exchange_id)
    for state, is_read in (("requested", False), ("closed", True), ("talking", True)):
        talk.state = state
        db.session.commit()
        assert (report_targets.readable(target, reader(cast.other_town.id)) is not None) == is_read
    row = stored(reports.receive(new(target, reader(cast.other_town.id)), "192.0.2.1"))
    assert (row.target_kind, row.target_id, row.town_id) == (MESSAGE, message_id, cast.town.id)
    assert row.path.startswith("/gespraeche/") and row.subject is None


@pytest.mark.parametrize("number", [NOBODYS, 0, -1, LARGEST_ID, LARGEST_ID + 1, 10**30])
@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_exist_cannot_be_reported(cast: Cast, kind: str, number: int) -> None:
    with pytest.raises(UnknownTarget):
        reports.receive(new(Target(kind, number), reader(cast.town.id)), "192.0.2.1")
    assert report_targets.on_page(Target(kind, number), reader(cast.town.id)) is None


def test_what_is_out_of_the_net_already_cannot_be_reported(cast: Cast) -> None:
    gone = (
        (MESSAGE, make.MessageFactory(removed_at=clock.now(), text="").id),
        (PRACTICE, make.PracticeFactory(state="draft").id),
        (QUESTION, make.QuestionFactory(text="").id),
        (EVENT, make.EventFactory(place="", state="cancelled").id),
        (PEER_REVIEW, make.PeerReviewFactory(public_text="", published_at=None).id),
    )
    for kind, number in gone:
        assert reported_objects.find(Target(kind, number)) is None, kind


def test_a_page_with_one_object_names_it_and_its_town(cast: Cast) -> None:
    town_id = cast.town.id
    made = {
        PRACTICE: make.PracticeFactory(town_id=town_id).id,
        QUESTION: make.QuestionFactory(town_id=town_id, is_anonymous=True).id,
        EVENT: make.EventFactory(town_id=town_id).id,
        PEER_REVIEW: make.PeerReviewFactory(
            host_id=town_id, public_text="Es war gut.", published_at=clock.now()
        ).id,
    }
    for kind, number in made.items():
        # Whoever is named in a question may have no access herself.
        row = stored(reports.receive(new(Target(kind, number), VISITOR, "/seite"), f"192.0.2.{number}"))
        assert (row.target_kind, row.target_id, row.town_id, row.path) == (kind, number, town_id, "/seite")


def test_a_page_without_anything_to_report_is_taken_as_a_page(cast: Cast) -> None:
    draft = make.PracticeFactory(town_id=cast.town.id, state="draft")
    row = stored(
        reports.receive(
            new(Target(PRACTICE, draft.id), reader(cast.town.id), f"/beispiel/{draft.id}"), "192.0.2.1"
        )
    )
    assert (row.target_kind, row.town_id, row.path) == (None, None, f"/beispiel/{draft.id}")


def test_a_circles_event_is_reported_by_its_towns_alone(cast: Cast) -> None:
    circle = make.CircleFactory(state="running")
    make.CircleTownFactory(circle_id=circle.id, town_id=cast.town.id, answer="yes")
    make.CircleTownFactory(circle_id=circle.id, town_id=cast.other_town.id, answer="no", position=2)
    made = make.EventFactory(organiser="circle", circle_id=circle.id, account_id=cast.mayor.id)
    target = Target(EVENT, made.id)
    found = report_targets.on_page(target, reader(cast.town.id))
    assert found is not None and found.town_id == cast.town.id
    for who in (VISITOR, reader(cast.other_town.id), Reader(cast.town.id, verified=False)):
        assert report_targets.on_page(target, who) is None
        assert report_targets.readable(target, who) is None


@pytest.mark.parametrize("kind", [QUESTION, ANSWER, PEER_REVIEW])
def test_what_confirmed_towns_read_a_link_names_to_them_alone(cast: Cast, kind: str) -> None:
    made: dict[str, Any] = {
        QUESTION: lambda: make.QuestionFactory(town_id=cast.town.id),
        ANSWER: lambda: make.QuestionAnswerFactory(town_id=cast.town.id),
        PEER_REVIEW: lambda: make.PeerReviewFactory(
            host_id=cast.town.id, public_text="Es war gut.", published_at=clock.now()
        ),
    }
    target = Target(kind, made[kind]().id)
    assert report_targets.readable(target, reader(cast.other_town.id)) is not None
    assert report_targets.readable(target, VISITOR) is None
    cast.town.suspended_at = clock.now()
    db.session.commit()
    assert report_targets.readable(target, reader(cast.other_town.id)) is None


def test_an_event_is_its_towns_its_networks_contact_towns_or_nobodys(cast: Cast) -> None:
    network = make.NetworkFactory(contact_town_id=cast.town.id)
    of_network = make.EventFactory(organiser="network", network_id=network.id)
    of_operator = make.EventFactory(organiser="operator")
    found = [reported_objects.find(Target(EVENT, row.id)) for row in (of_network, of_operator)]
    assert [one.town_id if one else -1 for one in found] == [cast.town.id, None]


def test_a_number_given_again_is_not_what_was_reported(cast: Cast) -> None:
    answer = make.QuestionAnswerFactory(town_id=cast.town.id)
    report = make.ReportFactory(target_kind=ANSWER, target_id=answer.id)
    assert reported_objects.of_report(report) is not None
    # SQLite gives the number of a deleted row to the next one.
    answer.created_at = clock.now()
    db.session.commit()
    assert reported_objects.of_report(report) is None
