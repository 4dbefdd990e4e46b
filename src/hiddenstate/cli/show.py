"""Results in the terminal: the verdict first, then the table it rests on."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hiddenstate.workflows.comparison import Comparison
    from hiddenstate.workflows.evaluate import Evaluation
    from hiddenstate.workflows.train import Trained

COLUMNS = ("mae", "rmse", "mape", "nd", "mase", "pinball")
STYLES = {"better": "bold green", "same": "bold yellow", "worse": "bold red"}


def show_result(trained: Trained) -> None:
    """What training found, and where everything is."""
    _show_comparison(trained.comparison, trained.unit)
    console().print(f"Model:  {trained.folder}/", soft_wrap=True, highlight=False)
    console().print(f"Report: {trained.report.resolve()}", soft_wrap=True, highlight=False)


def show_evaluation(evaluation: Evaluation) -> None:
    """What the measurement found, and what was repaired in the file."""
    _show_comparison(evaluation.comparison, evaluation.unit)
    for line in evaluation.repairs:
        console().print(f"Data: {line}", highlight=False)


def show_json(values: dict[str, Any]) -> None:
    """JSON on standard output; a figure that does not exist is null."""
    from hiddenstate.bundle.contents import plain_json

    sys.stdout.write(json.dumps(plain_json(values), indent=2, ensure_ascii=False) + "\n")


def _show_comparison(comparison: Comparison, unit: str | None) -> None:
    from hiddenstate.plots import score_table

    screen = console()
    table = score_table(
        comparison.scores,
        metrics=COLUMNS,
        unit=unit,
        note="Measured on the same windows. * best of a column.",
    )
    screen.print(table.terminal())
    inside = [
        f"{key.removeprefix('coverage_')} % interval holds {value:.1f} % of the truth"
        for key, value in comparison.model.metrics.items()
        if key in ("coverage_80", "coverage_95")
    ]
    if inside:
        screen.print(f"Intervals: {'; '.join(inside)}.", highlight=False)
    for name, reason in comparison.left_out.items():
        screen.print(f"Left out: {name}, because {reason}", highlight=False)
    if comparison.verdict is not None:
        screen.print()
        screen.print(
            f"Verdict: {comparison.verdict.text}", style=STYLES[comparison.verdict.level], highlight=False
        )
        screen.print()


def console() -> Any:
    """Where results go: standard output, wide enough for a table even where that is no terminal."""
    from rich.console import Console

    # A pipe has no width of its own: wide enough that no figure is cut.
    return Console() if sys.stdout.isatty() else Console(width=110)
