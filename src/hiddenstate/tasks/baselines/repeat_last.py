"""The last value, for ever."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.panel import Panel
from hiddenstate.data.windows import Origins
from hiddenstate.tasks.baselines.seasonal_naive import repeat_seasons


class RepeatLast:
    """Every step takes the last value known at the origin: the naive forecast, optimal for a random walk.

    Source: Hyndman & Athanasopoulos, "Forecasting: Principles and Practice" (3rd ed.), section 5.2.
    """

    name = "repeat last value"

    def reason_to_leave_out(self, panel: Panel, train: Origins, horizon: int) -> str | None:
        """Always possible."""
        return None

    def fit(self, panel: Panel, train: Origins, horizon: int) -> Self:
        """Nothing to learn."""
        return self

    def predict(self, panel: Panel, origins: Origins, horizon: int) -> NDArray[np.float64]:
        """(n, h, c) the last value: a season of one step."""
        return repeat_seasons(panel, origins, horizon, season=1, count=1)
