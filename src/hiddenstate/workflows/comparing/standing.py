"""Who is better than whom, and how sure that is: a paired bootstrap over blocks of test rows and seeds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.numerals import number
from hiddenstate.seeding import generator
from hiddenstate.workflows.comparing.arena import Metric

DRAWS = 2000
FEWEST_BLOCKS = 5
Sums = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Contestant:
    """A candidate with its runs, or a baseline with its one."""

    name: str
    sums: Sums
    """(seeds, blocks) loss of each block."""
    validation: float = float("nan")
    """Mean over the seeds of the lowest validation loss; NaN for a baseline."""
    parameters: int | None = None
    step_us: float | None = None
    hidden_size: int | None = None
    seconds: float = 0.0
    """Of training, mean over the seeds."""
    epochs: float = 0.0
    totals: Sums | None = None
    """(seeds, blocks) what the losses are counted against; None: the rows of each block."""

    @property
    def recurrent(self) -> bool:
        """Whether it is a candidate rather than a baseline."""
        return self.parameters is not None

    def loss(self, counts: NDArray[np.float64]) -> float:
        """Mean over rows and seeds."""
        return float((self.sums.sum(axis=1) / self._totals(counts).sum(axis=1)).mean())

    def spread(self, counts: NDArray[np.float64]) -> float:
        """Standard error over the seeds; NaN for one."""
        means = self.sums.sum(axis=1) / self._totals(counts).sum(axis=1)
        return float(means.std(ddof=1) / np.sqrt(len(means))) if len(means) > 1 else float("nan")

    def drawn(self, counts: NDArray[np.float64], times: NDArray[np.float64]) -> NDArray[np.float64]:
        """(draws, seeds) mean loss where each block stands in `times` (draws, blocks)."""
        return np.asarray((times @ self.sums.T) / np.maximum(times @ self._totals(counts).T, 1e-300))

    def _totals(self, counts: NDArray[np.float64]) -> Sums:
        return np.broadcast_to(counts, self.sums.shape) if self.totals is None else self.totals


@dataclass(frozen=True)
class Gap:
    """How much better one contestant is than another; negative is worse."""

    gain: float
    low: float
    high: float
    """95 % interval."""

    @property
    def level(self) -> Literal["better", "same", "worse"]:
        """What the interval allows to say."""
        return "better" if self.low > 0 else "worse" if self.high < 0 else "same"

    def words(self, metric: Metric) -> str:
        """The gap with its interval: "3.2 points of accuracy", or the part of the other's loss that is saved."""
        unit = "points" if metric.share else "%"
        value, low, high = (number(100.0 * part) for part in (self.gain, self.low, self.high))
        return f"{value} {unit} of {metric.label} (95 % interval {low} to {high})"


def gap(
    one: Contestant, other: Contestant, counts: NDArray[np.float64], metric: Metric, *, seed: int = 0
) -> Gap:
    """How much better `one` is: the same blocks are drawn for both, the seeds of each for itself.

    counts: (blocks,) rows of each block. Of shares the gain is the difference, otherwise the part of the
    other's loss that is saved.
    """
    random = generator(seed, "comparison")
    blocks = len(counts)
    drawn = random.multinomial(blocks, np.full(blocks, 1.0 / blocks), size=DRAWS).astype(np.float64)
    losses = []
    for contestant in (one, other):
        seeds = len(contestant.sums)
        mixed = random.multinomial(seeds, np.full(seeds, 1.0 / seeds), size=DRAWS) / seeds  # (draws, seeds)
        losses.append(np.einsum("dk,dk->d", contestant.drawn(counts, drawn), mixed))
    gains = _gain(losses[0], losses[1], metric)
    low, high = np.quantile(gains, [0.025, 0.975])
    value = _gain(np.array(one.loss(counts)), np.array(other.loss(counts)), metric)
    if blocks < FEWEST_BLOCKS:  # resampling so few says nothing
        low, high = -abs(value) - 1.0, abs(value) + 1.0
    return Gap(float(value), float(low), float(high))


def _gain(one: Sums, other: Sums, metric: Metric) -> Sums:
    if metric.share:
        return np.asarray(other - one)
    return np.asarray(1.0 - one / np.maximum(other, 1e-300))


@dataclass(frozen=True)
class Ranking:
    """What a comparison says."""

    winner: Contestant
    """Chosen on the validation rows."""
    rival: Contestant | None
    """The best baseline on the test rows."""
    level: Literal["better", "same", "worse"]
    text: str
    gaps: tuple[tuple[str, Gap], ...]
    """Every other contestant against the winner."""


def rank(contestants: Sequence[Contestant], counts: NDArray[np.float64], metric: Metric) -> Ranking:
    """The best candidate, and whether it is worth it.

    The candidate is chosen by its validation loss, so that its test figures are not the luckiest of many;
    the baseline it must beat is the one that is best on the test rows.
    """
    candidates = [one for one in contestants if one.recurrent]
    winner = min(
        candidates, key=lambda one: (not np.isfinite(one.validation), one.validation, one.loss(counts))
    )
    others = [one for one in contestants if one is not winner]
    gaps = tuple((one.name, gap(one, winner, counts, metric)) for one in others)
    rivals = [one for one in contestants if not one.recurrent]
    rival = min(rivals, key=lambda one: one.loss(counts)) if rivals else None
    if rival is None:
        return Ranking(winner, None, "same", f"The {winner.name} is best on the validation rows.", gaps)
    lead = gap(winner, rival, counts, metric)
    behind = gap(rival, winner, counts, metric)
    if lead.level == "worse":
        text = f"Do not use a recurrent network here: {rival.name} is better by {behind.words(metric)}."
    elif lead.level == "same":
        text = (
            f"No clear difference between the {winner.name} and {rival.name}: use the simpler one, {rival.name}. "
            f"The {winner.name} is {'ahead' if lead.gain >= 0 else 'behind'} by "
            f"{(lead if lead.gain >= 0 else behind).words(metric)}."
        )
    else:
        text = f"Use the {winner.name}: it beats {rival.name} by {lead.words(metric)}."
        if cheaper := _cheaper(winner, candidates, dict(gaps)):
            text += f" {cheaper}"
    return Ranking(winner, rival, lead.level, text, gaps)


def _cheaper(winner: Contestant, candidates: Sequence[Contestant], gaps: dict[str, Gap]) -> str:
    """A candidate that is not clearly worse and takes much less time a step."""
    equal = [
        one
        for one in candidates
        if one is not winner
        and gaps[one.name].level != "worse"
        and (one.step_us or 0.0) < 0.7 * (winner.step_us or 0.0)
    ]
    if not equal:
        return ""
    best = min(equal, key=lambda one: one.step_us or 0.0)
    ratio = (winner.step_us or 0.0) / max(best.step_us or 0.0, 1e-9)
    return f"The {best.name} is not clearly worse and {number(ratio)} times faster a step."
