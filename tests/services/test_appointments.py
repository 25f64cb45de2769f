"""From proposed times to a date in both calendars: who may do what, what calendars read, and the two odd nights."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from functools import partial
from typing import Any

import pytest
import time_machine
import vobject
from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net import clock, jobs, territory
from kleinstadt_net.database import begin_writing, db
from kleinstadt_net.digest.sources import appointments as source
from kleinstadt_net.models import (
    Appointment,
    AppointmentSlot,
    AuditEntry,
    CalendarFeed,
    Exchange,
    Letter,
    PeerReviewTown,
    TalkRecord,
    Town,
)
from kleinstadt_net.services import (
    appointment_answers,
    appointment_endings,
    appointment_proposals,
    appointments,
    calendar_feeds,
    erasure,
    exchange_answers,
    exchange_inheritance,
    exchanges,
    talk_records,
    talk_sheets,
)
from kleinstadt_net.services.appointment_answers import TooLateError
from kleinstadt_net.services.appointment_proposals import Content, OvertakenError, RefusedError, Slot
from kleinstadt_net.services.appointment_rules import ACTIONS, OTHER, PROPOSER, STATES, may
from kleinstadt_net.services.appointments import UnknownAppointmentError
from kleinstadt_net.services.exchange_answers import NotNowError
from kleinstadt_net.services.exchanges import UnknownExchangeError
from kleinstadt_net.services.talk_records import StaleVersionError, UnknownRecordError
from tests import factories as make
from tests.support.at_once import at_once
from tests.support.cast import Cast
from tests.support.letters import bodies

MONDAY = datetime(2026, 11, 9, 9, 0, tzinfo=territory.TIME_ZONE)
WEDNESDAY = Slot(1, date(2026, 11, 18), time(14), time(15))
THURSDAY = Slot(2, date(2026, 11, 19), time(9, 30), time(10, 30))


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def exchange_id(cast: Cast) -> int:
    """The mayor's town talks with the stranger's."""
    made: int = make.ExchangeFactory(
        town=cast.town, peer=cast.other_town, state="talking", opened_by_id=cast.colleague.id
    ).id
    return made


def ours(cast: Cast) -> tuple[int, int]:
    return cast.town.id, cast.mayor.id


def theirs(cast: Cast) -> tuple[int, int]:
    return cast.other_town.id, cast.stranger.id


def dates(exchange_id: int, town_id: int) -> appointments.Dates:
    db.session.rollback()
    return appointments.of_exchange(exchanges.party(exchange_id, town_id))


def propose(exchange_id: int, who: tuple[int, int], *slots: Slot, **given: Any) -> int:
    content = Content(slots or (WEDNESDAY, THURSDAY), **{"form": "telephone", **given})
    seen = dates(exchange_id, who[0]).seen
    return appointment_proposals.propose(exchange_id, *who, content, seen).appointment_id


def pick(exchange_id: int, who: tuple[int, int], number: int = 0) -> None:
    """Take one of the times the other town has proposed."""
    proposal = dates(exchange_id, who[0]).proposal
    assert proposal is not None
    slot = proposal.slots[number]
    appointment_answers.act(exchange_id, proposal.appointment_id, *who, "pick", slot.slot_id)


def slot_ids(appointment_id: int) -> list[int]:
    found = select(AppointmentSlot.id).where(AppointmentSlot.appointment_id == appointment_id)
    return list(db.session.scalars(found.order_by(AppointmentSlot.position)))


def letters(kind: str) -> list[Letter]:
    return list(db.session.scalars(select(Letter).where(Letter.kind == kind).order_by(Letter.id)))


def invited(letter: Letter) -> Any:
    """The calendar of a letter as an independent library reads it: the same as a part and as a file."""
    message = message_from_bytes(letter.content, policy=policy.default)
    parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    files = [part for part in message.walk() if part.get_filename()]
    assert len(parts) == len(files) == 1 and files[0].get_filename() == "termin.ics"
    assert message.get_content_type() == "multipart/mixed" and not parts[0].is_attachment()
    content = files[0].get_content()
    assert parts[0].get_content().splitlines() == content.decode().splitlines()
    read = vobject.readOne(content.decode())
    assert parts[0].get_param("method") == read.method.value
    assert all(len(line) <= 75 for line in content.splitlines())
    return read


def stamps(calendar: Any) -> tuple[str, str, str, datetime, datetime]:
    """Method, UID, sequence and the moments of the one date in a calendar."""
    event = calendar.vevent
    moments = (event.dtstart.value.astimezone(UTC), event.dtend.value.astimezone(UTC))
    return (calendar.method.value, event.uid.value, event.sequence.value, *moments)


def audited() -> list[str]:
    found = select(AuditEntry.action).where(AuditEntry.action.startswith("appointment."))
    return list(db.session.scalars(found.order_by(AuditEntry.id)))


def test_a_date_is_agreed_moved_and_cancelled_and_every_mailbox_holds_valid_invitations(
    cast: Cast, exchange_id: int
) -> None:
    propose(
        exchange_id, ours(cast), form="video", link="https://treffen.example/raum", note="Bitte mit Bauamt."
    )
    (asked,) = letters("appointment_proposed")
    assert (asked.account_id, asked.subject) == (
        cast.stranger.id,
        "Ellernrode schlägt Zeiten für das Gespräch vor",
    )
    for body in bodies(asked):
        assert "Mittwoch, 18. November 2026, 14:00 bis 15:00 Uhr" in body and "Bitte mit Bauamt." in body
    pick(exchange_id, theirs(cast))

    agreed = letters("appointment_agreed")
    assert {letter.account_id for letter in agreed} == {cast.mayor.id, cast.colleague.id, cast.stranger.id}
    first = {letter.account_id: invited(letter) for letter in agreed}
    starts_at = datetime(2026, 11, 18, 13, tzinfo=UTC)
    (stamp,) = {stamps(calendar) for calendar in first.values()}
    assert (stamp[0], stamp[2:]) == ("REQUEST", ("0", starts_at, starts_at + timedelta(hours=1)))
    for account in (cast.mayor, cast.colleague, cast.stranger):
        event = first[account.id].vevent
        assert [one.value for one in event.attendee_list] == [f"mailto:{account.email}"]
        assert event.organizer.value.startswith("mailto:") and "@" in event.organizer.value
        assert (
            event.dtstart.params["X-VOBJ-ORIGINAL-TZID"] == ["Europe/Berlin"]
            and event.dtstart.value.hour == 14
        )
        assert event.location.value == "https://treffen.example/raum"
        assert event.status.value == "CONFIRMED"
    assert first[cast.mayor.id].vevent.summary.value == "Gespräch mit Lauenfurt"
    assert first[cast.stranger.id].vevent.summary.value == "Gespräch mit Ellernrode"
    contacts = (cast.mayor.email, cast.mayor.last_name)
    theirs_text = next(letter for letter in agreed if letter.account_id == cast.stranger.id).content.decode()
    assert not any(contact in theirs_text for contact in contacts)

    # The other side would like another day: until the first has agreed the date stands.
    propose(
        exchange_id,
        theirs(cast),
        Slot(1, date(2026, 11, 25), time(8), time(9)),
        form="visit",
        place="Rathaus",
    )
    moving = letters("appointment_proposed")[1:]
    assert {letter.account_id for letter in moving} == {cast.mayor.id, cast.colleague.id}
    assert all("bleibt es dabei" in body for body in bodies(moving[0]))
    shown = dates(exchange_id, cast.town.id)
    assert shown.agreed is not None and shown.proposal is not None and shown.proposal.moves
    pick(exchange_id, ours(cast))
    moved = [invited(letter) for letter in letters("appointment_agreed")[3:]]
    later = datetime(2026, 11, 25, 7, tzinfo=UTC)
    assert {stamps(one) for one in moved} == {("REQUEST", stamp[1], "1", later, later + timedelta(hours=1))}
    shown = dates(exchange_id, cast.town.id)
    assert shown.proposal is None and shown.agreed is not None and shown.agreed.starts_at == later

    appointment_answers.act(exchange_id, shown.agreed.appointment_id, *ours(cast), "cancel")
    off = [invited(letter) for letter in letters("appointment_cancelled")]
    assert len(off) == 3
    assert {stamps(one) for one in off} == {("CANCEL", stamp[1], "2", later, later + timedelta(hours=1))}
    assert {one.vevent.status.value for one in off} == {"CANCELLED"}
    after = dates(exchange_id, cast.town.id)
    assert after.agreed is None and after.proposal is None and after.may_propose
    assert audited() == [
        f"appointment.{code}" for code in ("proposed", "agreed", "proposed", "agreed", "cancelled")
    ]
    propose(exchange_id, ours(cast))
    assert db.session.scalar(select(func.count(Appointment.uid.distinct()))) == 2, (
        "another date, another name"
    )


def test_none_suits_other_times_and_withdrawing(cast: Cast, exchange_id: int) -> None:
    first = propose(exchange_id, ours(cast))
    appointment_answers.act(exchange_id, first, *theirs(cast), "decline")
    (no,) = [letter for letter in letters("appointment_cancelled") if letter.account_id == cast.mayor.id]
    assert no.subject == "Lauenfurt kann zu den vorgeschlagenen Zeiten nicht"
    assert b"text/calendar" not in no.content, "what never was a date is in no calendar"
    second = propose(exchange_id, ours(cast))
    third = propose(exchange_id, theirs(cast), THURSDAY)
    assert db.session.get_one(Appointment, second).state == "replaced"
    with pytest.raises(NotNowError):
        appointment_answers.act(exchange_id, second, *theirs(cast), "pick", slot_ids(second)[0])
    with pytest.raises(NotNowError):
        appointment_answers.act(exchange_id, third, *theirs(cast), "pick", slot_ids(third)[0])
    with pytest.raises(UnknownAppointmentError):
        appointment_answers.act(exchange_id, third, *ours(cast), "pick", slot_ids(second)[0])
    appointment_answers.act(exchange_id, third, *theirs(cast), "withdraw")
    with pytest.raises(NotNowError):
        appointment_answers.act(exchange_id, third, *ours(cast), "pick", slot_ids(third)[0])
    # A proposal to move that is declined leaves the date where it is.
    propose(exchange_id, ours(cast))
    pick(exchange_id, theirs(cast), 1)
    moving = propose(exchange_id, ours(cast), WEDNESDAY)
    appointment_answers.act(exchange_id, moving, *theirs(cast), "decline")
    assert (
        "Es bleibt beim vereinbarten Termin: Donnerstag, 19. November"
        in bodies(letters("appointment_cancelled")[-1])[0]
    )
    shown = dates(exchange_id, cast.town.id)
    assert shown.proposal is None and shown.agreed is not None


def test_each_town_does_only_what_is_hers_and_only_while_they_talk(cast: Cast, exchange_id: int) -> None:
    allowed = {
        (state, action, side)
        for state in STATES
        for action in ACTIONS
        for side in (PROPOSER, OTHER)
        if may(state, action, side)
    }
    assert allowed == {
        ("proposed", "pick", OTHER),
        ("proposed", "decline", OTHER),
        ("proposed", "withdraw", PROPOSER),
        ("agreed", "cancel", PROPOSER),
        ("agreed", "cancel", OTHER),
    }
    third = make.MembershipFactory()
    appointment_id = propose(exchange_id, ours(cast))
    content = Content((WEDNESDAY,), "telephone")
    who: tuple[int, int]
    for who in (
        (third.town_id, third.account_id),
        (cast.town.id, third.account_id),
        (cast.town.id, cast.unverified.id),
    ):
        with pytest.raises(UnknownExchangeError):
            appointment_proposals.propose(exchange_id, *who, content, "")
        for action in ACTIONS:
            with pytest.raises(UnknownExchangeError):
                appointment_answers.act(
                    exchange_id, appointment_id, *who, action, slot_ids(appointment_id)[0]
                )
    other = make.ExchangeFactory(town=cast.town, state="talking")
    with pytest.raises(UnknownAppointmentError):
        appointment_answers.act(other.id, appointment_id, *ours(cast), "withdraw")
    with pytest.raises(ValueError, match="nothing to be done"):
        appointment_answers.act(exchange_id, appointment_id, *ours(cast), "remind")
    pick(exchange_id, theirs(cast))
    propose(exchange_id, theirs(cast), THURSDAY)

    # Closing the talk cancels what lies ahead, in the calendars too.
    exchange_answers.act(exchange_id, *ours(cast), "close")
    assert {row.state for row in db.session.scalars(select(Appointment))} == {"cancelled"}
    assert [invited(one).method.value for one in letters("appointment_cancelled")] == ["CANCEL"] * 3
    assert all(
        "Das Gespräch mit" in body and "beendet" in body
        for body in bodies(letters("appointment_cancelled")[0])
    )
    with pytest.raises(NotNowError):
        appointment_proposals.propose(exchange_id, *ours(cast), content, "")
    requested = make.ExchangeFactory(town=cast.town)
    with pytest.raises(NotNowError):
        appointment_proposals.propose(requested.id, *ours(cast), content, "")


def test_a_consent_taken_back_takes_the_date_along(cast: Cast) -> None:
    row = make.ExchangeFactory(town=cast.town, peer=cast.other_town, state="talking", accepted_via="letter")
    propose(row.id, ours(cast))
    pick(row.id, theirs(cast))
    exchange_answers.act(row.id, *theirs(cast), "revoke")
    assert db.session.scalars(select(Appointment.state)).one() == "cancelled"
    assert len(letters("appointment_cancelled")) == 2


@pytest.mark.parametrize(
    ("slot", "field", "words"),
    [
        (Slot(1, date(2026, 11, 9), time(8, 59), time(10)), "day_1", "Vergangenheit"),
        (Slot(1, date(1, 1, 1), time(8), time(10)), "day_1", "Vergangenheit"),
        (Slot(1, date(2206, 11, 9), time(8), time(10)), "day_1", "zwölf Monaten"),
        (Slot(1, date(2026, 11, 20), time(10), time(9)), "ends_1", "Ende liegt vor dem Beginn"),
        (Slot(1, date(2026, 11, 20), time(10), time(10)), "ends_1", "Ende liegt vor dem Beginn"),
        (Slot(1, date(2027, 3, 28), time(2, 30), time(4)), "begins_1", "gibt es an dem Tag nicht"),
        (Slot(1, date(2027, 3, 28), time(1, 30), time(2)), "ends_1", "gibt es an dem Tag nicht"),
    ],
)
def test_times_that_cannot_be_are_refused_with_a_sentence(
    cast: Cast, exchange_id: int, slot: Slot, field: str, words: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        propose(exchange_id, ours(cast), slot)
    assert list(caught.value.problems) == [field] and words in caught.value.problems[field]
    assert not letters("appointment_proposed") and not db.session.scalars(select(Appointment)).all()


def test_places_links_and_the_same_time_twice_are_looked_at_too(cast: Cast, exchange_id: int) -> None:
    again = Slot(2, WEDNESDAY.day, WEDNESDAY.begins, WEDNESDAY.ends)
    given = {"form": "visit", "link": "http://[", "note": "x" * 1001}
    with pytest.raises(RefusedError) as caught:
        propose(exchange_id, ours(cast), WEDNESDAY, again, **given)
    assert caught.value.problems.keys() == {"place", "link", "note", "day_2"}
    with pytest.raises(RefusedError) as caught:
        appointment_proposals.propose(exchange_id, *ours(cast), Content((), "video"), "")
    assert caught.value.problems.keys() == {"day_1"}
    with pytest.raises(ValueError, match="no form"):
        propose(exchange_id, ours(cast), form="documents")


@pytest.mark.parametrize(
    ("slot", "starts_at", "ends_at"),
    [
        # The last hour of winter and the first of summer time: two on the clock, one in truth.
        (Slot(1, date(2027, 3, 28), time(1, 30), time(3, 30)), (3, 28, 0, 30), (3, 28, 1, 30)),
        (Slot(1, date(2027, 6, 1), time(14), time(15)), (6, 1, 12, 0), (6, 1, 13, 0)),
        # In October the first of both is meant.
        (Slot(1, date(2027, 10, 31), time(2, 30), time(3, 30)), (10, 31, 0, 30), (10, 31, 2, 30)),
    ],
)
def test_calendars_show_the_local_time_across_the_change_of_clocks(
    cast: Cast,
    exchange_id: int,
    slot: Slot,
    starts_at: tuple[int, int, int, int],
    ends_at: tuple[int, int, int, int],
) -> None:
    content = Content((slot,), "telephone")
    made = appointment_proposals.propose(exchange_id, *ours(cast), content, "")
    assert made.doubled == (slot.begins == time(2, 30))
    pick(exchange_id, theirs(cast))
    calendar = invited(letters("appointment_agreed")[0])
    assert calendar.vtimezone.tzid.value == "Europe/Berlin"
    begins = calendar.vevent.dtstart.value
    assert (begins.hour, begins.minute) == (slot.begins.hour, slot.begins.minute)
    _, _, _, *moments = stamps(calendar)
    assert moments == [datetime(2027, *starts_at, tzinfo=UTC), datetime(2027, *ends_at, tzinfo=UTC)]
    if made.doubled:
        assert "02:30 Uhr (Sommerzeit) bis 03:30 Uhr" in bodies(letters("appointment_agreed")[0])[0]


def test_a_time_gone_by_cannot_be_picked_and_a_date_that_is_over_not_cancelled(
    cast: Cast, exchange_id: int, travel: time_machine.Traveller
) -> None:
    appointment_id = propose(exchange_id, ours(cast))
    travel.move_to(datetime(2026, 11, 18, 14, 1, tzinfo=territory.TIME_ZONE))
    with pytest.raises(TooLateError):
        pick(exchange_id, theirs(cast))
    pick(exchange_id, theirs(cast), 1)
    travel.move_to(datetime(2026, 11, 19, 11, 0, tzinfo=territory.TIME_ZONE))
    with pytest.raises(TooLateError):
        appointment_answers.act(exchange_id, appointment_id, *ours(cast), "cancel")
    shown = dates(exchange_id, cast.town.id)
    assert shown.agreed is None and [one.appointment_id for one in shown.past] == [appointment_id]
    assert appointments.last_day(exchanges.party(exchange_id, cast.town.id)) == date(2026, 11, 19)


def test_a_form_opened_before_a_change_overwrites_nothing_and_a_second_click_does_nothing(
    cast: Cast, exchange_id: int
) -> None:
    content = Content((WEDNESDAY,), "telephone")
    first = appointment_proposals.propose(exchange_id, *ours(cast), content, "")
    assert appointment_proposals.propose(exchange_id, *ours(cast), content, "") == first
    with pytest.raises(OvertakenError):
        appointment_proposals.propose(exchange_id, *theirs(cast), Content((THURSDAY,), "video"), "")
    seen = dates(exchange_id, cast.other_town.id).seen
    pick(exchange_id, theirs(cast))
    (slot_id,) = slot_ids(first.appointment_id)
    appointment_answers.act(exchange_id, first.appointment_id, *theirs(cast), "pick", slot_id)
    with pytest.raises(OvertakenError):
        appointment_proposals.propose(exchange_id, *theirs(cast), Content((THURSDAY,), "video"), seen)
    for _ in range(2):
        appointment_answers.act(exchange_id, first.appointment_id, *ours(cast), "cancel")
    assert len(letters("appointment_agreed")) == len(letters("appointment_cancelled")) == 3
    assert len(letters("appointment_proposed")) == 1


@pytest.mark.both_databases
@pytest.mark.parametrize("other", ["another slot", "withdraw", "decline"])
def test_two_who_answer_at_the_same_moment_end_in_one_state(
    app: Flask, cast: Cast, exchange_id: int, other: str
) -> None:
    appointment_id = propose(exchange_id, ours(cast))
    first, second = slot_ids(appointment_id)
    act = partial(appointment_answers.act, exchange_id, appointment_id)
    rival = {
        "another slot": partial(act, *theirs(cast), "pick", second),
        "withdraw": partial(act, *ours(cast), "withdraw"),
        "decline": partial(act, *theirs(cast), "decline"),
    }[other]
    outcomes = at_once(app, partial(act, *theirs(cast), "pick", first), rival, refusals=(NotNowError,))
    assert sorted(outcomes) == ["NotNowError", "done"]
    row = db.session.get_one(Appointment, appointment_id)
    is_agreed = row.state == "agreed"
    assert row.state in ("agreed", "cancelled") and (row.starts_at is not None) == is_agreed
    assert len(letters("appointment_agreed")) == (3 if is_agreed else 0)


@pytest.mark.both_databases
def test_both_towns_that_cancel_or_propose_at_the_same_moment_do_it_once(
    app: Flask, cast: Cast, exchange_id: int
) -> None:
    appointment_id = propose(exchange_id, ours(cast))
    pick(exchange_id, theirs(cast))
    cancel = partial(appointment_answers.act, exchange_id, appointment_id)
    assert (
        at_once(app, partial(cancel, *ours(cast), "cancel"), partial(cancel, *theirs(cast), "cancel"))
        == ["done"] * 2
    )
    assert len(letters("appointment_cancelled")) == 3
    seen = dates(exchange_id, cast.town.id).seen

    def suggest(who: tuple[int, int], slot: Slot) -> None:
        try:
            appointment_proposals.propose(exchange_id, *who, Content((slot,), "telephone"), seen)
        except OvertakenError as overtaken:
            raise NotNowError("proposed") from overtaken

    outcomes = at_once(
        app,
        partial(suggest, ours(cast), WEDNESDAY),
        partial(suggest, theirs(cast), THURSDAY),
        refusals=(NotNowError,),
    )
    assert sorted(outcomes) == ["NotNowError", "done"]
    open_ones = select(func.count(Appointment.id)).where(Appointment.state == "proposed")
    assert db.session.scalar(open_ones) == 1


@pytest.mark.parametrize("draws", [True, False])
def test_both_are_reminded_the_day_before_once(
    cast: Cast,
    exchange_id: int,
    travel: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
    draws: bool,
) -> None:
    monkeypatch.setattr(talk_sheets, "can_make_pdf", lambda: draws)
    monkeypatch.setattr(talk_sheets, "paper", lambda made: f"%PDF {made.contact}".encode())
    propose(exchange_id, ours(cast))
    pick(exchange_id, theirs(cast))
    tick = partial(jobs.remind_of_dates, lambda: False)
    travel.move_to(datetime(2026, 11, 16, 18, 25, tzinfo=territory.TIME_ZONE))
    assert tick() is None
    travel.move_to(datetime(2026, 11, 17, 8, 25, tzinfo=territory.TIME_ZONE))
    work = tick()
    assert work is not None and "reminded=1" in work.detail and tick() is None
    told = letters("appointment_reminder")
    assert len(told) == 3
    for body in bodies(told[0]):
        assert "Mittwoch, 18. November 2026" in body and f"/gespraeche/{exchange_id}/sprechzettel" in body
        assert ("Er liegt diesem Brief bei" in body) is draws
    files = [
        (part.get_filename(), part.get_content())
        for letter in told
        for part in message_from_bytes(letter.content, policy=policy.default).iter_attachments()
    ]
    others = ("ellernrode", "lauenfurt", "lauenfurt")
    expected = [(f"sprechzettel-{slug}.pdf", b"%PDF None") for slug in others] if draws else []
    assert sorted(files) == expected
    # Agreed on today for tomorrow: the invitation has only just been sent.
    propose(exchange_id, ours(cast), Slot(1, date(2026, 11, 18), time(9), time(10)))
    pick(exchange_id, theirs(cast))
    assert tick() is None and len(letters("appointment_reminder")) == 3


def test_the_next_letter_knows_what_is_open_and_what_lies_ahead(cast: Cast, exchange_id: int) -> None:
    propose(exchange_id, ours(cast))
    towns = (cast.town.id, cast.other_town.id)
    (asked,) = appointments.news(towns)[cast.other_town.id]
    assert cast.town.id not in appointments.news(towns)
    assert asked.waits and (asked.peer, asked.exchange_id) == ("Ellernrode", exchange_id)
    pick(exchange_id, theirs(cast), 1)
    news = appointments.news(towns)
    (ahead,) = news[cast.town.id]
    assert not ahead.waits and ahead.peer == "Lauenfurt" and ahead.starts_at.day == 19
    assert source.untold([ahead, asked], {asked.key}, today=clock.today()) == (ahead,)
    assert source.untold([ahead, asked], set(), today=clock.today())[0] == asked
    assert source.untold([ahead], set(), today=date(2026, 11, 20)) == ()


def test_a_private_calendar_holds_what_is_hers_and_opens_until_it_is_renewed_or_switched_off(
    cast: Cast, exchange_id: int
) -> None:
    propose(exchange_id, ours(cast), note="Wir suchen dringend Rat.", form="visit", place="Rathaus Lauenfurt")
    pick(exchange_id, theirs(cast))
    make.AppointmentFactory(state="agreed")
    make.AppointmentFactory(exchange=make.ExchangeFactory(town=cast.town, state="talking"))
    circle = make.CircleFactory(state="running")
    make.CircleTownFactory(circle_id=circle.id, town_id=cast.town.id, answer="yes")
    make.CircleMeetingFactory(circle_id=circle.id, held_on=date(2026, 12, 3), place="Bürgerhaus")
    review = make.PeerReviewFactory(host_id=cast.other_town.id, guests=[cast.town.id])
    review.held_on, review.place = date(2026, 12, 10), "Rathaus"
    db.session.scalars(select(PeerReviewTown)).one().answer = "yes"
    make.PeerReviewFactory(host_id=cast.other_town.id, guests=[cast.town.id]).held_on = date(2026, 12, 11)
    db.session.commit()
    visited = make.EventFactory(online_link="https://treffen.example/markt")
    make.EventRegistrationFactory(event_id=visited.id, account_id=cast.mayor.id, town_id=cast.town.id)
    make.EventRegistrationFactory(account_id=cast.colleague.id, town_id=cast.town.id)
    assert calendar_feeds.ADDRESS.status(cast.mayor.id) is None
    old = secret_of(calendar_feeds.ADDRESS.create(cast.mayor.id))
    new = secret_of(calendar_feeds.ADDRESS.create(cast.mayor.id))
    assert calendar_feeds.read(old) is None and calendar_feeds.ADDRESS.status(cast.mayor.id) is not None
    assert db.session.scalars(select(CalendarFeed.secret_hash)).one() != new
    content = calendar_feeds.read(new)
    assert content is not None and b"Wir suchen" not in content and b"innenstadt" not in content.lower()
    talk, event, meeting, review = vobject.readOne(content.decode()).vevent_list
    assert review.summary.value == "Kollegiale Beratung in Lauenfurt"
    assert (review.dtstart.value, review.location.value) == (date(2026, 12, 10), "Rathaus")
    assert event.summary.value == visited.title and b"treffen.example/markt" not in content
    assert (talk.summary.value, talk.location.value) == ("Gespräch mit Lauenfurt", "Rathaus Lauenfurt")
    assert talk.dtstart.value.astimezone(UTC) == datetime(2026, 11, 18, 13, tzinfo=UTC)
    assert (meeting.dtstart.value, meeting.location.value) == (date(2026, 12, 3), "Bürgerhaus")
    cast.mayor.memberships[0].state = "ended"
    db.session.commit()
    content = calendar_feeds.read(new)
    assert content is not None and b"VEVENT" not in content, "the town's dates go with the access"
    assert calendar_feeds.ADDRESS.revoke(cast.mayor.id) and not calendar_feeds.ADDRESS.revoke(cast.mayor.id)
    assert calendar_feeds.read(new) is None
    calendar_feeds.ADDRESS.create(cast.mayor.id)
    erasure.erase(cast.mayor.id, erasure.BY_HERSELF)
    assert db.session.scalars(select(CalendarFeed)).all() == []


def secret_of(address: str) -> str:
    return address.rsplit("/", 1)[1].removesuffix(".ics")


def test_a_town_merged_away_takes_its_dates_and_records_to_its_successor(
    cast: Cast, exchange_id: int
) -> None:
    successor = make.MembershipFactory()
    propose(exchange_id, ours(cast))
    make.TalkRecordFactory(exchange=db.session.get_one(Exchange, exchange_id))
    begin_writing(db.session)
    exchange_inheritance.inherit(cast.town.id, successor.town_id)
    appointment_endings.inherit(cast.town.id, successor.town_id)
    db.session.commit()
    shown = dates(exchange_id, successor.town_id)
    assert shown.proposal is not None and shown.proposal.is_own
    (record,) = talk_records.of_exchange(exchanges.party(exchange_id, successor.town_id))
    assert record.content.result == "Wir bekommen den Mustervertrag."
    pick(exchange_id, theirs(cast))
    assert successor.account_id in {letter.account_id for letter in letters("appointment_agreed")}
    # Dissolved into the very town it talks with: nothing is left to meet for.
    begin_writing(db.session)
    exchange_inheritance.inherit(successor.town_id, cast.other_town.id)
    db.session.commit()
    assert db.session.scalars(select(Appointment.state)).one() == "cancelled"


def test_a_deleted_account_leaves_the_dates_of_its_town(cast: Cast, exchange_id: int) -> None:
    appointment_id = propose(exchange_id, theirs(cast))
    make.TalkRecordFactory(exchange=db.session.get_one(Exchange, exchange_id), account_id=cast.stranger.id)
    erasure.erase(cast.stranger.id, erasure.BY_HERSELF)
    row = db.session.get_one(Appointment, appointment_id)
    assert row.proposed_by_id is None and row.state == "proposed"
    assert db.session.scalars(select(TalkRecord.account_id)).one() is None


def test_the_sheet_has_three_questions_from_the_request_and_from_what_both_towns_say(
    cast: Cast, exchange_id: int
) -> None:
    own, peer = cast.town.id, cast.other_town.id
    for town_id, subject, state in (
        (own, "innenstadt", "seeking"),
        (peer, "innenstadt", "strength"),
        (own, "waerme", "in_progress"),
        (peer, "waerme", "seeking"),
        (peer, "kultur", "strength"),
    ):
        make.StanceFactory(town_id=town_id, subject=subject, state=state)
    made = talk_sheets.sheet(exchange_id, own)
    assert [(one.subject, one.helps) for one in made.strengths] == [("innenstadt", True), ("kultur", False)]
    assert made.shared == ("waerme",)
    assert [one.code for one in made.questions] == ["concern", "need", "learn"]
    assert [one.code for one in talk_sheets.sheet(exchange_id, peer).questions] == [
        "concern",
        "need",
        "teach",
    ]
    bare = make.ExchangeFactory(town=cast.town, state="talking", origin="wishes", concern="", need="")
    assert [one.code for one in talk_sheets.sheet(bare.id, own).questions] == ["differently", "next", "show"]
    third = make.MembershipFactory()
    with pytest.raises(UnknownExchangeError):
        talk_sheets.sheet(exchange_id, third.town_id)
    with pytest.raises(UnknownExchangeError):
        talk_sheets.sheet(make.ExchangeFactory(town=cast.town).id, own)


@pytest.mark.both_databases
def test_records_are_the_own_towns_alone_and_nothing_is_overwritten_unseen(
    app: Flask, cast: Cast, exchange_id: int
) -> None:
    content = talk_records.Content(date(2026, 11, 9), "Renate Muster", "Wir bekommen den Vertrag.", "")
    own, peer, colleague = ours(cast), theirs(cast), cast.colleague.id
    save = partial(talk_records.save, exchange_id, *own, content)
    assert at_once(app, save, save, save) == ["done"] * 3
    record_id = db.session.scalars(select(TalkRecord.id)).one()
    with pytest.raises(UnknownRecordError):
        talk_records.find(record_id, exchanges.party(exchange_id, peer[0]))
    assert talk_records.of_exchange(exchanges.party(exchange_id, peer[0])) == ()
    with pytest.raises(UnknownRecordError):
        talk_records.save(exchange_id, *peer, content, record_id=record_id, version=1)
    other = talk_records.Content(content.held_on, "", "Etwas anderes.", "")
    with pytest.raises(StaleVersionError) as caught:
        talk_records.save(exchange_id, own[0], colleague, other)
    assert caught.value.stored.content == content
    assert talk_records.save(exchange_id, *own, other, record_id=record_id, version=1) == record_id
    with pytest.raises(StaleVersionError):
        talk_records.save(exchange_id, *own, content, record_id=record_id, version=1)
    for wrong in (date(2026, 11, 10), date(1999, 1, 1)):
        with pytest.raises(talk_records.RefusedError):
            talk_records.save(exchange_id, *own, talk_records.Content(wrong, "", "Text", ""))
    with pytest.raises(UnknownExchangeError):
        talk_records.save(make.ExchangeFactory(town=db.session.get_one(Town, own[0])).id, *own, content)


def test_the_sheet_in_a_letter_is_a_small_pdf_and_none_where_it_would_be_a_large_one(
    cast: Cast, exchange_id: int, drawn: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = talk_sheets.enclosure(exchange_id, cast.town.id)
    assert found is not None and found.name == "sprechzettel-lauenfurt.pdf"
    assert found.content.startswith(b"%PDF") and len(found.content) < talk_sheets.ENCLOSED / 2
    monkeypatch.setattr(talk_sheets, "ENCLOSED", len(found.content) - 1)
    assert talk_sheets.enclosure(exchange_id, cast.town.id) is None
