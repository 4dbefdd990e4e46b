"""Forecast fan: median and prediction intervals against what happened, for a few windows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.choices import choose
from hiddenstate.errors import SettingsError
from hiddenstate.plots.coverage import intervals
from hiddenstate.plots.drawing import READOUT
from hiddenstate.plots.numerals import axis_format, finite, label_expression, labelled, number, with_unit
from hiddenstate.plots.theme import BASELINE_COLOURS, BASELINE_DASHES, LIGHT, WIDTH, nothing_to_draw, themed
from hiddenstate.plots.time_axis import local_times, stamps, ticks
from hiddenstate.plots.windows import (
    column_of,
    mean_over,
    pick_windows,
    refuse_taken,
    target_index,
    window_title,
)
from hiddenstate.records import Forecast

if TYPE_CHECKING:
    import altair as alt

TITLE = "Forecast against what happened"
MEASURED = "measured"
MEDIAN = "forecast (median)"
HEIGHT = 250
PANEL_WIDTH = 280
Row = dict[str, Any]


def forecast_fan(
    forecast: Forecast,
    *,
    windows: Mapping[str, int] | None = None,
    baselines: Mapping[str, NDArray[np.float64]] | None = None,
    show: str | None = None,
    target: str | None = None,
    unit: str | None = None,
) -> alt.HConcatChart | alt.LayerChart:
    """Draw the median with its 80 % and 95 % intervals (or the nearest there are) for chosen windows.

    `windows` maps a panel's title to a window's number; by default a typical, the best and the worst one
    (see `pick_windows`). `baselines` maps names to point forecasts of shape (n, h, c); one of them, `show`
    or the first, is drawn as a thin line. `unit` is the unit of the target, such as ``"MW"``.

    Raises `SettingsError` for an unknown target, baseline or window, `ShapeError` for a baseline of
    another shape than the forecast.
    """
    import altair as alt

    column = target_index(forecast, target)
    chosen = dict(pick_windows(forecast, target) if windows is None else windows)
    if not chosen:
        return nothing_to_draw(TITLE, "The forecast holds no window.")
    for window in chosen.values():
        if not 0 <= window < forecast.times.shape[0]:
            raise SettingsError(f"expected a window from 0 to {forecast.times.shape[0] - 1}, got {window}.")
    lines = _lines(forecast, column, baselines or {}, show)
    bands = _bands(forecast, column)
    label = labelled(forecast.targets[column], unit)
    domain = _range(lines, bands, list(chosen.values()))
    panels = []
    sentences = []
    for title, window in chosen.items():
        subtitle = [window_title(forecast, window), *_errors(forecast, window, column, lines, unit)]
        panel = _panel(forecast, window, lines, bands, label, domain, unit)
        width = WIDTH if len(chosen) == 1 else PANEL_WIDTH
        panels.append(panel.properties(title=alt.TitleParams(title, subtitle=subtitle), width=width))
        sentences.append(f"{title}: {', '.join(subtitle)}.")
    words = _words(forecast, label, lines, bands)
    caption = f"Local time ({forecast.timezone})."
    caption += " All panels share one vertical range." if len(panels) > 1 else ""
    return themed(alt.hconcat(*panels), TITLE, " ".join([words, *sentences]), caption)


@dataclass(frozen=True)
class Line:
    """One line of every panel."""

    name: str
    values: NDArray[np.float64]
    """(n, h)"""
    colour: str
    dashes: tuple[float, ...] = (1, 0)
    width: float = 1.75
    is_baseline: bool = False


@dataclass(frozen=True)
class Band:
    """One prediction interval of every panel."""

    share: str
    """What it promises to hold: ``"80 %"``."""
    low: NDArray[np.float64]
    """(n, h)"""
    high: NDArray[np.float64]
    """(n, h)"""
    colour: str


def _lines(
    forecast: Forecast, column: int, baselines: Mapping[str, NDArray[np.float64]], show: str | None
) -> list[Line]:
    """Truth, median and the one baseline, as the legend names them."""
    lines = [Line(MEDIAN, forecast.median()[:, :, column], LIGHT["model"], width=2.25)]
    if forecast.truth is not None:
        lines.insert(0, Line(MEASURED, forecast.truth[:, :, column], LIGHT["ink"]))
    if baselines:
        name = next(iter(baselines)) if show is None else show
        refuse_taken(name, (MEASURED, MEDIAN))
        values = column_of(choose(baselines, name, "baseline"), forecast, column, f'baseline "{name}"')
        # By its place among all baselines, so that it has the same colour in every chart.
        place = list(baselines).index(name) % len(BASELINE_COLOURS)
        lines.append(Line(name, values, BASELINE_COLOURS[place], BASELINE_DASHES[place], 1.5, True))
    return lines


def _bands(forecast: Forecast, column: int) -> list[Band]:
    """At most two intervals, the wider first: those closest to 95 % and 80 %."""
    found = intervals(forecast.levels)
    if not found:
        return []
    picked = {min(found, key=lambda interval: abs(interval[0] - wish)) for wish in (0.95, 0.80)}
    colours = [LIGHT["band_outer"], LIGHT["band_inner"]][-len(picked) :]
    values = forecast.values[:, :, column, :]  # (n, h, q)
    return [
        Band(f"{100 * nominal:.3g} %", values[:, :, low], values[:, :, high], colour)
        for (nominal, low, high), colour in zip(sorted(picked, reverse=True), colours, strict=True)
    ]


def _range(lines: list[Line], bands: list[Band], windows: list[int]) -> list[float]:
    """One vertical range for all panels, so that they compare."""
    arrays = [line.values for line in lines] + [edge for band in bands for edge in (band.low, band.high)]
    values = np.concatenate([array[windows].ravel() for array in arrays])
    values = values[np.isfinite(values)]
    if not len(values):
        return [0.0, 1.0]
    low, high = float(values.min()), float(values.max())
    margin = 0.04 * (high - low) or 0.1 * max(abs(high), 1.0)
    return [low - margin, high + margin]


def _panel(
    forecast: Forecast,
    window: int,
    lines: list[Line],
    bands: list[Band],
    label: str,
    domain: list[float],
    unit: str | None,
) -> alt.LayerChart:
    import altair as alt

    moments = local_times(forecast.times[window], forecast.timezone)
    last = len(moments) - 1
    marks = ticks(moments)
    texts: dict[float, str | list[str]] = {step: text if len(text) > 1 else text[0] for step, text in marks}
    x = alt.X(
        "step:Q",
        title=None,
        scale=alt.Scale(domain=[0, last] if last else [-1, 1], nice=False),
        axis=alt.Axis(values=[step for step, _ in marks], labelExpr=label_expression(texts), ticks=True),
    )
    says = [
        {"step": step, "say": " | ".join([stamp, *_said(lines, bands, window, step, unit)])}
        for step, stamp in enumerate(stamps(moments))
    ]
    read = (
        alt.Chart(alt.InlineData(values=says))
        .mark_rule(color=LIGHT["muted"], opacity=0)
        .encode(x=x, description="say:N", tooltip="say:N")
        .properties(name=f"{READOUT}_{window}")
    )
    scale = alt.Scale(domain=domain, zero=False, nice=False)
    axis = alt.Axis(format=axis_format(domain), tickCount=5)
    layers = [_line_layer(lines, window, x, alt.Y("value:Q", title=label, scale=scale, axis=axis)), read]
    if bands:
        layers.insert(0, _band_layer(bands, window, x, scale, label))
    return alt.LayerChart(layer=layers, height=HEIGHT)


def _band_layer(bands: list[Band], window: int, x: alt.X, scale: alt.Scale, label: str) -> alt.Chart:
    import altair as alt

    rows = [
        {"step": step, "name": f"{band.share} interval", "low": finite(low), "high": finite(high)}
        for band in bands
        for step, (low, high) in enumerate(zip(band.low[window], band.high[window], strict=True))
    ]
    chart = alt.Chart(alt.InlineData(values=rows))
    single = bands[0].low.shape[1] == 1
    mark: alt.Chart = chart.mark_bar(aria=False, size=40) if single else chart.mark_area(aria=False)
    # The legend names the narrow interval first; the drawing lays it on top of the wide one.
    names = alt.Scale(
        domain=[f"{band.share} interval" for band in bands[::-1]], range=[band.colour for band in bands[::-1]]
    )
    drawn: alt.Chart = mark.encode(
        x=x,
        y=alt.Y("low:Q", title=label, scale=scale, stack=None),
        y2="high:Q",
        fill=alt.Fill(
            "name:N", scale=names, legend=alt.Legend(symbolType="square", symbolStrokeWidth=0, symbolSize=200)
        ),
    )
    return drawn


def _line_layer(lines: list[Line], window: int, x: alt.X, y: alt.Y) -> alt.Chart:
    import altair as alt

    # Reversed: what comes first in the legend lies on top.
    rows = [
        {"step": step, "name": line.name, "width": line.width, "value": finite(value)}
        for line in lines[::-1]
        for step, value in enumerate(line.values[window])
    ]
    names = [line.name for line in lines]
    single = lines[0].values.shape[1] == 1
    legend = alt.Legend(symbolType="circle", symbolSize=80) if single else alt.Legend(symbolType="stroke")
    colours = alt.Scale(domain=names, range=[line.colour for line in lines])
    chart = alt.Chart(alt.InlineData(values=rows))
    mark: alt.Chart = (
        chart.mark_point(aria=False, filled=True, size=80, opacity=1)
        if single
        else chart.mark_line(aria=False, strokeJoin="round")
    )
    drawn: alt.Chart = mark.encode(x=x, y=y, color=alt.Color("name:N", scale=colours, legend=legend))
    if not single:
        dashes = alt.Scale(domain=names, range=[list(line.dashes) for line in lines])
        drawn = drawn.encode(
            strokeDash=alt.StrokeDash("name:N", scale=dashes, legend=legend),
            strokeWidth=alt.StrokeWidth("width:Q", scale=None, legend=None),
        )
    return drawn


def _said(lines: list[Line], bands: list[Band], window: int, step: int, unit: str | None) -> list[str]:
    """What is read out at one step."""
    said = [f"{line.name} {with_unit(float(line.values[window, step]), unit)}" for line in lines]
    said += [
        f"{band.share}: {number(float(band.low[window, step]))} to {number(float(band.high[window, step]))}"
        for band in bands[::-1]
    ]
    return said


def _errors(forecast: Forecast, window: int, column: int, lines: list[Line], unit: str | None) -> list[str]:
    """The mean absolute error of the window, and the baseline's."""
    if forecast.truth is None:
        return []
    truth = forecast.truth[window, :, column]  # (h,)
    errors = {line.name: mean_over(np.abs(line.values[window] - truth), axis=0) for line in lines[1:]}
    return [
        f"{'forecast' if name == MEDIAN else name}: mean error {with_unit(float(error), unit)}"
        for name, error in errors.items()
    ]


def _words(forecast: Forecast, label: str, lines: list[Line], bands: list[Band]) -> str:
    """What is drawn, for those who cannot see it."""
    drawn = ["what was measured"] if lines[0].name == MEASURED else []
    drawn.append("the median forecast")
    drawn += [f"its {band.share} interval" for band in bands[::-1]]
    drawn += [f"{line.name} (a simple method)" for line in lines if line.is_baseline]
    return f"{label} by local time ({forecast.timezone}): {', '.join(drawn)}."
