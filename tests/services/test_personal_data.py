"""A person's data: nothing forgotten when she takes them along, nothing left when she goes."""

import json
from email import message_from_bytes, policy
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kleinstadt_net.database import db
from kleinstadt_net.mail.suppressions import suppress, suppression_reason
from kleinstadt_net.models import (
    Account,
    AuditEntry,
    Bounce,
    DeletionEntry,
    Letter,
    Membership,
    OperatorTask,
    Stance,
    Town,
)
from kleinstadt_net.security.tokens import new_token
from kleinstadt_net.services import (
    audit,
    consents,
    correspondence,
    erasure,
    personal_data,
    personal_sections,
    town_hall,
    town_trail,
    towns,
    verification_letters,
)
from kleinstadt_net.services.personal_kept import Kept
from tests import factories as make

EMAIL = "karla.brandtner@ellernrode.example"
# Something said about a person in these columns stands for her.
SPEAKING = ("email", "recipient", "reporter_name", "first_name")


@pytest.fixture
def karla(app: Flask) -> Account:
    """A mayor with a trace in every table that can hold one."""
    person = make.AccountFactory(email=EMAIL, first_name="Karla", last_name="Brandtner", salutation="Frau")
    town = make.TownFactory(taking_part=True)
    membership = make.MembershipFactory(account=person, town=town, office="Bürgermeisterin")
    make.StanceFactory(town_id=town.id, changed_by_id=person.id, sentence="Der Markt lebt wieder.")
    make.StanceDraftFactory(town_id=town.id, origin=None, author_id=person.id)
    make.SubscriptionFactory(account_id=person.id, topics=["waerme", "t04"])
    make.OneTimeLinkFactory(account_id=person.id)
    make.InvitationFactory(town=town, invited_by=person)
    make.InvitationFactory(town=make.TownFactory(taking_part=True), email=EMAIL)
    make.SuggestionAnswerFactory(account_id=person.id)
    make.OutcomeFactory(account_id=person.id)
    make.PracticeFactory(
        town_id=town.id, title="Läden auf Zeit", created_by_id=person.id, changed_by_id=person.id
    )
    make.ReportFactory(
        reporter_email=EMAIL,
        reporter_name="Karla Brandtner",
        state="decided",
        outcome="kept",
        outcome_reason="Die Angabe trifft zu.",
    )
    make.OperatorTaskFactory(note=f"Mühlenqualm (06), Antwort an {EMAIL}")
    make.OperatorTaskFactory(account_id=person.id, town_id=town.id, kind="last_lead_leaves")
    correspondence.write(
        "membership_ended",
        person,
        key="x",
        context={"town": town.name, "cause": "left", "successor": "", "own_towns_url": "https://x.example"},
    )
    consents.set_shows_name(person.id, True, "account_page")
    db.session.commit()
    assert membership.id
    return person


def test_every_column_about_a_person_is_shown_or_withheld_for_a_reason() -> None:
    known: dict[str, list[Kept]] = {}
    for section in personal_sections.SECTIONS:
        known.setdefault(section.model.__tablename__, []).append(section)
    forgotten = []
    for table in db.metadata.sorted_tables:
        points = {
            c.name for c in table.columns if any(f.column.table.name == "accounts" for f in c.foreign_keys)
        }
        speaks = {c.name for c in table.columns if any(word in c.name for word in SPEAKING)}
        if table.name in {"town_addresses"}:
            continue  # the general address of a town hall
        if (points or speaks or table.name in known) and table.name not in known:
            forgotten.append(table.name)
        if table.name in known:
            mapper = sa.inspect(known[table.name][0].model)
            names = {p.key: p.columns[0].name for p in mapper.column_attrs}
            shown = {names.get(key, key) for section in known[table.name] for key in section.columns}
            withheld = {
                entry.split(".")[1]
                for entry in personal_sections.WITHHELD
                if entry.startswith(f"{table.name}.")
            }
            withheld |= {key for key, name in names.items() if key in withheld}
            forgotten += [
                f"{table.name}.{c.name}"
                for c in table.columns
                if c.name not in shown | withheld | points | {"id"}
            ]
    assert not forgotten


def test_the_file_holds_everything_and_no_secret(karla: Account) -> None:
    told = json.loads(personal_data.as_json(karla.id))
    assert told["accounts"][0]["email"] == EMAIL
    assert (
        told["memberships"][0]["office"] == "Bürgermeisterin" and "(99" in told["memberships"][0]["town_id"]
    )
    assert "Sie haben Ihren Zugang" in told["letters"][0]["content"]
    assert {
        len(told[name]) for name in ("stances", "stance_drafts", "suggestion_answers", "reports", "consents")
    } == {1}
    assert len(told["invitations"]) == 2 and len(told["operator_tasks"]) == 2
    # Begun by her and changed by her last: a row for each.
    assert [row["title"] for row in told["practices"]] == ["Läden auf Zeit"] * 2
    assert told["reports"][0]["outcome_reason"] == "Die Angabe trifft zu."
    assert not {"password_hash", "token", "token_hash", "totp_secret"} & set(_keys(told))


def test_no_link_in_an_exported_letter_opens_anything(karla: Account) -> None:
    password, subscription = new_token(), new_token()
    text = f"https://x.example/passwort/{password}\n(https://x.example/brief/{subscription}/abmelden)\n"
    letter = db.session.scalars(sa.select(Letter)).one()
    letter.content = f"Content-Type: text/plain\n\n{text}https://x.example/v/1\n".encode()
    db.session.commit()
    told = json.loads(personal_data.as_json(karla.id))["letters"][0]["content"]
    assert "https://x.example/passwort/…" in told and "/brief/…/abmelden" in told and "/v/1" in told
    for shown in (personal_data.as_json(karla.id), str(personal_data.parts(karla.id))):
        assert password not in shown and subscription not in shown


def test_the_page_says_the_same_in_german(karla: Account) -> None:
    parts = {part.title: part.rows for part in personal_data.parts(karla.id)}
    assert ("E-Mail-Adresse", EMAIL) in parts["Ihr Konto"][0]
    assert ("Name für bestätigte Städte sichtbar", "ja") in parts["Ihr Konto"][0]
    assert {"Passwort setzen"} == {
        value for row in parts["Links in unseren Briefen an Sie"] for label, value in row if label == "Zweck"
    }
    wished = "Wärmewende, Kinder und Jugendliche gestalten mit"
    assert ("gewünschte Themen", wished) in parts["Monatsbrief"][0]
    assert ("Rolle", "Profilverantwortung") in parts["Städte, für die Sie handeln oder gehandelt haben"][0]


def test_after_erasure_no_table_holds_her_name_or_address_and_the_town_keeps_what_it_said(
    karla: Account,
) -> None:
    town_id = db.session.scalars(sa.select(Membership.town_id)).one()
    assert erasure.erase(karla.id, erasure.BY_HERSELF)
    db.session.expire_all()

    assert not [place for place, text in _texts() if _names_her(text)]
    stance = db.session.scalars(sa.select(Stance)).one()
    assert stance.sentence == "Der Markt lebt wieder." and stance.changed_by_id is None
    town = db.session.get_one(Town, town_id)
    assert town.joined_on is None
    shown = towns.find(town.ags)
    assert shown is not None and not shown.taking_part and not shown.statements
    task = db.session.scalars(sa.select(OperatorTask)).one()
    assert (task.kind, task.town_id, task.account_id) == ("last_lead_leaves", town_id, None)
    logged = db.session.scalars(sa.select(DeletionEntry)).one()
    assert logged.cause == "herself" and logged.counts["accounts"] == 1
    assert not erasure.erase(karla.id, erasure.BY_HERSELF)


def test_she_reads_why_her_address_is_not_written_to_and_since_when(karla: Account) -> None:
    make.BounceFactory(address=EMAIL)
    other = make.BounceFactory()
    suppress(EMAIL, "mail server answered 550 5.1.1")
    db.session.commit()
    parts = {part.title: part.rows for part in personal_data.parts(karla.id)}
    (refusal,) = parts["Dass wir an Ihre Adresse nicht schreiben"]
    assert [label for label, _ in refusal] == ["Anlass", "Begründung", "seit"]
    assert ("Anlass", "Adresse nicht erreichbar") in refusal
    (report,) = parts["Was andere Mailserver über Briefe an Sie gemeldet haben"]
    assert ("Kennziffer", "5.1.1") in report

    erasure.erase(karla.id, erasure.BY_HERSELF)
    assert db.session.scalars(sa.select(Bounce.id)).all() == [other.id]
    # The refusal stays: whoever takes the address up again has still said no.
    assert suppression_reason(EMAIL) == "mail server answered 550 5.1.1"


def test_a_town_with_another_lead_goes_on(karla: Account) -> None:
    town = db.session.scalars(sa.select(Town).join(Membership, Membership.town_id == Town.id)).one()
    joined = town.joined_on
    other = make.MembershipFactory(town=town)
    _tell_others(karla, town)
    assert {"town_hall_told", "claim_for_lead", "invitation", "membership_ended"} <= _kinds_naming_her()
    assert erasure.names_of_towns_left_alone(karla.id) == []
    erasure.erase(karla.id, erasure.BY_HERSELF)
    db.session.refresh(town)
    assert joined is not None and town.joined_on == joined
    assert not _kinds_naming_her()
    kept = db.session.scalars(sa.select(Letter.kind).order_by(Letter.id)).all()
    assert kept == ["town_hall_told"]  # about the other lead
    _check_trail(town, other)


def test_every_letter_that_names_another_person_is_known_to_erasure() -> None:
    folder = Path(__file__).parents[2] / "templates" / "letters"
    names = ("{{ person }}", "{{ invited_by }}", "{{ successor }}")
    found = {
        file.parent.name
        for file in folder.glob("*/*.txt")
        if any(name in file.read_text(encoding="utf-8") for name in names)
    }
    assert found == {*erasure.BY_MEMBERSHIP, erasure.BY_INVITATION, erasure.TO_PREDECESSOR}


@pytest.mark.both_databases
def test_two_leads_who_go_at_once_leave_one_task_and_a_town_that_rests(app: Flask, karla: Account) -> None:
    town_id = db.session.scalars(sa.select(Membership.town_id)).one()
    second = make.MembershipFactory(town=db.session.get_one(Town, town_id)).account_id
    db.session.commit()
    start, outcomes = Barrier(2), []

    def erase(account_id: int) -> None:
        with app.app_context():
            start.wait()
            outcomes.append(erasure.erase(account_id, erasure.BY_HERSELF))

    threads = [Thread(target=erase, args=(number,)) for number in (karla.id, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    db.session.expire_all()
    assert outcomes == [True, True]
    assert db.session.get_one(Town, town_id).joined_on is None
    assert len(db.session.scalars(sa.select(OperatorTask)).all()) == 1


def _tell_others(person: Account, town: Town) -> None:
    """Letters to others that say who she is, and an entry in the town's trail that her access is about."""
    hers = db.session.scalars(sa.select(Membership).where(Membership.account_id == person.id)).one()
    make.TownAddressFactory(town_id=town.id, email="rathaus@ellernrode.example")
    town_hall.tell(town.id)
    verification_letters.tell_leads(hers, person, town)
    invitation = make.InvitationFactory(town=town, invited_by=person, email="neu@ellernrode.example")
    correspondence.write_to_address(
        "invitation",
        invitation.email,
        key=str(invitation.id),
        context={
            "invited_by": "Karla Brandtner",
            "town": town.name,
            "role": "editor",
            "office": "",
            "hands_over": False,
            "accept_url": "https://x.example",
            "days": 7,
        },
    )
    before = make.MembershipFactory(town=town, state="ended").account
    correspondence.write(
        "membership_ended",
        before,
        key="handed over",
        context={
            "town": town.name,
            "cause": "handed_over",
            "successor": "Karla Brandtner",
            "own_towns_url": "https://x.example",
        },
    )
    audit.record("membership.confirmed", town_id=town.id, membership=hers.id, role="lead")
    db.session.commit()


def _check_trail(town: Town, other: Membership) -> None:
    """A new access may get the number of the one that is gone; the trail must not name its holder for it."""
    make.MembershipFactory(town=town)
    assert [deed.concerned for deed in town_trail.deeds(town.id, limit=9)] == [""]
    assert db.session.scalars(sa.select(AuditEntry.detail)).all() == [{"role": "lead"}]
    assert other.state == "confirmed"


def _kinds_naming_her() -> set[str]:
    return {
        letter.kind
        for letter in db.session.scalars(sa.select(Letter))
        if _names_her(_decoded(letter.content))
    }


def _names_her(text: str) -> bool:
    return "brandtner" in text.lower()


def _decoded(content: bytes) -> str:
    """A letter as its reader sees it; encoded, it would hide a name from any search."""
    message = message_from_bytes(content, policy=policy.default)
    parts = [str(part.get_content()) for part in message.walk() if not part.is_multipart()]
    return "\n".join([*map(str, message.values()), *parts])


def _keys(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for item in value.values() for key in _keys(item))]
    return [key for item in value for key in _keys(item)] if isinstance(value, list) else []


def _texts() -> list[tuple[str, str]]:
    """Every value of every table as text, bytes and JSON included."""
    found = []
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            for row in connection.execute(sa.select(table)).mappings():
                for name, value in row.items():
                    text = _decoded(value) if isinstance(value, bytes) else str(value)
                    found.append((f"{table.name}.{name}", text))
    return found
