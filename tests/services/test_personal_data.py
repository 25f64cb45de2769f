"""A person's data: nothing forgotten when she takes them along, nothing left when she goes."""

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kleinstadt_net.database import db
from kleinstadt_net.models import Account, DeletionEntry, Membership, OperatorTask, Stance, Town
from kleinstadt_net.services import consents, correspondence, erasure, personal_data, personal_sections
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
    make.SubscriptionFactory(account_id=person.id)
    make.OneTimeLinkFactory(account_id=person.id)
    make.InvitationFactory(town=town, invited_by=person)
    make.InvitationFactory(town=make.TownFactory(taking_part=True), email=EMAIL)
    make.SuggestionAnswerFactory(account_id=person.id)
    make.ReportFactory(reporter_email=EMAIL, reporter_name="Karla Brandtner")
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
    known = {section.model.__tablename__: section for section in personal_sections.SECTIONS}
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
            mapper = sa.inspect(known[table.name].model)
            names = {p.key: p.columns[0].name for p in mapper.column_attrs}
            shown = {names[key] for key in known[table.name].columns}
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
    assert len(told["invitations"]) == 2
    assert not {"password_hash", "token", "token_hash", "totp_secret"} & set(_keys(told))


def test_the_page_says_the_same_in_german(karla: Account) -> None:
    parts = {part.title: part.rows for part in personal_data.parts(karla.id)}
    assert ("E-Mail-Adresse", EMAIL) in parts["Ihr Konto"][0]
    assert ("Name für bestätigte Städte sichtbar", "ja") in parts["Ihr Konto"][0]
    assert ("Rolle", "Profilverantwortung") in parts["Städte, für die Sie handeln oder gehandelt haben"][0]


def test_after_erasure_no_table_holds_her_name_or_address_and_the_town_keeps_what_it_said(
    karla: Account,
) -> None:
    town_id = db.session.scalars(sa.select(Membership.town_id)).one()
    assert erasure.erase(karla.id, erasure.BY_HERSELF)
    db.session.expire_all()

    assert not [place for place, text in _texts() if "brandtner" in text.lower() or EMAIL in text.lower()]
    stance = db.session.scalars(sa.select(Stance)).one()
    assert stance.sentence == "Der Markt lebt wieder." and stance.changed_by_id is None
    town = db.session.get_one(Town, town_id)
    assert town.joined_on is None
    task = db.session.scalars(sa.select(OperatorTask)).one()
    assert (task.kind, task.town_id, task.account_id) == ("last_lead_leaves", town_id, None)
    logged = db.session.scalars(sa.select(DeletionEntry)).one()
    assert logged.cause == "herself" and logged.counts["accounts"] == 1
    assert not erasure.erase(karla.id, erasure.BY_HERSELF)


def test_a_town_with_another_lead_goes_on(karla: Account) -> None:
    town = db.session.scalars(sa.select(Town).join(Membership, Membership.town_id == Town.id)).one()
    joined = town.joined_on
    make.MembershipFactory(town=town)
    assert erasure.names_of_towns_left_alone(karla.id) == []
    erasure.erase(karla.id, erasure.BY_HERSELF)
    db.session.refresh(town)
    assert joined is not None and town.joined_on == joined


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
                    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    found.append((f"{table.name}.{name}", text))
    return found
