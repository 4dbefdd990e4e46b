"""``hiddenstate predict``: forecast what follows the last row of a file."""

from pathlib import Path
from typing import Annotated

import typer


def predict(
    model: Annotated[Path, typer.Argument(help="Folder that training wrote.", show_default=False)],
    source: Annotated[
        Path,
        typer.Argument(
            help="Recent rows; known-future columns go on through the horizon.", show_default=False
        ),
    ],
    out: Annotated[
        Path | None, typer.Option(help="CSV, Parquet or JSON Lines file; standard output if not given.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier file.")] = False,
) -> None:
    """Forecast the steps that follow the last observed target: quantiles in your units, with time stamps.

    \b
    hiddenstate predict model/ latest.csv --out forecast.csv
    """
    from hiddenstate.workflows.predict import predict_forecast
    from hiddenstate.workflows.tables import print_table, write_table

    table = predict_forecast(model, source)
    if out is None:
        print_table(table)
    else:
        write_table(table, out, force=force)
        typer.echo(f"{len(table)} rows in {out}", err=True)
