"""Deletion curve: the output while more and more of the input is taken away, against random orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.lines import Frame, Line, draw_lines
from hiddenstate.plots.numerals import number
from hiddenstate.plots.theme import LIGHT, nothing_to_draw, themed
from hiddenstate.records import Faithfulness

if TYPE_CHECKING:
    import altair as alt

TITLE = "Can the shares be believed?"
RANDOM = "random order"
SHORT = {"integrated gradients": "gradients"}
"""Names in the legend, which must fit on a phone."""
BAND = (5, 95)
"""Percentiles of the random orders that the band spans."""


def deletion_curve(curves: Sequence[Faithfulness], *, title: str = TITLE) -> alt.LayerChart:
    """Draw one line for each method, the mean of the random orders, and a band of 90 of 100 of them.

    A method whose line falls faster than the band tells what the output rests on. `curves` of one example,
    which share their random orders.
    """
    import altair as alt

    if not curves or len(curves[0].curve) < 3 or not len(curves[0].random):
        return nothing_to_draw(title, "There is too little in this input to take anything away.")
    removed = 100.0 * curves[0].removed / max(int(curves[0].removed[-1]), 1)
    shares = removed.tolist()
    lines = [
        Line(SHORT.get(curve.method, curve.method), _line(shares, curve.curve), place, place)
        for place, curve in enumerate(curves)
    ]
    lines.append(Line(RANDOM, _line(shares, curves[0].random.mean(axis=0)), len(lines), len(lines)))
    bounds = _bounds(curves)
    low, high = np.percentile(curves[0].random, BAND, axis=0)
    frame = Frame(
        x="share taken away, in percent",
        y=curves[0].output,
        x_name="{} % away",
        height=220,
        bounds=bounds,
    )
    rows = [
        {"place": place, "low": below, "high": above}
        for place, below, above in zip(shares, low.tolist(), high.tolist(), strict=True)
    ]
    band = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_area(color=LIGHT["grid"], aria=False)
        .encode(x="place:Q", y=alt.Y("low:Q", scale=alt.Scale(domain=list(bounds), nice=False)), y2="high:Q")
    )
    chart = draw_lines(lines, frame)
    layered = alt.LayerChart(layer=[band, *chart.layer], height=frame.height)
    return themed(layered, title, " ".join(map(in_words, curves)), _caption(curves))


def in_words(curve: Faithfulness) -> str:
    """Whether one method's order can be believed, with its score."""
    if curve.believable is None:
        return f"{curve.method[0].upper()}{curve.method[1:]}: not measured."
    beaten = (
        f"falls faster than in {100 * curve.beats:.0f} % of random orders (score {number(curve.score, 2)})"
    )
    verdict = "they can be believed" if curve.believable else "do not read them as importance"
    return f"By the shares of {curve.method} the output {beaten}: {verdict}."


def _line(shares: Sequence[float], values: NDArray[np.float64]) -> dict[float, float]:
    return dict(zip(shares, values.tolist(), strict=True))


def _bounds(curves: Sequence[Faithfulness]) -> tuple[float, float]:
    """Of the vertical axis: 0 to 1 for a share, else what is drawn with a little room."""
    drawn = np.concatenate([curves[0].random.ravel(), *(curve.curve for curve in curves)])
    low, high = float(drawn.min()), float(drawn.max())
    if low >= 0.0 and high <= 1.0:
        return 0.0, 1.0
    room = 0.05 * (high - low) or 1.0
    return low - room, high + room


def _caption(curves: Sequence[Faithfulness]) -> str:
    told = " ".join(map(in_words, curves))
    return (
        f"{told} Score: how far the curve lies below the mean of {len(curves[0].random)} random orders, on average; "
        "0 is chance. The band holds 90 % of them."
    )
