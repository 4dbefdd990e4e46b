"""Long-memory tasks: the error against training steps, and against the length that is to be remembered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hiddenstate.plots.lines import Frame, Line, draw_lines
from hiddenstate.plots.numerals import number
from hiddenstate.plots.theme import nothing_to_draw, themed
from hiddenstate.records import MemoryRun

if TYPE_CHECKING:
    import altair as alt

BY_STEP = "Error while learning"
BY_LENGTH = "Error by length"
LOWEST = 1e-3


def memory_by_step(runs: Sequence[MemoryRun]) -> alt.LayerChart:
    """Draw the error at the full length against the training steps, one line for each cell."""
    if not any(len(run.steps) for run in runs):
        return nothing_to_draw(BY_STEP, "Nothing was trained.")
    lines = [
        Line(
            run.name,
            {float(step): float(error) for step, error in zip(run.steps, run.errors, strict=True)},
            colour=place,
            dash=place,
        )
        for place, run in enumerate(runs)
    ]
    chart = draw_lines(lines, _frame(runs[0], "training steps", "step {}"))
    return themed(chart, BY_STEP, " ".join(_told(run) for run in runs), _caption(runs[0]))


def memory_by_length(runs: Sequence[MemoryRun]) -> alt.LayerChart:
    """Draw the error of the trained networks against the length, both below and beyond that of training."""
    if not any(len(run.lengths) for run in runs):
        return nothing_to_draw(BY_LENGTH, "Nothing was measured.")
    lines = [
        Line(
            run.name,
            {
                float(length): float(error)
                for length, error in zip(run.lengths, run.errors_by_length, strict=True)
            },
            colour=place,
            dash=place,
        )
        for place, run in enumerate(runs)
    ]
    frame = _frame(runs[0], "T: length of the sequences, in steps", "T = {}", x_log=True)
    words = " ".join(f"{run.name}: {_lengths(run)}." for run in runs)
    caption = f"Networks that learnt on lengths up to {runs[0].length}, measured on sequences they never saw."
    return themed(draw_lines(lines, frame), BY_LENGTH, words, caption)


def _frame(run: MemoryRun, x: str, x_name: str, x_log: bool = False) -> Frame:
    squared = run.error_name != "share of wrong answers"
    return Frame(
        x=x,
        y=run.error_name,
        x_name=x_name,
        # A square has decades; a share of wrong answers has 0 and 1.
        log=squared,
        x_log=x_log,
        bounds=(LOWEST, 1.0) if squared else (0.0, 1.0),
        guides=((run.chance, "without memory"), (run.solved_below, "solved below")),
    )


def _caption(run: MemoryRun) -> str:
    return (
        f"Measured on sequences of T = {run.length} that training never draws. A cell that has solved the task "
        f"({run.error_name} below {run.solved_below:g}) stops."
    )


def _told(run: MemoryRun) -> str:
    if not len(run.errors):
        return f"{run.name}: not trained."
    solved = run.solved_at
    end = f"solved after {solved:,} steps" if solved is not None else f"not solved in {run.steps[-1]:,} steps"
    return f"{run.name}: {end}, smallest {run.error_name} {number(run.error)}."


def _lengths(run: MemoryRun) -> str:
    pairs = zip(run.lengths, np.asarray(run.errors_by_length), strict=True)
    return ", ".join(f"{number(error)} at T = {length}" for length, error in pairs)
