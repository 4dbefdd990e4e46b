"""Labels as people and programs read them: coloured words, bars, tables; imports no torch."""

from typing import Any

import numpy as np

from hiddenstate.plots import read_text
from hiddenstate.records import Classification
from hiddenstate.workflows.answers import Answers
from hiddenstate.workflows.classes.label_table import label_table

MOST_BARS = 5
BAR_WIDTH = 30


def class_answers(result: Classification, *, shown: bool) -> Answers:
    """One row a text; with `shown` also its words coloured by attention, for the terminal."""
    lines = [_shown(result, row) for row in range(len(result.texts))] if shown else []
    return Answers(label_table(result), lines)


def _shown(result: Classification, row: int) -> Any:
    """The text with its words coloured, and the most probable classes as bars, for `rich` to print."""
    from rich.console import Group
    from rich.text import Text

    read = read_text(result, row)
    lines = []
    for place in np.argsort(-result.probabilities[row], kind="stable")[:MOST_BARS]:
        share = float(result.probabilities[row, place])
        bar = "█" * round(BAR_WIDTH * share)
        lines.append(Text(f"  {100 * share:5.1f} %  {result.labels[place]}  ").append(bar, "cyan"))
    return Group(Text(read.answer, "bold"), read.terminal(), *lines, Text())
