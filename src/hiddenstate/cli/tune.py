"""``hiddenstate tune``: the settings, by search."""

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
from hiddenstate.cli.flags import merge, number_or_date, read_settings, task_for

SEARCH, OUTPUT = "Search", "Output"


def tune(  # one parameter per option: the signature is the documentation
    source: Source,
    out: Annotated[Path, typer.Option(help="Folder for settings, page and trials.", rich_help_panel=OUTPUT)],
    budget: Annotated[
        str | None, typer.Option(help="Time for all training: 90s, 30min, 1h.", rich_help_panel=SEARCH)
    ] = None,
    trials: Annotated[int | None, typer.Option(help="Training runs at most.", rich_help_panel=SEARCH)] = None,
    metric: Annotated[
        str | None,
        typer.Option(
            help="On the validation rows: loss, or error (texts, tags, intents).", rich_help_panel=SEARCH
        ),
    ] = None,
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
        str | None, typer.Option(help="Share, or first date, to search on.", rich_help_panel=DATA)
    ] = None,
    test: Annotated[
        str | None, typer.Option(help="Share, first date, or file to leave alone.", rich_help_panel=DATA)
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Fixes every random number.", rich_help_panel=SEARCH)
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help="Settings to begin with, as TOML.", rich_help_panel=SEARCH)
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Any setting of train.", rich_help_panel=SEARCH)
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Forget the trials in --out.", rich_help_panel=OUTPUT)
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress.", rich_help_panel=OUTPUT)
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON instead of words.", rich_help_panel=OUTPUT)
    ] = False,
) -> None:
    """Search the settings of a model on the validation rows; the same command again goes on.

    \b
    hiddenstate tune demand.csv --time time --target demand --horizon 48 --budget 30min --out tuned/
    hiddenstate tune corpus.conllu --task tag --trials 20 --out tuned/
    hiddenstate tune recordings.csv --task hear --group speaker --budget 30min --out tuned/
    """
    from hiddenstate.cli.show import STYLES, console, show_json
    from hiddenstate.workflows.comparing.plan import seconds_of
    from hiddenstate.workflows.kind import Saving
    from hiddenstate.workflows.kinds import kind_for
    from hiddenstate.workflows.tuning.report import to_dict, verdict
    from hiddenstate.workflows.tuning.search import Limits
    from hiddenstate.workflows.tuning.study import FILE
    from hiddenstate.workflows.tuning.tune import tune_file

    flags = {
        "target": target, "text": text, "time": time, "horizon": horizon, "known": known, "past": past,
        "series": series, "group": group, "vectors": vectors, "validation": number_or_date(validation),
        "test": number_or_date(test), "seed": seed,
    }  # fmt: skip
    limits = Limits(budget=None if budget is None else seconds_of(budget), trials=trials)
    base = read_settings(settings)
    chosen = task_for(task, flags, base)
    values = merge(base, flags, set_ or [], task=chosen)
    saving = Saving(out=out, force=force, quiet=quiet)
    try:
        result = tune_file(kind_for(chosen, values), source, values, limits, saving, metric=metric)
    except KeyboardInterrupt:
        if not (out / FILE).exists():
            raise
        typer.echo(
            f"hiddenstate: interrupted; the trials stand in {out / FILE}, and the same command goes on from there.",
            err=True,
        )
        raise typer.Exit(130) from None
    if as_json:
        show_json(to_dict(result.found))
        return
    screen = console()
    words, level = verdict(result.found)
    for place, value in result.found.best.choice.items():
        screen.print(f"  {place} = {value}", highlight=False, markup=False)
    screen.print(f"\nVerdict: {words}\n", style=STYLES[level], highlight=False, markup=False, soft_wrap=True)
    screen.print(f"Report: {result.report.resolve()}", soft_wrap=True, highlight=False)
    screen.print(
        f"Train:  hiddenstate train {source} --task {chosen} --settings {result.settings} --out model/",
        soft_wrap=True,
        highlight=False,
        markup=False,
    )
