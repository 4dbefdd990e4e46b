"""The mean of the last four same weekdays."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.panel import Panel
from hiddenstate.data.windows import Origins
from hiddenstate.errors import InputError
from hiddenstate.tasks.baselines.seasonal_naive import reason_without_season, repeat_seasons

WEEKS = 4


class SameWeekdayMean:
    """Each step takes the mean of the same step one, two, three and four weeks ago.

    Averaging four weeks calms the chance of a single one: a common rule of thumb of control rooms.
    """

    name = "mean of last 4 same weekdays"

    def reason_to_leave_out(self, panel: Panel, train: Origins, horizon: int) -> str | None:
        """The step divides no week, or fewer than four weeks of history."""
        return reason_without_season(panel, train, "week", WEEKS)

    def fit(self, panel: Panel, train: Origins, horizon: int) -> Self:
        """Nothing to learn. Raises `InputError` where there is a reason to leave it out."""
        if reason := self.reason_to_leave_out(panel, train, horizon):
            raise InputError(f"{self.name}: {reason}. Leave it out.")
        return self

    def predict(self, panel: Panel, origins: Origins, horizon: int) -> NDArray[np.float64]:
        """(n, h, c) means over four weeks."""
        season = panel.series[0].clock.seasons()["week"]
        return repeat_seasons(panel, origins, horizon, season=season, count=WEEKS)
