"""How far two answers to the same inputs are apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.program import Program

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Difference:
    """Two ways to compute one output of one case."""

    largest: float
    """Largest error, relative to the row's largest value, or to 1 where that is smaller."""
    mean: float
    flips: int
    """Rows whose greatest entry is another one."""
    at: tuple[int, ...]
    """Where the largest error is: row and place within the row."""


def difference(found: NDArray[Any], reference: NDArray[Any], *, labels: bool) -> Difference:
    """Compare two arrays (batch, ...). NaN on one side alone, and another shape, are an infinite error.

    Errors are relative to the largest value of the row, because rounding is: a forecast of -27 that is the
    sum of terms of 9,000 cannot be more exact than these. States and probabilities are of size one.
    """
    if found.shape != reference.shape:
        return Difference(float("inf"), float("inf"), 0, ())
    if not reference.size:
        return Difference(0.0, 0.0, 0, ())
    exact = reference.astype(np.float64)
    exact = np.where(np.abs(exact) > np.finfo(np.float32).max, np.copysign(np.inf, exact), exact)
    rows = exact.reshape(len(exact), -1)
    finite = np.where(np.isfinite(rows), np.abs(rows), 0.0)
    peak = np.maximum(finite.max(axis=1, initial=1.0), 1.0)[:, np.newaxis]
    with np.errstate(invalid="ignore"):
        error = np.abs(found.reshape(len(exact), -1) - rows) / peak
    same = (found.reshape(rows.shape) == rows) | (np.isnan(found.reshape(rows.shape)) & np.isnan(rows))
    error = np.where(same, 0.0, np.where(np.isnan(error), np.inf, error))
    row, place = np.unravel_index(int(error.argmax()), error.shape)
    inside = np.unravel_index(int(place), exact.shape[1:]) if exact.ndim > 1 else ()
    flips = int((found.argmax(axis=-1) != exact.argmax(axis=-1)).sum()) if labels else 0
    return Difference(
        float(error.max()), float(error.mean()), flips, (int(row), *(int(axis) for axis in inside))
    )


def label_outputs(program: Program) -> frozenset[str]:
    """Outputs whose greatest entry is an answer: logits and probabilities."""
    return frozenset(name for name in program.outputs if name.startswith(("logits", "probabilities")))


def place_outputs(program: Program) -> frozenset[str]:
    """Outputs that say at which step something is greatest.

    Where two steps are equal but for rounding they may name either: they are not compared by size.
    """
    values = {
        operation.outputs["weights"]
        for operation in program.operations
        if operation.kind == "pool" and operation.options["how"] == "max"
    }
    return frozenset(name for name, output in program.outputs.items() if output.value in values)
