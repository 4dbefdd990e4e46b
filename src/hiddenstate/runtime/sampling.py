"""From the scores of what may come next to one choice: temperature, the best k, the likeliest share p."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import SettingsError

Shares = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How the next unit is drawn. Raises `SettingsError` for a value out of its range.

    Sources: the best k, Fan et al. (2018), "Hierarchical neural story generation"; the share p, Holtzman et al.
    (2020), "The curious case of neural text degeneration".

    >>> Sampling(temperature=0).shares(np.array([0.0, 2.0, 1.0])).tolist()
    [0.0, 1.0, 0.0]
    >>> Sampling(top_k=2).shares(np.log([0.2, 0.2, 0.6])).round(2).tolist()
    [0.25, 0.0, 0.75]
    """

    temperature: float = 1.0
    """Below 1 the likely becomes likelier; 0 takes the likeliest each time, whatever the seed."""
    top_k: int | None = None
    """Only so many of the likeliest are drawn from."""
    top_p: float | None = None
    """Only the likeliest that together reach this probability are drawn from."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.temperature < float("inf"):
            raise SettingsError(
                f"temperature: expected 0 or more, got {self.temperature:g}. 0 takes the likeliest each time; "
                "0.8 is a good start."
            )
        if self.top_k is not None and self.top_k < 1:
            raise SettingsError(
                f"top_k: expected 1 or more, got {self.top_k}. Leave it out to draw from all."
            )
        if self.top_p is not None and not 0.0 < self.top_p <= 1.0:
            raise SettingsError(
                f"top_p: expected a share above 0 and at most 1, got {self.top_p:g}. Leave it out to draw from all."
            )

    def shares(self, logits: NDArray[np.floating]) -> Shares:
        """(units,) the probability with which each is drawn; `logits` of minus infinity are never drawn."""
        scores = np.asarray(logits, np.float64)
        if self.temperature == 0.0:
            best = np.zeros(len(scores))
            best[int(np.argmax(scores))] = 1.0
            return best
        scaled = (scores - scores.max()) / self.temperature
        shares: Shares = np.exp(scaled)
        shares /= shares.sum()
        if self.top_k is not None or self.top_p is not None:
            order = np.argsort(-shares, kind="stable")
            kept = len(order) if self.top_k is None else min(self.top_k, len(order))
            if self.top_p is not None:
                kept = min(kept, int(np.searchsorted(np.cumsum(shares[order]), self.top_p - 1e-12)) + 1)
            shares[order[kept:]] = 0.0
            shares /= shares.sum()
        return shares
