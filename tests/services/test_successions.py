"""When towns merge or change their keys, their people and what they wrote come along."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kleinstadt_net.database import db
from kleinstadt_net.importers import Succession, SuccessionFile, read_successions
from kleinstadt_net.models import (
    AccountSession,
    Focus,
    Membership,
    Stance,
    StanceDraft,
    Town,
    TownCode,
    TownDomain,
)
from kleinstadt_net.services import installation, register_import, register_load, towns
from kleinstadt_net.services.register_difference import Line
from kleinstadt_net.services.successions import SuccessionReport, apply
from tests.factories import (
    AccountFactory,
    FocusFactory,
    MembershipFactory,
    StanceDraftFactory,
    StanceFactory,
    TownDomainFactory,
    TownFactory,
    TownFigureFactory,
)
from tests.support.client import ProofReadingClient
from tests.support.register import figures, record, register, town

SMALL, LARGE, NEW = "06999001", "06999002", "06999003"
DAY = date(2025, 1, 1)


def row(kind: int, old: str, new: str, **given: Any) -> Succession:
    values: dict[str, Any] = {
        "name_old": "Ellernrode, Stadt",
        "name_new": "Lauenfurt, Stadt",
        "legal_on": DAY,
        "statistical_on": DAY,
        "inhabitants": 6_000,
        "area_m2": 1_000,
    }
    return Succession(kind=kind, ags_old=old, ags_new=new, **{**values, **given})


def follow(*rows: Succession, dry_run: bool = False) -> SuccessionReport:
    return apply(SuccessionFile(rows, ()), dry_run=dry_run)


def make(ags: str, name: str, population: int, **given: Any) -> Town:
    found: Town = TownFactory(ags=ags, name=name, **given)
    TownFigureFactory(town=found, population=population, population_on=date(2023, 12, 31))
    return found


@pytest.fixture
def small(app: Flask) -> Town:
    return make(SMALL, "Ellernrode", 6_000, taking_part=True)


@pytest.fixture
def large(app: Flask) -> Town:
    return make(LARGE, "Lauenfurt", 12_000, taking_part=True)


def statements(ags: str) -> list[tuple[str, str]]:
    rows = select(Stance.subject, Stance.state).join(Town, Town.id == Stance.town_id).where(Town.ags == ags)
    return [(subject, state) for subject, state in db.session.execute(rows.order_by(Stance.subject))]


def drafts(ags: str) -> list[tuple[str, str | None]]:
    rows = select(StanceDraft.subject, StanceDraft.origin).join(Town, Town.id == StanceDraft.town_id)
    return [(subject, origin) for subject, origin in db.session.execute(rows.where(Town.ags == ags))]


def test_the_larger_towns_statements_stay_and_the_others_become_drafts(small: Town, large: Town) -> None:
    StanceFactory(town_id=small.id, subject="wohnen", state="seeking")
    StanceFactory(town_id=large.id, subject="wohnen", state="strength")
    report = follow(row(1, SMALL, LARGE))
    assert report.dissolved == [Line(SMALL, "Ellernrode", SMALL, f"Lauenfurt, Stadt ({LARGE})")]
    assert report.drafts == 1
    assert statements(LARGE) == [("wohnen", "strength")] and statements(SMALL) == []
    assert drafts(LARGE) == [("wohnen", "Ellernrode")]


def test_statements_of_a_dissolved_town_that_was_larger_stay_instead(small: Town, large: Town) -> None:
    StanceFactory(town_id=small.id, subject="wohnen", state="seeking")
    StanceFactory(town_id=large.id, subject="sport", state="strength")
    follow(row(1, LARGE, SMALL, inhabitants=12_000))
    assert statements(SMALL) == [("sport", "strength")]
    assert drafts(SMALL) == [("wohnen", "Ellernrode")]


def test_a_town_made_by_a_merger_takes_the_statements_of_its_largest_part(small: Town, large: Town) -> None:
    StanceFactory(town_id=small.id, subject="wohnen")
    StanceFactory(town_id=large.id, subject="sport")
    # The register of the same year came first: its figure of the new town counts everybody once more.
    merged = record(NEW, "Lauenfurt-Ellernrode", 18_050)
    register_import.apply(register(merged, status_on=date(2025, 3, 31)))
    assert town(SMALL).gone_on == date(2025, 3, 31)
    parts = [row(1, SMALL, NEW), row(1, LARGE, NEW, inhabitants=12_000, name_old="Lauenfurt")]
    follow(*parts)
    assert statements(NEW) == [("sport", "strength")] and drafts(NEW) == [("wohnen", "Ellernrode")]
    assert town(NEW).joined_on == small.joined_on
    assert town(SMALL).gone_on == town(LARGE).gone_on == DAY


def test_a_former_key_leads_to_the_successor_also_over_several_mergers(small: Town, large: Town) -> None:
    make(NEW, "Mühlgrün", 15_000)
    follow(row(1, SMALL, LARGE))
    follow(row(1, LARGE, NEW, inhabitants=18_000))
    for former in (SMALL, LARGE):
        found = towns.former(former)
        assert found is not None and found.ags == NEW
    code = db.session.scalars(select(TownCode).where(TownCode.ags == SMALL)).one()
    assert (code.name, code.valid_until) == ("Ellernrode, Stadt", DAY)


def test_a_file_applied_again_changes_nothing(small: Town, large: Town) -> None:
    StanceFactory(town_id=small.id)
    MembershipFactory(town=small)
    rows = (row(1, SMALL, LARGE), row(4, LARGE, LARGE, name_new="Lauenfurt, Kurstadt"))
    assert not follow(*rows).changes_nothing
    revision = installation.revision()
    assert follow(*rows).changes_nothing
    assert installation.revision() == revision


def test_a_dry_run_reports_everything_and_writes_nothing(small: Town, large: Town) -> None:
    StanceFactory(town_id=small.id)
    report = follow(row(1, SMALL, LARGE), dry_run=True)
    assert (len(report.dissolved), report.drafts) == (1, 1)
    assert town(SMALL).gone_on is None and drafts(LARGE) == [] and len(statements(SMALL)) == 1


def test_members_move_with_their_roles_and_keep_working_there(small: Town, large: Town) -> None:
    editor = MembershipFactory(town=small, role="editor")
    session = AccountSession(
        account_id=editor.account_id,
        key_hash="x" * 64,
        created_at=editor.confirmed_at,
        seen_on=DAY,
        reauthenticated_at=editor.confirmed_at,
        acting_town_id=small.id,
    )
    db.session.add(session)
    db.session.commit()
    assert follow(row(1, SMALL, LARGE)).memberships == 1
    db.session.expire_all()
    assert (editor.town.ags, editor.role, editor.state) == (LARGE, "editor", "confirmed")
    assert session.acting_town_id == large.id


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        (("editor", "confirmed"), ("lead", "confirmed"), ("lead", "confirmed")),
        (("lead", "confirmed"), ("editor", "confirmed"), ("lead", "confirmed")),
        (("editor", "confirmed"), ("lead", "ended"), ("editor", "confirmed")),
        (("lead", "pending"), ("editor", "confirmed"), ("editor", "confirmed")),
    ],
)
def test_a_person_in_both_towns_keeps_the_better_access(
    small: Town, large: Town, here: tuple[str, str], there: tuple[str, str], expected: tuple[str, str]
) -> None:
    person = AccountFactory()
    MembershipFactory(town=large, account=person, role=here[0], state=here[1], is_home=False)
    MembershipFactory(town=small, account=person, role=there[0], state=there[1])
    follow(row(1, SMALL, LARGE))
    kept = db.session.scalars(select(Membership).where(Membership.account_id == person.id)).one()
    assert (kept.town_id, kept.role, kept.state, kept.is_home) == (large.id, *expected, True)


def test_members_of_a_suspended_town_have_to_be_confirmed_anew(small: Town, app: Flask) -> None:
    idle = make(LARGE, "Lauenfurt", 12_000)
    member = MembershipFactory(town=small, requested_at=None)
    TownDomainFactory(town=small, domain="rathaus.example")
    small.suspended_at = member.confirmed_at
    db.session.commit()
    follow(row(1, SMALL, LARGE))
    db.session.expire_all()
    assert (member.town_id, member.state, idle.joined_on) == (idle.id, "pending", None)
    # A claim with a beginning: it stands on the operator's desk and ends some day.
    assert member.requested_at is not None
    assert db.session.scalars(select(TownDomain.town_id)).all() == [idle.id]


def test_a_focus_moves_only_to_a_town_that_has_none(small: Town, large: Town) -> None:
    FocusFactory(town_id=small.id, thesis="t01")
    FocusFactory(town_id=large.id, thesis="t02")
    bare = make(NEW, "Mühlgrün", 20_000)
    follow(row(1, SMALL, LARGE))
    assert db.session.scalars(select(Focus.thesis).where(Focus.town_id == large.id)).all() == ["t02"]
    follow(row(1, LARGE, NEW, inhabitants=18_000))
    assert db.session.scalars(select(Focus.thesis).where(Focus.town_id == bare.id)).all() == ["t02"]


def test_drafts_nobody_has_looked_at_yet_move_on(small: Town, large: Town) -> None:
    StanceDraftFactory(town_id=small.id, subject="sport", origin="Altdorf")
    follow(row(1, SMALL, LARGE))
    assert drafts(LARGE) == [("sport", "Altdorf")]


def test_a_town_that_was_split_follows_most_of_its_inhabitants(small: Town, large: Town) -> None:
    make(NEW, "Mühlgrün", 15_000)
    member = MembershipFactory(town=small)
    follow(row(1, SMALL, LARGE, inhabitants=1_000), row(1, SMALL, NEW, inhabitants=5_000))
    db.session.expire_all()
    assert member.town.ags == NEW


def test_a_new_key_moves_with_the_same_town(small: Town) -> None:
    town_id = small.id
    report = follow(row(3, SMALL, "07555001", name_new="Ellernrode, Stadt"))
    assert [line.ags for line in report.rekeyed] == ["07555001"]
    moved = town("07555001")
    assert (moved.id, moved.land, moved.kreis, moved.gone_on) == (town_id, "07", "07555", None)
    found = towns.former(SMALL)
    assert found is not None and found.ags == "07555001"
    assert follow(row(3, SMALL, "07555001", name_new="Ellernrode, Stadt")).changes_nothing


def test_a_new_key_that_was_imported_already_is_joined_with_the_town_and_its_history(small: Town) -> None:
    town_id, member = small.id, MembershipFactory(town=small)
    later = register(
        record("07555001", "Bad Ellernrode", 6_100),
        status_on=date(2025, 12, 31),
        population_on=date(2024, 12, 31),
    )
    register_import.apply(later)
    assert town(SMALL).gone_on is not None
    follow(row(3, SMALL, "07555001", name_new="Bad Ellernrode"))
    joined = town("07555001")
    assert (joined.id, joined.name, joined.gone_on, joined.kreis_name) == (
        town_id,
        "Bad Ellernrode",
        None,
        "Ellernkreis",
    )
    assert member.town_id == town_id
    assert [figure[2] for figure in figures("07555001")] == [6_000, 6_100]
    assert register_import.apply(later).changes_nothing


def test_a_new_key_under_which_people_are_at_work_already_is_treated_as_a_merger(
    small: Town, large: Town
) -> None:
    member = MembershipFactory(town=small)
    MembershipFactory(town=large)
    follow(row(3, SMALL, LARGE))
    db.session.expire_all()
    assert (member.town.ags, town(SMALL).gone_on) == (LARGE, DAY)


def test_a_new_name_is_taken_over_and_of_several_the_last(small: Town) -> None:
    report = follow(
        row(4, SMALL, SMALL, name_new="Ellernrode, Kurort", statistical_on=date(2025, 3, 1)),
        row(4, SMALL, SMALL, name_new="Bad Ellernrode", statistical_on=date(2025, 6, 1)),
    )
    assert len(report.renamed) == 1
    assert (town(SMALL).name_official, town(SMALL).slug) == ("Bad Ellernrode", "bad-ellernrode")


def test_a_name_older_than_the_register_is_not_brought_back(app: Flask) -> None:
    register_import.apply(register(record(SMALL, "Bad Ellernrode"), status_on=date(2025, 12, 31)))
    assert follow(row(4, SMALL, SMALL, name_new="Ellernrode, Kurort")).changes_nothing
    assert town(SMALL).name == "Bad Ellernrode"


def test_a_part_of_a_territory_changes_no_profile(small: Town, large: Town) -> None:
    report = follow(row(2, SMALL, LARGE), row(2, SMALL, SMALL))
    assert (report.partial_transfers, report.changes_nothing) == (2, True)


def test_towns_that_are_in_no_register_are_counted_and_done_once_they_are(small: Town) -> None:
    rows = (row(1, SMALL, LARGE), row(3, "06999008", "06999009"), row(4, "06999007", "06999007"))
    report = follow(*rows)
    assert (len(report.unknown), report.changes_nothing, town(SMALL).gone_on) == (3, True, None)
    make(LARGE, "Lauenfurt", 12_000)
    assert len(follow(*rows).dissolved) == 1


def test_a_dissolved_town_nobody_knew_still_leads_to_its_successor(large: Town) -> None:
    follow(row(1, SMALL, LARGE))
    found = towns.former(SMALL)
    assert found is not None and found.ags == LARGE


def test_the_real_changes_of_2024_fit_the_bundled_towns(app: Flask, official_data: Path) -> None:
    changes = official_data / "destatis" / "Gebietsaenderungen_2024.xlsx"
    if not changes.exists():
        pytest.skip(f"the official changes are not at {changes}")
    read = read_successions(changes)
    register_load.load_bundled()
    report = apply(read)
    # Glasehausen became a part of Heilbad Heiligenstadt; Rochlitz has a longer name.
    found = towns.former("16061039")
    assert found is not None and found.ags == "16061045"
    assert town("14522490").name_official == "Rochlitz, Stadt, Stadt des Roten Porphyr"
    assert report.partial_transfers == 26
    assert apply(read).changes_nothing


def test_the_old_address_of_a_dissolved_town_leads_to_its_successor(
    client: ProofReadingClient, small: Town, large: Town
) -> None:
    follow(row(1, SMALL, LARGE))
    answer = client.get(f"/stadt/ellernrode-{SMALL}")
    assert (answer.status_code, answer.location) == (301, f"/stadt/{large.slug}-{LARGE}")
