"""``hiddenstate explain``: what went on inside a saved model while it read one input, on one offline page."""

from pathlib import Path
from typing import Annotated

import typer

from hiddenstate.errors import InputError

FORECAST = "Of a forecaster"
TAGS = "Of a tagger, and of a model of commands"


def explain(
    model: Annotated[Path, typer.Argument(help="Folder that training wrote.", show_default=False)],
    source: Annotated[
        Path | None, typer.Argument(help="Rows that a forecaster reads, or a recording.", show_default=False)
    ] = None,
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("why.html"),
    text: Annotated[str | None, typer.Option(help="The text that a text model reads.")] = None,
    at: Annotated[
        str | None,
        typer.Option(help='First step of the forecast: "2014-03-01 00:00".', rich_help_panel=FORECAST),
    ] = None,
    series: Annotated[
        str | None, typer.Option(help="Which series, where the file holds several.", rich_help_panel=FORECAST)
    ] = None,
    word: Annotated[
        int | None,
        typer.Option(help="Word whose tag is explained, from 1.", rich_help_panel=TAGS),
    ] = None,
    show: Annotated[
        str | None,
        typer.Option(
            help="Parts of the page: sound, units, gates, walk, memory, attention, evidence, gradients, tags, path, "
            "surprise; default all that the model has."
        ),
    ] = None,
    unit: Annotated[
        int | None,
        typer.Option(help="Unit whose gates are shown, from 0; by default the one that moves most."),
    ] = None,
    charts: Annotated[Path | None, typer.Option(help="Folder for every chart as PNG and SVG.")] = None,
    trace: Annotated[
        Path | None, typer.Option(help="File for all gates: .json, .csv or .safetensors.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier page.")] = False,
) -> None:
    """Show the gates, states, memory and attention behind one answer, on one offline page.

    \b
    hiddenstate explain model/ --text "He went to the bank to withdraw cash" --out why.html
    hiddenstate explain digits/ word.wav --out why.html
    hiddenstate explain tagger/ --text "Peter flew to New York" --word 4 --out why.html
    hiddenstate explain model/ series.csv --at "2014-03-01 00:00" --out why.html
    """
    if (source is None) == (text is None):
        raise InputError(
            "expected a file or --text, got " + ("neither" if text is None else "both") + ". Give one."
        )
    from hiddenstate.cli.flags import names
    from hiddenstate.workflows.explain.explain import Question
    from hiddenstate.workflows.explain.explain import explain as write_page

    question = Question(text=text, source=source, at=at, series=series, word=word)
    written = write_page(
        model,
        question,
        out,
        show=() if show is None else names(show),
        unit=unit,
        charts=charts,
        trace=trace,
        force=force,
    )
    typer.echo(written.headline)
    typer.echo(f"Page: {written.page.resolve()}")
    if charts is not None:
        typer.echo(f"Charts: {len(written.charts)} files in {charts}")
    if written.trace is not None:
        typer.echo(f"Gates: {written.trace}")
