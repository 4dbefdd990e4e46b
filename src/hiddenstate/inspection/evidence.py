"""What any output of any torch module rests on: integrated gradients, occlusion and their deletion curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hiddenstate.errors import ShapeError
from hiddenstate.inspection.integrated import AT_ONCE, Output, integrate
from hiddenstate.inspection.leaving_out import RANDOM_ORDERS, Without, faithfulness, leave_one_out
from hiddenstate.records import Attribution, Evidence

MOST_STRETCHES = 24
"""Stretches of time that are left out one by one; more would cost more than they tell."""


@dataclass(frozen=True)
class Names:
    """What the reader calls things."""

    output: str
    """What is explained, with its unit."""
    columns: tuple[str, ...] = ("",)
    """Of the input (c)."""
    places: tuple[str, ...] | None = None
    """Of its steps (n); None: numbers from 1."""
    baseline: str = "zero"
    """What stands for "absent"."""


def evidence(
    output: Output,
    x: Tensor,
    names: Names,
    *,
    baseline: Tensor | None = None,
    tolerance: float = 1e-4,
    random_orders: int = RANDOM_ORDERS,
    seed: int = 0,
) -> Evidence:
    """What ``output(x)`` rests on, for an input x (time, feature) of a module of your own.

    ``output`` takes a batch (B, time, feature) and returns (B,) numbers: one class's probability, one step of a
    forecast. Put the module in evaluation mode before. Occlusion replaces one column for one stretch of
    time by the baseline (None: zeros). An input of no step at all gives empty shares.

    Raises `ShapeError` where names do not fit, and what `integrate` raises.

    >>> layer = torch.nn.GRU(2, 3, batch_first=True).eval()
    >>> found = evidence(lambda x: layer(x)[0][:, -1, 0], torch.ones(4, 2), Names("unit 0", ("a", "b")))
    >>> found.integrated.values.shape, abs(found.integrated.gap) < 1e-3
    ((4, 2), True)
    """
    if x.ndim != 2 or len(names.columns) != x.shape[1]:
        raise ShapeError(
            f"x: expected shape (time, {len(names.columns)}) for the columns {', '.join(names.columns)}, "
            f"got {tuple(x.shape)}. Give one row of the batch, and a name for each feature."
        )
    places = names.places or tuple(str(step + 1) for step in range(len(x)))
    if len(places) != len(x):
        raise ShapeError(f"places: expected {len(x)}, one for each step, got {len(places)}. Name each step.")
    baseline = torch.zeros_like(x) if baseline is None else baseline
    integral = integrate(output, x, baseline, tolerance=tolerance)
    parts = Stretches.of(*x.shape)
    without = parts.without(output, x, baseline)
    effects = leave_one_out(without, parts.count)
    shares = integral.shares.numpy(force=True)
    curves = faithfulness(
        without,
        {"integrated gradients": parts.sums(shares), "occlusion": effects},
        output=names.output,
        random_orders=random_orders,
        seed=seed,
    )
    ends = (integral.output, integral.baseline, names.baseline)
    return Evidence(
        Attribution(
            "integrated gradients", names.output, places, names.columns, shares, *ends, integral.unresolved
        ),
        Attribution("occlusion", names.output, places, names.columns, parts.spread(effects), *ends),
        curves,
    )


@final
@dataclass(frozen=True, eq=False)
class Stretches:
    """The parts of an input that are left out: one column for one stretch of time each."""

    part: NDArray[np.int64]
    """(time, feature) number of the part; -1 for what is never left out."""
    count: int

    @classmethod
    def of(cls, time_steps: int, features: int) -> "Stretches":
        """At most `MOST_STRETCHES` stretches of about equal length, in every column."""
        stretches = min(time_steps, MOST_STRETCHES)
        along = np.arange(time_steps) * stretches // max(time_steps, 1)
        return cls(along[:, None] + stretches * np.arange(features), stretches * features)

    def sums(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """(count,) sum over each part."""
        inside = self.part >= 0
        return np.asarray(np.bincount(self.part[inside], shares[inside], self.count), dtype=np.float64)

    def spread(self, effects: NDArray[np.float64]) -> NDArray[np.float64]:
        """(time, feature) each part's effect, shared out evenly over its steps; NaN outside of all."""
        sizes = np.bincount(self.part[self.part >= 0], minlength=self.count)
        values: NDArray[np.float64] = np.append(effects / np.maximum(sizes, 1), np.nan)[self.part]
        return values

    def without(self, output: Output, x: Tensor, baseline: Tensor) -> Without:
        """The output with parts replaced by the baseline."""
        number = torch.from_numpy(self.part)

        def values(away: NDArray[np.bool_]) -> NDArray[np.float64]:
            found = []
            with torch.no_grad():
                for first in range(0, len(away), AT_ONCE):
                    rows = torch.from_numpy(away[first : first + AT_ONCE])
                    # One more part, never away, for what has the number -1.
                    rows = torch.cat([rows, torch.zeros(len(rows), 1, dtype=torch.bool)], dim=1)
                    mask = rows[:, number].to(x.device)  # (b, time, feature)
                    found.append(output(torch.where(mask, baseline, x)).double().numpy(force=True))
            return np.concatenate(found)

        return values


def column_numbers(names: Sequence[str]) -> dict[str, int]:
    """Different names in the order of their first appearance, with their numbers.

    >>> column_numbers(["load", "warm", "load"])
    {'load': 0, 'warm': 1}
    """
    return {name: number for number, name in enumerate(dict.fromkeys(names))}
