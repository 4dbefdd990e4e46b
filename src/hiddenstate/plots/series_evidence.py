"""Attribution over time: which column of a series pushed an output up or down, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.heat import heat
from hiddenstate.plots.numerals import number
from hiddenstate.plots.theme import nothing_to_draw, themed
from hiddenstate.records import Attribution

if TYPE_CHECKING:
    import altair as alt

TITLE = "What the output rests on, over time"
MOST_PLACES = 48
"""Steps are put together into so many stretches at most; their shares are added."""


def series_evidence(attribution: Attribution, *, title: str = TITLE) -> alt.LayerChart:
    """Draw one row for each column and time from left to right: blue pushes the output up, orange down."""
    if not attribution.values.size:
        return nothing_to_draw(title, "There is no step in this input.")
    sums, names = _stretches(attribution)
    columns = [name or attribution.method for name in attribution.columns]
    chart = heat(sums.T, columns, names, axis="step or time of each stretch")
    return themed(chart, title, _words(attribution), _caption(attribution))


def _stretches(attribution: Attribution) -> tuple[NDArray[np.float64], list[str]]:
    """(stretches, columns) sums of shares, and the first place of each stretch."""
    count = len(attribution.places)
    stretches = min(count, MOST_PLACES)
    starts = [number * count // stretches for number in range(stretches)]
    known = np.isfinite(attribution.values)
    sums = np.add.reduceat(np.where(known, attribution.values, 0.0), starts, axis=0)
    sums[np.add.reduceat(known, starts, axis=0) == 0] = np.nan
    return sums, [attribution.places[start] for start in starts]


def _words(attribution: Attribution) -> str:
    """The columns by the size of their total share, and the step with the largest one."""
    totals = attribution.by_column()
    order = np.argsort(-np.abs(totals))[:4]
    told = ", ".join(f"{attribution.columns[at] or 'all'} {number(float(totals[at]), 2)}" for at in order)
    step = int(np.argmax(np.abs(attribution.by_place())))
    return f"{attribution.output}: {told} in total; most at {attribution.places[step]}."


def _caption(attribution: Attribution) -> str:
    text = (
        f"{attribution.output}: {number(attribution.output_value)}, and "
        f"{number(attribution.baseline_value)} with "
        f"{attribution.baseline}. By {attribution.method}: blue pushes it up, orange down, stronger is more."
    )
    totals = attribution.by_column()
    if len(attribution.columns) > 1:
        order = np.argsort(-np.abs(totals))
        told = ", ".join(f"{attribution.columns[at]} {number(float(totals[at]), 2)}" for at in order)
        text += f" In total: {told}."
    return text
