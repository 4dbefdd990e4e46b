"""``hiddenstate compare``: which architecture, and whether a recurrent one at all."""

from pathlib import Path
from typing import Annotated

import typer

from hiddenstate.cli.data_options import (
    DATA,
    Group,
    Horizon,
    Known,
    Past,
    Series,
    Source,
    Target,
    Task,
    Text,
    Time,
    Vectors,
)
from hiddenstate.cli.flags import merge, names, number_or_date, read_settings, task_for

COMPARISON, OUTPUT = "Comparison", "Output"


def compare(  # one parameter per option: the signature is the documentation
    source: Source,
    out: Annotated[Path, typer.Option(help="Folder for page and figures.", rich_help_panel=OUTPUT)],
    budget: Annotated[
        str, typer.Option(help="Time for everything: 90s, 10min, 1h.", rich_help_panel=COMPARISON)
    ] = "10min",
    seeds: Annotated[int, typer.Option(help="Runs of each candidate.", rich_help_panel=COMPARISON)] = 3,
    equal: Annotated[
        str, typer.Option(help="What all have alike: parameters or time.", rich_help_panel=COMPARISON)
    ] = "parameters",
    metric: Annotated[
        str | None,
        typer.Option(
            help="accuracy, log_loss (texts); mae (series); span_f1, token_accuracy (tags); slot_f1 (intents); "
            "accuracy, unweighted_average_recall (recordings); nats_per_unit, bits_per_char (a book); chrf (pairs).",
            rich_help_panel=COMPARISON,
        ),
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(help='Candidates by name: "LSTM;BiGRU + attention".', rich_help_panel=COMPARISON),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every combination, not eight.", rich_help_panel=COMPARISON)
    ] = False,
    learning_curves: Annotated[
        bool,
        typer.Option(
            "--learning-curves",
            help="LSTM and GRU on five sizes of the data, too.",
            rich_help_panel=COMPARISON,
        ),
    ] = False,
    task: Task = None,
    target: Target = None,
    text: Text = None,
    time: Time = None,
    horizon: Horizon = None,
    known: Known = None,
    past: Past = None,
    series: Series = None,
    group: Group = None,
    vectors: Vectors = None,
    validation: Annotated[
        str | None, typer.Option(help="Share, or first date, to choose on.", rich_help_panel=DATA)
    ] = None,
    test: Annotated[
        str | None, typer.Option(help="Share, first date, or a file to measure on.", rich_help_panel=DATA)
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help="Settings as for train, as TOML.", rich_help_panel=DATA)
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Any setting of train.", rich_help_panel=DATA)
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an earlier comparison.", rich_help_panel=OUTPUT)
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress.", rich_help_panel=OUTPUT)
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON instead of a table.", rich_help_panel=OUTPUT)
    ] = False,
) -> None:
    """Compare architectures and plain baselines on a file, within a budget of time; what is interrupted goes on.

    \b
    hiddenstate compare questions.csv --text question --target label --budget 10min --out comparison/
    hiddenstate compare corpus.conllu --task tag --budget 20min --out comparison/
    hiddenstate compare demand.csv --time time --target demand --horizon 48 --equal time --out comparison/
    hiddenstate compare recordings/ --task hear --budget 20min --out comparison/
    hiddenstate compare book.txt --task generate --budget 20min --out comparison/
    """
    from hiddenstate.cli.show import STYLES, console, show_json
    from hiddenstate.workflows.comparing.door import compare_file
    from hiddenstate.workflows.comparing.plan import Plan, seconds_of
    from hiddenstate.workflows.comparing.report import table, to_dict
    from hiddenstate.workflows.kind import Saving
    from hiddenstate.workflows.kinds import kind_for

    flags = {
        "target": target, "text": text, "time": time, "horizon": horizon, "known": known, "past": past,
        "series": series, "group": group, "vectors": vectors,
        "validation": number_or_date(validation), "test": number_or_date(test),
    }  # fmt: skip
    plan = Plan(
        budget=seconds_of(budget),
        seeds=seeds,
        equal=equal,
        only=tuple(part for part in names(only.replace(",", "\\,").replace(";", ","))) if only else (),
        every=every,
        learning_curves=learning_curves,
    )
    base = read_settings(settings)
    chosen = task_for(task, flags, base)
    values = merge(base, flags, set_ or [], task=chosen)
    saving = Saving(out=out, force=force, quiet=quiet)
    try:
        result = compare_file(kind_for(chosen, values), source, values, plan, saving, metric=metric)
    except KeyboardInterrupt:
        if not out.with_name(f"{out.name}.runs.json").exists():
            raise
        typer.echo(
            f"hiddenstate: interrupted; finished runs stand in {out}.runs.json, and the same command goes on "
            "from there.",
            err=True,
        )
        raise typer.Exit(130) from None
    if as_json:
        show_json(to_dict(result.compared))
        return
    screen, ranking = console(), result.compared.ranking
    screen.print(table(result.compared).terminal())
    for line in result.compared.notes:
        screen.print(line, highlight=False, markup=False)
    screen.print(f"\nVerdict: {ranking.text}\n", style=STYLES[ranking.level], highlight=False, markup=False)
    screen.print(f"Report: {result.report.resolve()}", soft_wrap=True, highlight=False)
