"""``flask matching``: what a round is worth, and the engine on trial. Nothing here changes a suggestion."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import AppGroup

from kleinstadt_net import clock
from kleinstadt_net.importers import UnreadableFile
from kleinstadt_net.importers.peer_groups import read_peer_groups
from kleinstadt_net.matching import evaluation
from kleinstadt_net.matching.evaluation import BadWeights, Evaluation
from kleinstadt_net.services import matching_trials, network_figures
from kleinstadt_net.services.matching_trials import MONTHS, NETWORKS
from kleinstadt_net.services.network_figures import MonthFigures, NotMeasurable

group = AppGroup("matching", help="The quality of the monthly round, and trials of the engine.")
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
FILE = click.argument("file", type=click.Path(path_type=Path))
# Between two lines that say how far a simulation has come.
MONTHS_PER_LINE = 12
LEAST_TOWNS, MOST_TOWNS, MOST_MONTHS = 2, 30_000, 120


def _checked_month(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not MONTH.fullmatch(value):
        raise click.BadParameter("a month looks like 2026-12")
    return value


MONTH_OPTION = click.option(
    "--month", callback=_checked_month, help="Month of the round, such as 2026-12; default: the newest."
)


@group.command("quality")
@MONTH_OPTION
def quality(month: str | None) -> None:
    """Measure a month's round, print the figures and keep them for the page "Das Netz in Zahlen".

    With thousands of active towns this takes minutes: the month is planned again with disturbed figures.
    """
    try:
        measured = network_figures.measure(month)
    except NotMeasurable as reason:
        raise click.ClickException(f"{reason} Nothing was changed.") from reason
    click.echo(f"Round of {measured.month}: {measured.quality.towns:,} active towns")
    _table(_quality_rows(measured))


def _quality_rows(measured: MonthFigures) -> list[tuple[str, str]]:
    found, core, stable = measured.quality, measured.core, measured.stability
    lists = ", ".join(f"{number}: {towns:,}" for number, towns in enumerate(found.exposure) if towns)
    answered = ", ".join(f"{count:,} {answer}" for answer, count in sorted(measured.answers.items()))
    return [
        (
            "suggestions",
            f"{found.proposals:,} ({', '.join(f'{n:,} {slot}' for slot, n in found.slots.items())})",
        ),
        ("coverage out, in", f"{_share(found.coverage_out)}, {_share(found.coverage_in)}"),
        ("towns named in n lists", lists or "none"),
        ("most lists a town stands in", str(found.most_lists)),
        ("Gini of being named", f"{found.exposure_gini:.3f}"),
        ("reciprocity", _share(found.reciprocity)),
        ("with a shared challenge, of all", _share(found.shared)),
        (
            "of mutual places of declaring towns",
            f"{_share(found.shared_mutual)} (at most {_share(found.shared_feasible)})",
        ),
        ("towns short of mutual partners", f"{found.short_of_mutual:,}"),
        ("towns short of suggestions", f"{found.short:,}"),
        ("needs met by a suggested town", f"{_share(found.need_cover)} of {found.needs:,}"),
        ("utility kept", _share(core.utility_kept)),
        ("mutual pairs, of those possible", _share(core.of_possible)),
        ("optimality gap of the mutual core", _share(core.gap, 2)),
        (
            "stability of top 5, top 20, round",
            ", ".join(map(_number, (stable.top5, stable.top20, stable.round))),
        ),
        ("Länder in a list, on average", f"{found.laender_per_list:.2f}"),
        ("mean score, lowest best score", f"{found.mean_score:.3f}, {found.lowest_best_score:.3f}"),
        ("answers", answered or "none yet"),
    ]


@group.command("simulate")
@click.option(
    "--towns",
    "sizes",
    type=click.IntRange(LEAST_TOWNS, MOST_TOWNS),
    multiple=True,
    help=f"Active towns, may be repeated; default: {', '.join(map(str, NETWORKS))}.",
)
@click.option("--months", type=click.IntRange(1, MOST_MONTHS), default=MONTHS, show_default=True)
def simulate(sizes: tuple[int, ...], months: int) -> None:
    """Plan months of rounds in memory: empty letters, and pairs that come again too soon.

    Figures are those of the register, statements are drawn from a fixed seed; nothing is stored or shown anywhere.
    24 months of 2,282 towns take about two minutes on one core.
    """
    click.echo(
        f"{'towns':>7}{'each':>6}{'letters':>10}{'empty':>8}{'fewer':>8}{'pairs':>10}{'again':>8}{'lists':>7}{'s':>8}"
    )
    started = clock.now()
    for run in matching_trials.simulate(sizes or NETWORKS, months, _progress):
        lasted, started = clock.now() - started, clock.now()
        click.echo(
            f"{run.towns:>7,}{run.each:>6}{run.letters:>10,}{run.empty:>8,}{run.fewer:>8,}"
            f"{run.pairs:>10,}{run.repeated:>8,}{run.most_lists:>7}{lasted.total_seconds():>8.1f}"
        )
    click.echo("empty: letters without a suggestion; fewer: with less than the network's number;")
    click.echo("again: pairs proposed again within the memory; lists: most lists a town stood in.")


def _progress(towns: int, month: int) -> None:
    if month % MONTHS_PER_LINE == 0:
        click.echo(f"{towns:,} towns: month {month}", err=True)


@group.command("recall")
@FILE
def recall(file: Path) -> None:
    """Find labelled peers (CSV with the columns group and ags) by several methods; prints recall@20 and MRR."""
    try:
        found = matching_trials.recall(read_peer_groups(file))
    except UnreadableFile as error:
        raise click.ClickException(f"{error}\nNothing was changed.") from error
    click.echo(
        "Means, and in brackets 95 of 100 resamples of the groups (of its towns, if there is one group)."
    )
    _table(
        [("method", "recall@20              MRR")]
        + [
            (
                one.method,
                f"{one.recall.mean:.3f} [{one.recall.low:.3f}, {one.recall.high:.3f}]   "
                f"{one.mrr.mean:.3f} [{one.mrr.low:.3f}, {one.mrr.high:.3f}]",
            )
            for one in found
        ]
    )


@group.command("evaluate")
@FILE
@MONTH_OPTION
def evaluate(file: Path, month: str | None) -> None:
    """Hold the weights in FILE (JSON: shared, learn, teach, structure, reach) against the present ones.

    Uses stored answers and changes nothing: whether weights change is decided by people.
    """
    try:
        weights = evaluation.read_weights(json.loads(file.read_text(encoding="utf-8")))
        compared = matching_trials.compare_weights(weights, month)
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} cannot be read as text. Nothing was changed.") from error
    except json.JSONDecodeError as error:
        raise click.ClickException(f"{file} is no JSON: {error}. Nothing was changed.") from error
    except (BadWeights, NotMeasurable) as error:
        raise click.ClickException(f"{error} Nothing was changed.") from error
    click.echo(
        f'{compared.wanted:,} suggestions answered "Kontakt gewünscht", {compared.declined:,} "Passt nicht"'
    )
    _table([("", "present   in FILE"), *_evaluation_rows(compared.present, compared.proposed)])
    click.echo(f"overlap of the lists of {compared.month}: {_number(compared.overlap)}")
    click.echo("Answers are known only for what was proposed; nothing was changed.")


def _evaluation_rows(present: Evaluation, proposed: Evaluation) -> Iterable[tuple[str, str]]:
    for label, name in (
        ("mean score of wanted", "wanted_mean"),
        ("mean score of declined", "declined_mean"),
        ("AUC", "auc"),
        ("AUC, lower bound (95 %)", "low"),
        ("AUC, upper bound (95 %)", "high"),
    ):
        yield label, f"{_number(getattr(present, name)):>7}   {_number(getattr(proposed, name)):>7}"


def _share(value: float | None, digits: int = 1) -> str:
    return "nothing to measure" if value is None else f"{value:.{digits}%}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _table(rows: Iterable[tuple[str, str]]) -> None:
    cells = list(rows)
    width = max(len(label) for label, _ in cells)
    for label, value in cells:
        click.echo(f"  {label.ljust(width)}  {value}".rstrip())
