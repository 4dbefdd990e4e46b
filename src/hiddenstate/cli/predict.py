"""``hiddenstate predict``: what a saved model says about new rows or texts."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hiddenstate.errors import InputError

if TYPE_CHECKING:
    import polars as pl


def predict(
    model: Annotated[Path, typer.Argument(help="Folder that training wrote.", show_default=False)],
    source: Annotated[
        Path | None,
        typer.Argument(
            help="A forecaster reads recent rows, known columns going on through the horizon; a text model "
            "reads the texts of its column; one that hears or writes down reads a recording, or a table of them.",
            show_default=False,
        ),
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", help="A text to label; may be given several times.")
    ] = None,
    beam: Annotated[int | None, typer.Option(help="Hypotheses that a translator follows; 1: greedy.")] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Of a recording: the text so far, word by word, as it settles.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="CSV, Parquet or JSON Lines file; standard output if not given.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier file.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one answer a line.")] = False,
) -> None:
    """Forecast what follows the last row of a file, label texts or recordings, or write down what is said.

    \b
    hiddenstate predict model/ latest.csv --out forecast.csv      # quantiles in your units, with time stamps
    hiddenstate predict model/ --text "Who wrote Hamlet ?"        # label, probabilities, the words looked at
    hiddenstate predict assistant/ --text "wake me at seven" --json    # intent, slots with their characters
    hiddenstate predict live/ call.wav --partial                  # what is said, while it is being said
    hiddenstate predict en-de/ --text "two dogs play in the snow" --beam 5    # and what each piece looked at
    """
    from hiddenstate.cli.show import console
    from hiddenstate.workflows.answering import answer

    if (source is None) == (not text):
        raise InputError(
            "expected a file or --text, got " + ("neither" if source is None else "both") + ". Give one."
        )
    if partial:
        if source is None or beam is not None or out is not None:
            raise InputError("--partial: expected a recording alone, got other options. Leave these out.")
        _show_partial(model, source, as_json=as_json)
        return
    answers = answer(model, source, text or [], beam=beam)
    if out is not None:
        _show_table(answers.table, out, force=force, as_json=as_json)
    elif as_json and answers.records:
        for record in answers.records:
            typer.echo(json.dumps(record, ensure_ascii=False))
    elif answers.shown and not as_json:
        for part in answers.shown:
            console().print(part)
    else:
        _show_table(answers.table, None, as_json=as_json)


def _show_table(
    table: "pl.DataFrame", out: Path | None, *, force: bool = False, as_json: bool = False
) -> None:
    """A row an answer: in a file, or printed as JSON Lines or CSV."""
    from hiddenstate.workflows.tables import print_table, write_table

    if out is not None:
        write_table(table, out, force=force)
        typer.echo(f"{len(table)} rows in {out}", err=True)
    elif as_json:
        typer.echo(table.write_ndjson(), nl=False)
    else:
        print_table(table)


def _show_partial(model: Path, source: Path, *, as_json: bool) -> None:
    """A line for each text so far; flushed, so that who reads along sees it at once."""
    from hiddenstate.workflows.answering import partial

    for part in partial(model, source):
        if as_json:
            record = {"seconds": round(part.seconds, 2), "text": part.text, "last": part.last}
            typer.echo(json.dumps(record, ensure_ascii=False))
        else:
            typer.echo(f"{part.seconds:8.2f} s  {part.text or '(nothing heard)'}")
