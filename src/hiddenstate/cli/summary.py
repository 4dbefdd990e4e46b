"""``hiddenstate summary``: the layers of a saved model, their shapes and parameters."""

from pathlib import Path
from typing import Annotated

import typer


def summary(
    model: Annotated[Path, typer.Argument(help="Folder that training wrote.", show_default=False)],
) -> None:
    """Print layers, output shapes and parameters of a saved model."""
    from hiddenstate.workflows.kinds import kind_of

    typer.echo(str(kind_of(model).summarise(model)))
