"""A saved classifier on new texts: labels, probabilities, and the words that were looked at."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from hiddenstate.data.files import Source
from hiddenstate.data.text_table import TextTable, load_texts, table_of
from hiddenstate.plots import read_text
from hiddenstate.records import Classification
from hiddenstate.workflows.classes.saved import SavedClassifier, open_classifier
from hiddenstate.workflows.kind import Answers

MOST_BARS = 5
BAR_WIDTH = 30
NONE = "none of these"
"""The answer for a text that belongs to no class."""


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


def label_table(result: Classification) -> pl.DataFrame:
    """Columns: text, label (several are joined by ";"), its probability, then ``p_LABEL`` of each class."""
    probabilities = result.probabilities
    columns: dict[str, object] = {"text": list(result.texts)}
    if result.multi_label:
        marks = np.asarray(result.predicted)
        columns["label"] = [
            ";".join(name for name, marked in zip(result.labels, row, strict=True) if marked) for row in marks
        ]
    else:
        columns["label"] = [NONE if place < 0 else result.labels[place] for place in result.predicted]
        columns["probability"] = probabilities.max(axis=1) if len(probabilities) else []
    columns |= {f"p_{name}": probabilities[:, place] for place, name in enumerate(result.labels)}
    return pl.DataFrame(columns)


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
