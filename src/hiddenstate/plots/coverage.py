"""Coverage: how often the truth fell inside the intervals, against how often it should."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hiddenstate.plots.theme import LIGHT, nothing_to_draw, themed
from hiddenstate.plots.windows import target_index
from hiddenstate.records import Forecast

if TYPE_CHECKING:
    import altair as alt

TITLE = "Do the intervals hold what they promise?"
ROW_HEIGHT = 52


def intervals(levels: tuple[float, ...]) -> list[tuple[float, int, int]]:
    """Central intervals that the quantile levels form: nominal share and the two indices, the widest first.

    >>> intervals((0.025, 0.1, 0.5, 0.9, 0.975))
    [(0.95, 0, 4), (0.8, 1, 3)]
    """
    found = []
    for low, level in enumerate(levels):
        for high in range(low + 1, len(levels)):
            if abs(level + levels[high] - 1) < 1e-6:
                found.append((round(levels[high] - level, 6), low, high))
    return sorted(found, reverse=True)


def measured_coverage(forecast: Forecast, target: str | None = None) -> dict[float, float]:
    """Share of known truths inside each central interval, by nominal share; both in 0 to 1.

    Empty where there is no truth or no pair of levels that forms an interval.
    """
    column = target_index(forecast, target)
    if forecast.truth is None:
        return {}
    truth = forecast.truth[:, :, column]  # (n, h)
    known = np.isfinite(truth)
    if not known.any():
        return {}
    result = {}
    for nominal, low, high in intervals(forecast.levels):
        inside = (forecast.values[:, :, column, low] <= truth) & (
            truth <= forecast.values[:, :, column, high]
        )
        result[nominal] = float(inside[known].mean())
    return result


def coverage(forecast: Forecast, *, target: str | None = None, tolerance: float = 0.03) -> alt.LayerChart:
    """One row per interval: a tick where it should be, a dot where it was measured, in percent.

    `tolerance` (a share) is the grey zone around the nominal value in which a dot counts as held.
    Raises `SettingsError` for an unknown target.
    """
    import altair as alt

    measured = measured_coverage(forecast, target)
    if not measured:
        return nothing_to_draw(TITLE, "No truth is known for these windows, or no interval was forecast.")
    rows = [
        {
            "interval": f"{100 * nominal:.3g} % interval",
            "nominal": 100 * nominal,
            "low": 100 * (nominal - tolerance),
            "high": min(100 * (nominal + tolerance), 100),
            "measured": 100 * share,
            "text": f"{100 * share:.1f} %",
        }
        for nominal, share in measured.items()
    ]
    least = 100 * min(min(nominal - tolerance, share) for nominal, share in measured.items())
    start = max(0.0, 10.0 * math.floor(least / 10 - 0.5))
    legend = f" Tick: nominal; dot: measured; grey: within {100 * tolerance:.3g} points."
    # In print, the two intervals that people ask for; the text alternative names them all.
    asked = {min(measured, key=lambda nominal: abs(nominal - wish)) for wish in (0.95, 0.80)}
    brief = {nominal: share for nominal, share in measured.items() if nominal in asked}
    return themed(
        _dots(alt.InlineData(values=rows), len(rows), start),
        TITLE,
        _words(measured, tolerance) + legend,
        _words(brief, tolerance) + legend,
    )


def _dots(data: alt.InlineData, count: int, start: float) -> alt.LayerChart:
    import altair as alt

    scale = alt.Scale(domain=[start, 100], nice=False, clamp=True)
    axis = alt.Axis(grid=True, tickCount=5)
    title = "truths inside the interval (%)"
    chart = alt.Chart(data, height=ROW_HEIGHT * count).encode(
        y=alt.Y(
            "interval:N", title=None, sort=None, axis=alt.Axis(domain=False, grid=False, labelFontSize=13)
        )
    )
    zone = chart.mark_bar(color=LIGHT["grid"], height=18, aria=False).encode(
        x=alt.X("low:Q", scale=scale, axis=axis, title=title), x2="high:Q"
    )
    wish = chart.mark_tick(color=LIGHT["ink"], thickness=2, size=18, opacity=1, aria=False).encode(
        x=alt.X("nominal:Q", scale=scale, title=title)
    )
    at = alt.X("measured:Q", scale=scale, title=title)
    dot = chart.mark_point(filled=True, size=120, opacity=1, color=LIGHT["model"], aria=False).encode(x=at)
    words = chart.mark_text(dy=-18, color=LIGHT["ink"], fontSize=13, fontWeight=600, aria=False)
    return alt.LayerChart(layer=[zone, wish, dot, words.encode(x=at, text="text:N")])


def _words(measured: dict[float, float], tolerance: float) -> str:
    parts = []
    for nominal, share in measured.items():
        gap = 100 * (share - nominal)
        held = abs(gap) <= 100 * tolerance
        verdict = "as promised" if held else "too narrow" if gap < 0 else "too wide"
        parts.append(
            f"the {100 * nominal:.3g} % interval held {100 * share:.1f} % of the truths "
            f"({gap:+.1f} points: {verdict})"
        )
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."
