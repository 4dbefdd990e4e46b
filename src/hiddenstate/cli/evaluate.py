"""``hiddenstate evaluate``: measure a saved model on later data, beside the plain baselines."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    model: Annotated[Path, typer.Argument(help="Folder that training wrote.", show_default=False)],
    source: Annotated[
        Path, typer.Argument(help="File with the columns of the training file.", show_default=False)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure a model on a file it has not seen; the plain baselines are measured on the same windows.

    \b
    hiddenstate evaluate model/ later.csv --json
    """
    from hiddenstate.cli.show import show_evaluation, show_json
    from hiddenstate.workflows.evaluate import evaluate_forecaster

    evaluation = evaluate_forecaster(model, source)
    if as_json:
        show_json(evaluation.to_dict())
    else:
        show_evaluation(evaluation)
