"""How far two answers to the same inputs are apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.program import Program
from hiddenstate.program.streaming import shares_of_steps

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
    A row that leaves the range of float32 in the reference (the exponential of a huge input) is not compared.
    """
    if found.shape != reference.shape:
        return Difference(float("inf"), float("inf"), 0, ())
    exact = reference.astype(np.float64)
    held = in_range(exact)
    numbers = np.flatnonzero(held)
    found, exact = found[held], exact[held]
    if not exact.size:
        return Difference(0.0, 0.0, 0, ())
    rows = exact.reshape(len(exact), -1)
    peak = np.maximum(np.abs(rows).max(axis=1), 1.0)[:, np.newaxis]
    error = np.abs(found.reshape(rows.shape) - rows) / peak
    error = np.where(np.isnan(error), np.inf, error)
    row, place = np.unravel_index(int(error.argmax()), error.shape)
    inside = np.unravel_index(int(place), exact.shape[1:]) if exact.ndim > 1 else ()
    flips = int((found.argmax(axis=-1) != exact.argmax(axis=-1)).sum()) if labels else 0
    at = (int(numbers[row]), *(int(axis) for axis in inside))
    return Difference(float(error.max()), float(error.mean()), flips, at)


def in_range(values: NDArray[Any]) -> NDArray[np.bool_]:
    """(batch,) whether float32 holds all numbers of a row."""
    inside = np.abs(values) <= np.finfo(np.float32).max  # false for NaN
    return np.asarray(inside.reshape(len(values), -1).all(axis=1))


def label_outputs(program: Program) -> frozenset[str]:
    """Outputs whose greatest entry is an answer: logits, scores and probabilities, or their logarithms."""
    answers = ("logits", "scores", "probabilities", "log_probabilities")
    return frozenset(name for name in program.outputs if name.startswith(answers))


def place_outputs(program: Program) -> frozenset[str]:
    """Outputs that say at which step something is greatest.

    Where two steps are equal but for rounding they may name either: they are not compared by size.
    """
    values = shares_of_steps(program, pools=("max",))
    return frozenset(name for name, output in program.outputs.items() if output.value in values)
