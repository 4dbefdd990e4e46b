"""``hiddenstate budget``: what a saved model costs in time, flash and RAM."""

from pathlib import Path
from typing import Annotated

import typer


def budget(
    model: Annotated[Path, typer.Argument(help="Folder that training wrote.", show_default=False)],
    longest: Annotated[
        int, typer.Option("--longest", help="Steps of the longest sequence, for C.", min=1)
    ] = 256,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure microseconds per step here, and what the model needs as C.

    \b
    hiddenstate budget model/
    """
    from hiddenstate.cli.show import show_budget, show_json
    from hiddenstate.workflows.budget import budget as measure

    found = measure(model, longest=longest)
    if as_json:
        show_json(found.to_dict())
    else:
        show_budget(found)
