"""Options that say what a file holds, the same for the verbs that train many models of one."""

from pathlib import Path
from typing import Annotated

import typer

DATA = "Data"

Source = Annotated[
    Path,
    typer.Argument(
        help="CSV, TSV, Parquet, JSON Lines or CoNLL file, a text, a folder of recordings.",
        show_default=False,
    ),
]
Task = Annotated[
    str | None,
    typer.Option(
        help="forecast, classify, tag, intent, hear, generate; compare also takes translate.",
        rich_help_panel=DATA,
    ),
]
Group = Annotated[str | None, typer.Option(help="Column of authors or the like.", rich_help_panel=DATA)]
Target = Annotated[
    str | None, typer.Option(help="Column to forecast, of labels or of tags.", rich_help_panel=DATA)
]
Text = Annotated[str | None, typer.Option(help="Column of texts.", rich_help_panel=DATA)]
Time = Annotated[str | None, typer.Option(help="Column of time stamps.", rich_help_panel=DATA)]
Horizon = Annotated[int | None, typer.Option(help="Steps to forecast.", rich_help_panel=DATA)]
Known = Annotated[str | None, typer.Option(help="Columns known beforehand.", rich_help_panel=DATA)]
Past = Annotated[str | None, typer.Option(help="Columns known up to the forecast.", rich_help_panel=DATA)]
Series = Annotated[str | None, typer.Option(help="Column naming the series.", rich_help_panel=DATA)]
Vectors = Annotated[str | None, typer.Option(help="Files of word vectors.", rich_help_panel=DATA)]
