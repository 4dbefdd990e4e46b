"""The per-class table: precision, recall and F1 of each class, the hardest first."""

from __future__ import annotations

from collections.abc import Sequence

from hiddenstate.plots.numerals import UNKNOWN
from hiddenstate.plots.table import Row, Table
from hiddenstate.records import ClassRow


def class_table(
    classes: Sequence[ClassRow], *, title: str = "Each class, the hardest first", things: str = "texts"
) -> Table:
    """One row per class, by F1; classes without a text come last, and their recall is not known.

    `things` is what was counted: texts, words, spans.

    >>> table = class_table([ClassRow("cat", 0.8, 1.0, 0.889, 4), ClassRow("dog", 1.0, 0.5, 0.667, 2)])
    >>> [(row.name, *row.cells) for row in table.rows]
    [('dog', '66.7', '100.0', '50.0', '2'), ('cat', '88.9', '80.0', '100.0', '4')]
    """
    ordered = sorted(classes, key=lambda row: (row.count == 0, row.f1, -row.count))
    return Table(
        title,
        ("class", "F1 (%)", "precision (%)", "recall (%)", things),
        tuple(Row(row.label, _cells(row)) for row in ordered),
        meanings=(
            ("Precision", f"of the {things} that got this label, the share that has it"),
            ("Recall", f"of the {things} that have this label, the share that got it"),
            ("F1", "their harmonic mean: high only where both are"),
            (things.capitalize(), "those that have this label"),
        ),
    )


def _cells(row: ClassRow) -> tuple[str, ...]:
    if not row.count:
        return (UNKNOWN, UNKNOWN, UNKNOWN, "0")
    return (*(f"{100 * share:.1f}" for share in (row.f1, row.precision, row.recall)), f"{row.count:,}")
