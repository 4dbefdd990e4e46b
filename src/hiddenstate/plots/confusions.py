"""The most frequent confusions as a list: for many classes, where a matrix would be mostly empty."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hiddenstate.plots.confusion_matrix import Counts, confusion_of
from hiddenstate.plots.table import Row, Table

MOST_ROWS = 15


def confusions(labels: Sequence[str], counts: Counts, *, most: int = MOST_ROWS) -> Table:
    """What is taken for what, the most frequent first; arguments as in `confusion_matrix`.

    >>> table = confusions(["cat", "dog"], np.array([[8, 2], [0, 5]]))
    >>> table.rows[0].name, table.rows[0].cells
    ('cat → dog', ('2', '20 %', '100 %'))
    """
    confusion = confusion_of(labels, counts)
    wrong = confusion.errors()
    total = int(wrong.sum())
    order = np.argsort(-wrong, axis=None, kind="stable")[: min(most, int((wrong > 0).sum()))]
    rows = []
    for truth, answer in zip(*np.unravel_index(order, wrong.shape), strict=True):
        count = int(wrong[truth, answer])
        shares = (confusion.shares[truth, answer], count / total)
        name = f"{confusion.truths[truth]} → {confusion.answers[answer]}"
        rows.append(Row(name, (f"{count:,}", *(f"{100 * share:.0f} %" for share in shares))))
    shown = sum(int(wrong.flat[place]) for place in order)
    note = f"{shown:,} of {total:,} errors; {len(rows)} of {int((wrong > 0).sum())} kinds of error."
    return Table(
        "The most frequent confusions",
        ("truth → answer", "texts", "of this truth", "of all errors"),
        tuple(rows),
        note if total else "No text was answered wrong.",
    )
