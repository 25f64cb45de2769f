"""``flask matching``: figures and trials, printed; a bad file or month is refused with the reason."""

import json
from pathlib import Path

from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from kleinstadt_net.database import db
from kleinstadt_net.models import Round, RoundFigures, Suggestion, Town
from kleinstadt_net.services import rounds
from tests.cli.test_rounds import network
from tests.factories import SuggestionAnswerFactory

WEIGHTS = {"shared": 0.4, "learn": 0.2, "teach": 0.1, "structure": 0.2, "reach": 0.1}


def test_the_figures_of_a_month_are_printed_and_kept(runner: FlaskCliRunner) -> None:
    network(8)
    rounds.run("2026-12")
    result = runner.invoke(args=["matching", "quality", "--month", "2026-12"])
    assert result.exit_code == 0, result.output
    assert "Round of 2026-12: 8 active towns" in result.stdout
    for said in (
        "coverage out, in",
        "100.0%, 100.0%",
        "Gini",
        "reciprocity",
        "(at most 100.0%)",
        "optimality gap",
    ):
        assert said in result.stdout
    assert "none yet" in result.stdout
    assert db.session.scalar(select(func.count()).select_from(RoundFigures)) == 1


def test_a_month_without_a_round_and_what_is_no_month_are_refused(runner: FlaskCliRunner) -> None:
    missing = runner.invoke(args=["matching", "quality", "--month", "2026-11"])
    assert missing.exit_code == 1
    assert "There is no round of 2026-11. Nothing was changed." in missing.stderr
    assert "no round yet" in runner.invoke(args=["matching", "quality"]).stderr
    assert runner.invoke(args=["matching", "quality", "--month", "Mai"]).exit_code == 2


def test_simulated_months_show_empty_letters_and_pairs_that_come_again(runner: FlaskCliRunner) -> None:
    result = runner.invoke(args=["matching", "simulate", "--towns", "2", "--towns", "12", "--months", "3"])
    assert result.exit_code == 0, result.output
    rows = [line.split()[:7] for line in result.stdout.splitlines()[1:3]]
    assert rows[0] == ["2", "1", "6", "0", "0", "3", "2"]
    assert rows[1][:5] == ["12", "1", "36", "0", "0"]
    assert db.session.scalar(select(func.count()).select_from(Round)) == 0


def test_labelled_peers_are_looked_for_by_every_method(runner: FlaskCliRunner, tmp_path: Path) -> None:
    network(6)
    keys = db.session.scalars(select(Town.ags).order_by(Town.ags)).all()
    file = tmp_path / "peers.csv"
    file.write_text("group,ags\n" + "".join(f"{'ab'[n % 2]},{key}\n" for n, key in enumerate(keys)))
    result = runner.invoke(args=["matching", "recall", str(file)])
    assert result.exit_code == 0, result.output
    for method in ("full", "structure only", "size only", "distance only", "random"):
        assert method in result.stdout
    assert "1.000 [1.000, 1.000]" in result.stdout  # six towns: all within the first twenty


def test_a_bad_file_of_peers_is_refused_with_its_lines(runner: FlaskCliRunner, tmp_path: Path) -> None:
    network(2)
    one, two = db.session.scalars(select(Town.ags).order_by(Town.ags)).all()
    file = tmp_path / "peers.csv"
    for rows, said in (
        (f"a,{one}\na,zwei\n,{two}\n", ("line 3: ", "line 4: the group is missing")),
        (f"a,{one}\na,{one}\n", ("line 3: ", "line 2 already")),
        (f"a,{one}\na,01001999\n", ("line 3: no town has the AGS 01001999",)),
        (f"a,{one}\nb,{two}\n", ("line 2: the group 'a' has one town only", "line 3: ")),
        ("", ("names no town",)),
    ):
        file.write_text("group,ags\n" + rows)
        result = runner.invoke(args=["matching", "recall", str(file)])
        assert result.exit_code == 1, result.output
        assert all(part in result.stderr for part in (*said, "Nothing was changed.")), result.stderr
    assert "is a directory" in runner.invoke(args=["matching", "recall", str(tmp_path)]).stderr


def test_weights_are_held_against_answers_and_stay_what_they_are(
    runner: FlaskCliRunner, tmp_path: Path
) -> None:
    network(8)
    rounds.run("2026-12")
    for n, suggestion in enumerate(
        db.session.scalars(select(Suggestion.id).order_by(Suggestion.id).limit(4)).all()
    ):
        SuggestionAnswerFactory(suggestion_id=suggestion, answer="contact" if n % 2 else "declined")
    file = tmp_path / "weights.json"
    file.write_text(json.dumps(WEIGHTS))
    result = runner.invoke(args=["matching", "evaluate", str(file)])
    assert result.exit_code == 0, result.output
    assert '2 suggestions answered "Kontakt gewünscht", 2 "Passt nicht"' in result.stdout
    assert "AUC" in result.stdout and "overlap of the lists of 2026-12:" in result.stdout

    for text, said in (
        (json.dumps({**WEIGHTS, "reach": 0.3}), "must sum to 1"),
        ("{", "is no JSON"),
        ("[]", "object with the parts"),
    ):
        file.write_text(text)
        refused = runner.invoke(args=["matching", "evaluate", str(file)])
        assert refused.exit_code == 1
        assert said in refused.stderr
    assert "cannot be read" in runner.invoke(args=["matching", "evaluate", str(tmp_path / "none")]).stderr
