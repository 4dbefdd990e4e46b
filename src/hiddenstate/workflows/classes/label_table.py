"""Labelled texts as a table for spreadsheets; imports no torch."""

import numpy as np
import polars as pl

from hiddenstate.records import Classification

NONE = "none of these"
"""The answer for a text that belongs to no class."""


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
