import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kleinstadt_net.matching import declarations, features
from kleinstadt_net.matching.declarations import Statement
from kleinstadt_net.matching.features import TownFacts, TownFeatures
from kleinstadt_net.matching.figures import robust_z
from kleinstadt_net.matching.weights import FACET_CAP
from tests.matching.towns import ALL, facts, network, networks, town


def arrays(built: TownFeatures) -> dict[str, np.ndarray]:
    found = {}
    for part in (built, built.figures, built.declared):
        for field in dataclasses.fields(part):
            value = getattr(part, field.name)
            if isinstance(value, np.ndarray):
                found[field.name] = value
    return found


def assert_same(one: TownFeatures, other: TownFeatures) -> None:
    for name, expected in arrays(one).items():
        assert np.array_equal(expected, arrays(other)[name], equal_nan=expected.dtype.kind == "f"), name
    assert one.networks == other.networks


def test_per_facet_three_strengths_and_three_needs_count_focus_first_then_latest_then_key() -> None:
    stated = [
        Statement("t01", "seeking", 10),
        Statement("t02", "in_progress", 10),
        Statement("t03", "seeking", 5),
        Statement("t04", "seeking", 900),
        Statement("wohnen", "seeking", 1),
        Statement("t05", "strength", 1),
    ]
    counted = {statement.subject for statement in declarations.counting(stated, ["t04"])}
    assert counted == {"t04", "t03", "t01", "wohnen", "t05"}


@given(networks)
def test_no_facet_ever_counts_more_than_its_cap(towns: list[TownFacts]) -> None:
    declared = network(towns).declared
    for thesis in (True, False):
        rows = [
            row for row, subject in enumerate(ALL) if (subject[0] == "t" and subject[1:].isdigit()) == thesis
        ]
        assert (declared.challenge[rows].sum(axis=0) <= FACET_CAP).all()
        assert ((declared.strength[rows] > 0).sum(axis=0) <= FACET_CAP).all()


@given(networks, facts, st.data())
def test_replacing_a_town_is_the_same_as_building_anew(
    towns: list[TownFacts], changed: TownFacts, data: st.DataObject
) -> None:
    row = data.draw(st.integers(0, len(towns) - 1))
    changed = dataclasses.replace(changed, ags=towns[row].ags)
    patched = features.replace(network(towns), {row: changed})
    assert_same(patched, network([*towns[:row], changed, *towns[row + 1 :]]))


def test_a_changed_statement_leaves_the_figures_untouched() -> None:
    before = network([town(1), town(2)])
    after = features.replace(before, {0: town(1, seeks="wohnen")})
    assert after.figures is before.figures
    assert before.declared.challenge.sum() == 0


def test_a_longer_region_name_is_not_cut_off_by_a_patch() -> None:
    patched = features.replace(
        network([town(1), town(2)]), {0: town(1, tourism="Lauenfurter Seenplatte und Heide")}
    )
    assert patched.figures.tourism[0] == "Lauenfurter Seenplatte und Heide"


def test_a_town_that_is_not_taking_part_declares_nothing_and_is_never_active() -> None:
    built = network([town(1, seeks="wohnen", taking_part=False)])
    assert not built.declared.state.any()
    assert not built.active.any()


def test_statements_on_other_subjects_are_left_aside() -> None:
    built = features.build([town(1, seeks="wohnen klima")], ["klima"])
    assert built.declared.challenge.tolist() == [[1.0]]


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown state 'proud'"):
        network([town(1, statements=(Statement("wohnen", "proud", 0),))])


def test_a_key_that_occurs_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="occurs twice"):
        network([town(1), town(1)])


def test_a_row_that_does_not_exist_is_refused() -> None:
    with pytest.raises(IndexError):
        features.replace(network([town(1)]), {1: town(2)})


def test_missing_impossible_and_constant_figures_have_a_place() -> None:
    z = robust_z(np.array([1.0, 2.0, 3.0, np.nan, np.inf, 1e9]))
    assert np.isnan(z[3]) and np.isnan(z[4])
    assert z[5] == 3.0
    assert robust_z(np.array([7.0, 7.0])).tolist() == [0.0, 0.0]
    assert np.isnan(robust_z(np.array([np.nan]))).all()
    assert network([town(1, population=0, area_km2=0.0)]).figures.weight[:2].tolist() == [[0.0], [0.0]]


def test_a_strength_loses_worth_by_whole_years_only() -> None:
    worth = declarations.freshness(np.array([0, 365, 366, 730, 731, 1096, 9999]))
    assert worth.tolist() == [1.0, 1.0, 0.75, 0.75, 0.5, 0.25, 0.25]


def test_what_everybody_names_is_worth_least() -> None:
    towns = [town(n, seeks="finanzen" + (" klima" if n == 0 else "")) for n in range(20)]
    declared = network(towns).declared
    finance, climate, sport = (ALL.index(key) for key in ("finanzen", "klima", "sport"))
    assert declared.towns_with_challenge[[finance, climate, sport]].tolist() == [20, 1, 0]
    assert declared.rarity[finance] == pytest.approx(0.25)
    assert declared.rarity[finance] < declared.rarity[climate] < declared.rarity[sport] == 1.0


def test_no_towns_at_all_is_a_network_too() -> None:
    assert len(network([])) == 0
