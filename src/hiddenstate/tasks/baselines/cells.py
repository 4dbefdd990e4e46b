"""Which forecast steps share one regression."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hiddenstate.tasks.baselines.history import Steps

FINEST_DAY = 96  # times of day told apart at most: quarters of an hour
MOST_CELLS = 2500


@dataclass(frozen=True)
class Cells:
    """A grouping of forecast steps by the time of day of their origin or target and by lead step.

    "origin" (one cell per time of day of the origin and lead step) is the finest: with origins at one
    time of day it is one regression per time of day. "target" (one per time of day of the target and
    day ahead) pools the origins, "all" pools everything.
    """

    kind: Literal["origin", "target", "all"]
    day: int
    """Steps in a day; 1 where a step is a day or longer."""
    horizon: int

    def keys(self, origin_times: Steps, leads: Steps) -> Steps:
        """(r,) number of the cell of each step; origin_times: time of day of its origin, in steps."""
        if self.kind == "origin":
            return self._bin(origin_times) * self.horizon + leads
        if self.kind == "target":
            blocks = self.horizon // self.day + 1
            return self._bin((origin_times + leads) % self.day) * blocks + leads // self.day
        return np.zeros_like(leads)

    def nearest(self, key: int, fitted: Steps) -> int:
        """Of the fitted cells the one for the closest time of day of the target, then the closest lead."""
        moments, order = self._place(fitted)
        moment, rank = self._place(np.asarray([key]))
        apart = np.abs(moments - moment)
        apart = np.minimum(apart, 1.0 - apart)  # the day is a circle
        return int(fitted[np.lexsort((np.abs(order - rank), np.round(apart, 6)))[0]])

    def _bin(self, times: Steps) -> Steps:
        return times * min(self.day, FINEST_DAY) // self.day

    def _place(self, keys: Steps) -> tuple[np.ndarray, Steps]:
        """Time of day of the target as a part of the day, and lead step or day ahead."""
        bins = min(self.day, FINEST_DAY)
        if self.kind == "origin":
            times, leads = np.divmod(keys, self.horizon)
            return (times / bins + leads / self.day) % 1.0, leads
        times, blocks = np.divmod(keys, self.horizon // self.day + 1)
        return times / bins, blocks
