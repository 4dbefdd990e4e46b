"""Saturation: how often each unit's gates stand as good as closed, and how often as good as open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hiddenstate.plots.numerals import fixed
from hiddenstate.plots.theme import LIGHT, nothing_to_draw, themed
from hiddenstate.records import LayerMemory
from hiddenstate.records.gates import MEANINGS

if TYPE_CHECKING:
    import altair as alt

HEIGHT = 210
STUCK = 0.9
"""Share of steps from which on a gate counts as stuck."""


def saturation(layer: LayerMemory) -> alt.HConcatChart | alt.LayerChart:
    """Draw a point for each unit of one layer: share of steps with the gate below 0.05 against above 0.95.

    Source: Karpathy, Johnson & Li (2015), "Visualizing and understanding recurrent networks", figure 2.
    """
    import altair as alt

    title = f"How often the gates of {layer.name} are shut or wide open"
    if not layer.low:
        reason = "A plain RNN has no gates." if layer.steps else "No step was measured."
        return nothing_to_draw(title, reason)
    panels = [_panel(layer, symbol) for symbol in layer.low]
    text = _words(layer)
    return themed(
        alt.hconcat(*panels, spacing=28), title, f"{title}: {text}", f"One dot for each unit. {text}"
    )


def _panel(layer: LayerMemory, symbol: str) -> alt.LayerChart:
    import altair as alt

    low, high = layer.low[symbol], layer.high[symbol]
    # Units on one spot become one larger dot.
    spots: dict[tuple[float, float], list[int]] = {}
    for unit, place in enumerate(zip(low.round(2).tolist(), high.round(2).tolist(), strict=True)):
        spots.setdefault(place, []).append(unit)
    rows: list[dict[str, Any]] = [
        {"low": place[0], "high": place[1], "units": len(units), "size": 30 * len(units) ** 0.5}
        for place, units in spots.items()
    ]
    share: dict[str, Any] = {"scale": alt.Scale(domain=[0, 1], nice=False)}
    percent: dict[str, Any] = {"format": ".0%", "values": [0, 0.5, 1]}
    chart = alt.Chart(alt.InlineData(values=rows), height=HEIGHT, width=200)
    dots = chart.mark_point(filled=True, opacity=0.8, color=LIGHT["model"], aria=False).encode(
        x=alt.X("low:Q", title="shut (below 0.05)", axis=alt.Axis(**percent), **share),
        y=alt.Y("high:Q", title="wide open (above 0.95)", axis=alt.Axis(**percent), **share),
        size=alt.Size("size:Q", scale=None, legend=None),
    )
    edge = alt.Chart(alt.InlineData(values=[{"low": 0, "high": 1, "to": 1, "down": 0}]))
    line = edge.mark_rule(color=LIGHT["axis"], strokeDash=[3, 3], aria=False).encode(
        x="low:Q", y="high:Q", x2="to:Q", y2="down:Q"
    )
    heading = alt.TitleParams(f"{symbol}: {MEANINGS[symbol]}", fontSize=12, offset=22, anchor="start")
    return alt.LayerChart(layer=[line, dots]).properties(title=heading)


def _words(layer: LayerMemory) -> str:
    parts = []
    for symbol in layer.low:
        shut, wide = layer.low[symbol], layer.high[symbol]
        parts.append(
            f"{symbol} ({MEANINGS[symbol]}) shut in {_percent(shut)} of steps and wide open in {_percent(wide)}, "
            f"{int((shut >= STUCK).sum())} of {len(shut)} units stuck shut, {int((wide >= STUCK).sum())} stuck open"
        )
    return f"{'; '.join(parts)}."


def _percent(shares: Any) -> str:
    return f"{fixed(100 * float(np.mean(shares)), 0)} %"
