"""Whether windows have all that a forecast needs."""

import numpy as np

from hiddenstate.data.local_time import local_text
from hiddenstate.data.panel import Panel
from hiddenstate.data.windows import Origins, cut
from hiddenstate.errors import InputError


def refuse_missing(panel: Panel, origins: Origins, lookback: int, horizon: int) -> None:
    """Raise `InputError` for a hole before the forecast, or a known column that ends before the horizon."""
    for row in range(len(origins)):
        window = cut(panel, origins[slice(row, row + 1)], lookback, horizon, ())
        series = panel.series[int(origins.series[row])]
        of = f' of series "{series.name}"' if series.name else ""
        first = int(origins.position[row])
        future = np.isfinite(window.future_known[0])  # (H, K)
        for column, name in enumerate(panel.known_names):
            if not future[:, column].all():
                step = first + int(np.argmin(future[:, column]))
                when = local_text(series.clock.times(step, 1), series.clock.timezone)[0]
                raise InputError(
                    f'{panel.source}, column "{name}"{of}: expected values for all {horizon} steps of the horizon, '
                    f"got none at {when}. Add rows with the known columns and an empty target."
                )
        parts = (
            (panel.target_names, window.past_targets),
            (panel.past_names, window.past_covariates),
            (panel.known_names, window.past_known),
        )
        for names, values in parts:
            for column, name in enumerate(names):
                whole = np.isfinite(values[0, :, column])
                if not whole.all():
                    step = first - lookback + int(np.argmin(whole))
                    when = local_text(series.clock.times(step, 1), series.clock.timezone)[0]
                    raise InputError(
                        f'{panel.source}, column "{name}"{of}: expected values for the {lookback} steps before the '
                        f"forecast, got none at {when}. Fill the gap, or raise --set data.longest_gap in training."
                    )
