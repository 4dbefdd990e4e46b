"""``hiddenstate evaluate``: measure a saved model on later data, beside the plain baselines."""

from pathlib import Path
from typing import Annotated

import typer


def evaluate(
    model: Annotated[Path, typer.Argument(help="Folder that training wrote.", show_default=False)],
    source: Annotated[
        Path, typer.Argument(help="File with the columns of the training file.", show_default=False)
    ],
    beam: Annotated[int | None, typer.Option(help="Hypotheses that a translator follows; 1: greedy.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure a model on a file it has not seen; the plain baselines are measured on the same windows.

    \b
    hiddenstate evaluate model/ later.csv --json
    hiddenstate evaluate en-de/ test.tsv --beam 5
    """
    from hiddenstate.cli.show import show_json, show_outcome
    from hiddenstate.workflows.kinds import kind_of

    kind = kind_of(model)
    if beam is not None:
        kind = kind.with_beam(beam)
    outcome = kind.evaluate(model, source)
    if as_json:
        show_json(outcome.to_dict())
    else:
        show_outcome(outcome)
