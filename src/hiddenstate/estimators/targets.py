"""The labels of scikit-learn as the task reads them, and answers as scikit-learn wants them."""

from collections.abc import Sequence
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import InputError
from hiddenstate.estimators.columns import column_of

SEPARATOR = ";"
"""Between the column numbers of a text that has several labels."""


@final
class Targets:
    """Labels of any kind that can be sorted, or a table of 0 and 1 with a column for each label.

    >>> targets, names = Targets.fit([10, 9, 10])
    >>> names, targets.classes.tolist()
    (['10', '9', '10'], [9, 10])
    """

    def __init__(self, classes: NDArray[Any], *, several: bool) -> None:
        """Use `fit`."""
        self.classes = classes
        """(k,) the different labels, in order; of a table the numbers of its columns."""
        self.several = several
        """Whether a text may have several labels."""

    @classmethod
    def fit(cls, labels: Any) -> tuple[Self, list[str]]:
        """The classes, and the name of each text's label (with `SEPARATOR` between several).

        Raises `InputError` for a missing label, for measurements, and for a table of anything but 0 and 1.
        """
        table = _table(labels)
        if table is not None:
            names = [SEPARATOR.join(str(column) for column in np.flatnonzero(row)) for row in table]
            return cls(np.arange(table.shape[1]), several=True), names
        values = column_of(labels, "labels")
        for row, value in enumerate(values, start=1):
            if value is None or (isinstance(value, str) and not value.strip()):
                raise InputError(f"labels row {row}: expected a label, got none. Fill it in or drop the row.")
        return cls(_classes(values), several=False), [str(value) for value in values]

    def columns(self, names: Sequence[str]) -> NDArray[np.int64]:
        """For each class the place of its name in `names`, -1 where it is not there."""
        places = {name: place for place, name in enumerate(names)}
        return np.array([places.get(str(value).strip(), -1) for value in self.classes], dtype=np.int64)

    def without(self, gone: NDArray[np.bool_]) -> Self:
        """The same without some of the classes."""
        return type(self)(self.classes[~gone], several=self.several)


def _table(labels: Any) -> NDArray[np.int64] | None:
    """Several columns of 0 and 1; None where the labels are a single column."""
    values = labels.toarray() if hasattr(labels, "toarray") else labels
    shape = getattr(values, "shape", None)
    if shape is None and isinstance(values, list | tuple) and values and isinstance(values[0], list | tuple):
        values = np.array(values)
        shape = values.shape
    if shape is None or len(shape) != 2 or shape[1] < 2:
        return None
    table = np.asarray(values)
    if table.dtype.kind not in "biuf" or not np.isin(table, (0, 1)).all():
        raise InputError(
            f"labels: expected one column, or a table of 0 and 1, got {shape[1]} columns of other values. "
            "Use MultiLabelBinarizer for several labels a text."
        )
    return table.astype(np.int64)


def _classes(values: list[Any]) -> NDArray[Any]:
    try:
        classes = np.unique(np.array(values, dtype=object))
    except TypeError:
        kinds = sorted({type(value).__name__ for value in values})
        raise InputError(
            f"labels: expected labels of one kind, got {' and '.join(kinds)}. Convert them with str()."
        ) from None
    if any(isinstance(value, float | np.floating) and not float(value).is_integer() for value in classes):
        raise InputError("labels: expected classes, got measurements with fractions. Cut them into classes.")
    # Names that differ in the white space around them are one class, under the shortest spelling.
    first: dict[str, Any] = {}
    for value in sorted(classes, key=lambda value: len(str(value))):
        first.setdefault(str(value).strip(), value)
    return np.array([value for value in classes if first[str(value).strip()] is value])
