"""A saved classifier on new texts: labels, probabilities, and the words that were looked at."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from hiddenstate.data.files import Source
from hiddenstate.data.text_table import TextTable, load_texts, table_of
from hiddenstate.plots import read_text
from hiddenstate.records import Classification
from hiddenstate.workflows.classes.label_table import label_table
from hiddenstate.workflows.classes.saved import SavedClassifier, open_classifier
from hiddenstate.workflows.kind import Answers

MOST_BARS = 5
BAR_WIDTH = 30


def label_texts(folder: Path, texts: Sequence[str]) -> Answers:
    """Labels for `texts`, with the words coloured by attention for the terminal."""
    saved = open_classifier(folder)
    result = _labelled(saved, table_of(texts))
    return Answers(label_table(result), [_shown(result, row) for row in range(len(texts))])


def label_file(folder: Path, source: Source) -> Answers:
    """Labels for every text of the model's text column in `source`; labels there are not looked at."""
    saved = open_classifier(folder)
    return Answers(
        label_table(_labelled(saved, load_texts(source, replace(saved.run.data, target=None, group=None))))
    )


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


def _labelled(saved: SavedClassifier, table: TextTable) -> Classification:
    return saved.task.predict(saved.models, table)
