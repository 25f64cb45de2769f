"""The demonstration: complete at once, recognisable as invented, removable without a trace."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from kleinstadt_net import formats
from kleinstadt_net.database import db
from kleinstadt_net.models import Account, Letter, Membership, Round, Stance, Suggestion, Town
from kleinstadt_net.register_data import bundled_towns, invented_names
from kleinstadt_net.security.devices import Device
from kleinstadt_net.services import (
    demonstration,
    demonstration_history,
    digest_archive,
    installation,
    sign_in,
    undelivered,
)
from tests.factories import AccountFactory, TownFactory


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_nothing_is_empty_and_nothing_stays_behind(app: Flask) -> None:
    real = TownFactory(ags="12345678")
    credentials = demonstration.load()
    assert installation.is_demonstration() and demonstration.exists()
    assert count(Town) == len(invented_names()) + 1
    members = select(func.count(Membership.town_id.distinct()))
    assert db.session.scalar(members) == len(invented_names())
    assert count(Round) == 1 + demonstration_history.MONTHS and count(Suggestion) >= len(invented_names())
    subjects = db.session.scalars(select(Letter.subject)).all()
    assert len(subjects) == 13 and all(subject.startswith("[Vorführung]") for subject in subjects)
    assert [letter.is_suppressed for letter in undelivered.latest(limit=9, offset=0)] == [False, False]
    for person in credentials:
        assert sign_in.with_password(person.email, person.password, Device("192.0.2.1")), person.part

    demonstration.remove()
    assert not installation.is_demonstration()
    assert db.session.scalars(select(Town.ags)).all() == [real.ags]
    assert not any(count(model) for model in (Account, Membership, Stance, Round, Suggestion, Letter))


def test_months_are_behind_the_mayor_but_not_behind_the_newcomer(app: Flask) -> None:
    demonstration.load()
    mayor, newcomer = (
        db.session.scalars(select(Account.id).where(Account.email == demonstration.CAST[place].email)).one()
        for place in (0, -1)
    )
    letters = digest_archive.list_of(mayor)
    months = [letter.month for letter in letters]
    assert len(months) == demonstration_history.MONTHS + 1 and months == sorted(months, reverse=True)
    # Written when its month was the present one, of what had been said until then.
    for letter in letters[1:]:
        assert letter.written_at.strftime("%Y-%m") == letter.month
        found = digest_archive.of_month(mayor, letter.month)
        assert found is not None and formats.month(months[0]) not in found.text
    assert len({letter.subject for letter in letters}) == len(letters)
    assert digest_archive.list_of(newcomer) == []


def test_people_of_one_s_own_are_never_mixed_with_invented_ones(app: Flask) -> None:
    AccountFactory()
    with pytest.raises(demonstration.NotEmpty):
        demonstration.load()
    assert count(Town) == 0 and not installation.is_demonstration()


def test_invented_names_are_in_no_register(official_data: Path) -> None:
    real = {town.name for town in bundled_towns()}
    lines = (official_data / "destatis" / "GV100AD_301123.txt").read_text(encoding="utf-8").splitlines()
    real |= {line[22:72].split(",")[0].strip() for line in lines}
    names = invented_names()
    assert len(set(names)) == len(names) == 300
    assert not set(names) & real
