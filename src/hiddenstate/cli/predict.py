"""``hiddenstate predict``: what a saved model says about new rows or texts."""

import json
from pathlib import Path
from typing import Annotated

import typer

from hiddenstate.errors import InputError


def predict(
    model: Annotated[Path, typer.Argument(help="Folder that training wrote.", show_default=False)],
    source: Annotated[
        Path | None,
        typer.Argument(
            help="A forecaster reads recent rows, known columns going on through the horizon; a text model "
            "reads the texts of its column.",
            show_default=False,
        ),
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", help="A text to label; may be given several times.")
    ] = None,
    beam: Annotated[int | None, typer.Option(help="Hypotheses that a translator follows; 1: greedy.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="CSV, Parquet or JSON Lines file; standard output if not given.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one answer a line.")] = False,
) -> None:
    """Forecast what follows the last row of a file, or label texts or their words, with a saved model.

    \b
    hiddenstate predict model/ latest.csv --out forecast.csv      # quantiles in your units, with time stamps
    hiddenstate predict model/ --text "Who wrote Hamlet ?"        # label, probabilities, the words looked at
    hiddenstate predict assistant/ --text "wake me at seven" --json    # intent, slots with their characters
    hiddenstate predict en-de/ --text "two dogs play in the snow" --beam 5    # and what each piece looked at
    """
    from hiddenstate.cli.show import console
    from hiddenstate.workflows.predict import predict as answer
    from hiddenstate.workflows.tables import print_table, write_table

    if (source is None) == (not text):
        raise InputError(
            "expected a file or --text, got " + ("neither" if source is None else "both") + ". Give one."
        )
    answers = answer(model, source, text or [], beam=beam)
    if out is not None:
        write_table(answers.table, out, force=force)
        typer.echo(f"{len(answers.table)} rows in {out}", err=True)
    elif as_json and answers.records:
        for record in answers.records:
            typer.echo(json.dumps(record, ensure_ascii=False))
    elif as_json:
        typer.echo(answers.table.write_ndjson(), nl=False)
    elif answers.shown:
        for part in answers.shown:
            console().print(part)
    else:
        print_table(answers.table)
