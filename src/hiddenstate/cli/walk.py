"""``hiddenstate walk``: a cell's equations with numbers, step by step."""

from pathlib import Path
from typing import Annotated

import typer

from hiddenstate.errors import InputError

SHOWN = 8
"""Steps that are printed where nothing else is asked for."""


def walk(
    model: Annotated[
        Path | None, typer.Argument(help="Folder that training wrote; none with --toy.", show_default=False)
    ] = None,
    source: Annotated[
        Path | None, typer.Argument(help="Rows that a forecaster reads, or a recording.", show_default=False)
    ] = None,
    text: Annotated[str | None, typer.Option(help="The text that a text model reads.")] = None,
    at: Annotated[str | None, typer.Option(help="First step of the forecast.")] = None,
    unit: Annotated[
        int | None, typer.Option(help="From 0; by default the one that moves most, of a toy all.")
    ] = None,
    layer: Annotated[int, typer.Option(help="Layer and direction, from 0, in the order of the model.")] = 0,
    first: Annotated[int, typer.Option(help="First step, from 1, in the order in which it is read.")] = 1,
    count: Annotated[int, typer.Option(help="Steps.")] = SHOWN,
    toy: Annotated[
        str | None,
        typer.Option(help='A small cell as equations: "lstm; f = 5, -1; i = 8x - 4"; "" for the default.'),
    ] = None,
    inputs: Annotated[str | None, typer.Option(help='What the toy reads: "1 0 0", or "1,0 0,1".')] = None,
    out: Annotated[Path | None, typer.Option(help="An offline page with a slider, too.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier page.")] = False,
) -> None:
    """Print a cell's equations with a model's own numbers, step by step, and the sums behind them.

    \b
    hiddenstate walk model/ --text "the cat sat" --unit 7
    hiddenstate walk model/ series.csv --at "2014-03-01 00:00" --unit 7
    hiddenstate walk --toy "lstm; f = 5, -1; i = 8x - 4; C = 2x; o = 4" --inputs "1 0 0 0"
    """
    from hiddenstate.cli.show import console
    from hiddenstate.workflows.explain.explain import Question
    from hiddenstate.workflows.explain.walk import Part, save_walk, walk_model, walk_toy

    if (model is None) == (toy is None):
        got = "neither" if toy is None else "both"
        raise InputError(f"expected a model or --toy, got {got}. Give one.")
    part = Part(unit=unit, layer=layer, first=first, count=count)
    if model is None:
        walks = walk_toy(toy or "", inputs, part)
    else:
        if (source is None) == (text is None):
            got = "neither" if text is None else "both"
            raise InputError(f"expected a file or --text, got {got}. Give one.")
        walks = [walk_model(model, Question(text=text, source=source, at=at), part)]
    page = None if out is None else save_walk(walks, out, force=force)
    for table in walks:
        console().print(table.terminal())
    if page is not None:
        typer.echo(f"Page: {page.resolve()}")
