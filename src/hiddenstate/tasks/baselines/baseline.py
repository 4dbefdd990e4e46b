"""What every baseline can do."""

from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.panel import Panel
from hiddenstate.data.windows import Origins


class Baseline(Protocol):
    """A plain forecaster in the user's units.

    From an origin it sees the targets and past covariates before the origin, and the calendar and
    known-future covariates of any step; nothing else. It may look further back than a network's
    look-back: a baseline is as strong as its data allow.
    """

    @property
    def name(self) -> str:
        """As printed in tables and verdicts."""
        ...

    def reason_to_leave_out(self, panel: Panel, train: Origins, horizon: int) -> str | None:
        """Why this baseline makes no sense or cannot be fitted here; ``None`` if it can."""
        ...

    def fit(self, panel: Panel, train: Origins, horizon: int) -> Self:
        """Learn from the training windows; returns itself.

        Raises `InputError` where there is a reason to leave it out.
        """
        ...

    def predict(self, panel: Panel, origins: Origins, horizon: int) -> NDArray[np.float64]:
        """(n, h, c) point forecasts of the windows at `origins`, in the user's units."""
        ...
