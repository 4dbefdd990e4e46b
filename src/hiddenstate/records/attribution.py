"""What an output rests on: a share for each place of the input, and how far these shares can be believed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiddenstate.records.attention import AttentionMap

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Attribution:
    """Shares of one output that go to the n places of one input, and there to its c columns.

    Positive: it pushed the output up. A place is a token, or a time step.
    """

    method: str
    """"integrated gradients" or "occlusion"."""
    output: str
    """What was explained: 'probability of "positive"', "demand at 2014-03-01 12:00, quantile 0.5 (MW)"."""
    places: tuple[str, ...]
    """The tokens, or the time stamps (n)."""
    columns: tuple[str, ...]
    """Names of the columns (c); one empty name where a place has no parts."""
    values: Numbers
    """(n, c) in the unit of the output; NaN for a pair that does not exist."""
    output_value: float
    """The output on the input as it is."""
    baseline_value: float
    """The output on the input in which everything is absent."""
    baseline: str
    """What stands for "absent", in words."""
    unresolved: float = 0.0
    """How much of the difference no gradient shows, because the output jumps: it was shared out by size."""

    def by_place(self) -> Numbers:
        """(n,) sum over the columns."""
        total: Numbers = np.nansum(self.values, axis=1)
        return total

    def by_column(self) -> Numbers:
        """(c,) sum over the places."""
        total: Numbers = np.nansum(self.values, axis=0)
        return total

    @property
    def gap(self) -> float:
        """Sum of all shares less the difference of the two outputs: 0 if the shares are complete.

        Only integrated gradients promise that. What occlusion leaves is due to places that act together.
        """
        return float(np.nansum(self.values)) - (self.output_value - self.baseline_value)


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """The output while places are taken away in the order of some shares, beside random orders.

    If the shares tell the truth, the output falls faster than in random order.
    Source: Samek et al. (2017), "Evaluating the visualization of what a deep neural network has learned".
    """

    method: str
    """Whose order it is: "attention", "integrated gradients", "occlusion"."""
    output: str
    order: NDArray[np.int64]
    """(m,) the places in the order in which they were taken away."""
    removed: NDArray[np.int64]
    """(s,) how many places were away at each point of the curve, from 0 to m."""
    curve: Numbers
    """(s,) the output there."""
    random: Numbers
    """(r, s) the same in r random orders."""

    @property
    def score(self) -> float:
        """How far the curve lies below the mean random one, on average, in the unit of the output.

        0: no better than chance. NaN without a place in between to be taken away, or without a random order.
        """
        inner = slice(1, -1)
        if len(self.curve) < 3 or not len(self.random):
            return float("nan")
        return float((self.random.mean(axis=0) - self.curve)[inner].mean())

    @property
    def beats(self) -> float:
        """Share of the random orders than which the output falls faster, in [0, 1]; equal ones count half."""
        inner = slice(1, -1)
        if len(self.curve) < 3 or not len(self.random):
            return float("nan")
        own, others = self.curve[inner].mean(), self.random[:, inner].mean(axis=1)
        close = np.isclose(others, own, rtol=0.0, atol=1e-9)
        return float((others[~close] > own).sum() + 0.5 * close.sum()) / len(others)

    @property
    def believable(self) -> bool | None:
        """Whether it beats at least 95 of 100 random orders; None where that could not be measured."""
        return None if np.isnan(self.beats) else self.beats >= 0.95


@dataclass(frozen=True, eq=False)
class Evidence:
    """Everything that speaks for one output of one input, side by side."""

    integrated: Attribution
    """By integrated gradients."""
    occlusion: Attribution
    """By leaving out one part at a time."""
    faithfulness: tuple[Faithfulness, ...]
    """Of each method, on the same random orders."""
    attention: AttentionMap | None = None
    """None for a model without attention."""
