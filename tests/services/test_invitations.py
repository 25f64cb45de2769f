"""Invitations: for people known and new, once, while the person who invites may invite; handing over."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from time_machine import travel

from kleinstadt_net import clock
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, AuditEntry, Consent, Letter, Membership
from kleinstadt_net.security import passwords
from kleinstadt_net.services import invitation_answers, invitations, memberships, stances
from kleinstadt_net.services.invitation_answers import Accepted, Newcomer, Offer
from kleinstadt_net.services.throttle import Limit
from tests.factories import AccountFactory, StanceFactory
from tests.support.cast import Cast

EMAIL = "nachfolge@ellernrode.example"
PASSWORD = "sieben dunkle Treppenstufen"
NEW = Newcomer("Vera", "Neumann", "Frau", PASSWORD)


def invite(cast: Cast, email: str = EMAIL, **given: Any) -> str:
    """What the link in the letter ends with."""
    options: dict[str, Any] = {"role": "editor", "office": "Stadtplanung", **given}
    invitations.invite(cast.town.id, cast.mayor.id, email, **options)
    letter = db.session.scalars(select(Letter).where(Letter.kind == "invitation").order_by(Letter.id)).all()
    content = letter[-1].content.decode().replace("=\r\n", "").replace("=3D", "=")
    assert letter[-1].recipient == email.lower()
    return str(re.findall(r"/einladung/([\w-]+)", content)[0])


def is_member(email: str) -> bool:
    return (
        db.session.scalar(select(Membership.id).join(Membership.account).where(Account.email == email))
        is not None
    )


def membership(email: str) -> Membership:
    return db.session.scalars(select(Membership).join(Membership.account).where(Account.email == email)).one()


def offer_of(token: str) -> Offer:
    offer = invitation_answers.find(token)
    assert offer is not None
    return offer


def accepted_by(token: str) -> Accepted:
    accepted = invitation_answers.accept(token, NEW)
    assert accepted is not None
    return accepted


def test_a_new_person_accepts_chooses_a_password_and_works_with_the_town(cast: Cast) -> None:
    token = invite(cast, EMAIL.upper())
    offer = offer_of(token)
    assert (offer.town_name, offer.email, offer.is_known) == (cast.town.name, EMAIL, False)
    assert invitation_answers.accept(token, None) is None
    with pytest.raises(invitation_answers.BadPassword):
        invitation_answers.accept(token, Newcomer("Vera", "Neumann", "", "passwort1234"))
    assert not is_member(EMAIL)
    accepted = accepted_by(token)
    assert (accepted.email, accepted.role) == (EMAIL, "editor")
    row = membership(EMAIL)
    assert (row.state, row.office, row.is_home) == ("confirmed", "Stadtplanung", True)
    assert row.account.confirmed_at and passwords.verify(row.account.password_hash, PASSWORD)
    assert db.session.scalars(select(Consent.kind)).all() == ["house_rules"]
    assert invitation_answers.accept(token, NEW) is None


def test_a_known_person_keeps_her_account_as_it_is(cast: Cast) -> None:
    known = AccountFactory(email=EMAIL, password="das alte lange Passwort")
    token = invite(cast, role="lead")
    assert offer_of(token).is_known
    assert accepted_by(token).role == "lead"
    db.session.refresh(known)
    assert known.first_name == "Renate" and passwords.verify(known.password_hash, "das alte lange Passwort")
    assert membership(EMAIL).role == "lead"


def test_who_signed_up_with_her_address_and_proved_nothing_gets_no_way_in(cast: Cast) -> None:
    planted = AccountFactory(email=EMAIL, password="vom Angreifer gewählt", confirmed_at=None)
    token = invite(cast)
    assert not offer_of(token).is_known
    assert invitation_answers.accept(token, NEW)
    db.session.refresh(planted)
    assert not passwords.verify(planted.password_hash, "vom Angreifer gewählt")
    assert planted.last_name == "Neumann"


@pytest.mark.parametrize("why", ["withdrawn", "replaced", "expired", "demoted", "suspended", "tampered"])
def test_a_link_that_no_longer_holds_admits_nobody(cast: Cast, why: str) -> None:
    token = invite(cast)
    later = clock.now()
    if why == "withdrawn":
        (waiting,) = invitations.open_for(cast.town.id)
        assert not invitations.withdraw(cast.other_town.id, waiting.invitation_id, cast.stranger.id)
        assert invitations.withdraw(cast.town.id, waiting.invitation_id, cast.mayor.id)
    elif why == "replaced":
        invite(cast)
    elif why == "expired":
        later = later.replace(year=later.year + 1)
    elif why == "demoted":
        cast.mayor.memberships[0].role = "editor"
    elif why == "suspended":
        cast.town.suspended_at = clock.now()
    else:
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    db.session.commit()
    with travel(later, tick=False):
        assert invitation_answers.find(token) is None
        assert invitation_answers.accept(token, NEW) is None
    assert not is_member(EMAIL)
    assert db.session.scalar(select(Account.id).where(Account.email == EMAIL)) is None


def test_handing_over_ends_one_access_as_the_other_begins(cast: Cast) -> None:
    StanceFactory(town_id=cast.town.id, subject="wohnen", sentence="Bleibt so")
    token = invite(cast, hands_over=True)
    assert cast.mayor.memberships[0].state == "confirmed"
    assert accepted_by(token).role == "lead"
    db.session.refresh(cast.mayor.memberships[0])
    assert cast.mayor.memberships[0].state == "ended"
    assert membership(EMAIL).role == "lead"
    assert stances.find(cast.town.id, "wohnen").sentence == "Bleibt so"
    letters = {(row.kind, row.recipient) for row in db.session.scalars(select(Letter))}
    assert {("membership_ended", cast.mayor.email), ("membership_confirmed", EMAIL)} <= letters
    assert "lead.handed_over" in db.session.scalars(select(AuditEntry.action)).all()
    with pytest.raises(memberships.LastLead):
        memberships.leave(membership(EMAIL).account_id, membership(EMAIL).id)


def test_a_lead_who_takes_the_invited_address_herself_does_not_succeed_herself(cast: Cast) -> None:
    token = invite(cast, hands_over=True)
    cast.mayor.email = EMAIL
    db.session.commit()
    assert invitation_answers.accept(token, None) is None
    assert membership(EMAIL).state == "confirmed"


def test_who_may_not_invite_or_is_there_already_is_refused(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for email, error in (
        ("kein.brief", invitations.BadAddress),
        ("a@b.example\nBcc: c@d.example", invitations.BadAddress),
        (cast.colleague.email, invitations.AlreadyThere),
        (cast.mayor.email, invitations.AlreadyThere),
    ):
        with pytest.raises(error):
            invite(cast, email)
    for who in (cast.colleague, cast.stranger):
        with pytest.raises(invitations.NoLead):
            invitations.invite(cast.town.id, who.id, EMAIL, role="editor", office="")
    with pytest.raises(ValueError, match="operator"):
        invite(cast, role="operator")
    assert invite(cast, cast.colleague.email, hands_over=True)
    monkeypatch.setattr(invitations, "PER_TOWN", Limit("invitation_town", 1, invitations.PER_TOWN.window))
    with pytest.raises(invitations.TooMany):
        invite(cast)
