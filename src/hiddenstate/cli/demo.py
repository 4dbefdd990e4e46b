"""``hiddenstate demo``: the toolkit at work on data that comes with it."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    what: Annotated[
        str, typer.Argument(help="demand: half-hourly electricity demand of Victoria, 2014.")
    ] = "demand",
    out: Annotated[Path, typer.Option(help="Folder for the model and its report.")] = Path("demo"),
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier demo.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Train on bundled data, print the comparison and write the report. Takes about two minutes."""
    from hiddenstate.cli.show import show_result
    from hiddenstate.workflows.demo import run_demo

    show_result(run_demo(what, out, force=force, quiet=quiet))
