"""Mean absolute error along a grouping of the forecast steps: the model's line beside the baselines'.

The charts by hour, by weekday and by forecast step are this one drawing with another grouping.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.drawing import READOUT
from hiddenstate.plots.numerals import axis_format, finite, label_expression, labelled, whole_ticks, with_unit
from hiddenstate.plots.theme import BASELINE_COLOURS, BASELINE_DASHES, LIGHT, nothing_to_draw, themed
from hiddenstate.plots.windows import column_of, refuse_taken, target_index
from hiddenstate.records import Forecast

if TYPE_CHECKING:
    import altair as alt

HEIGHT = 230
Errors = dict[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Grouping:
    """How forecast steps are grouped, and how the groups are called."""

    title: str
    """Title of the chart."""
    axis: str
    """Label of the horizontal axis, with its unit."""
    group: str
    """What one group is, for the text alternative: "hour"."""
    keys: NDArray[np.int64]
    """(n, h) group of every step of every window."""
    places: tuple[float, ...]
    """Place of group 0, 1, 2 ... on the axis."""
    names: tuple[str, ...]
    """What each group is called when it is read out."""
    ticks: Mapping[float, str] | None = None
    """Labels at chosen places; round numbers where ``None``."""


def mean_errors(
    values: NDArray[np.float64], truth: NDArray[np.float64], keys: NDArray[np.int64], count: int
) -> NDArray[np.float64]:
    """(count,) mean absolute error of each group; NaN where no truth is known.

    `values`, `truth` and `keys` are (n, h); unknown values are NaN and take no part.
    """
    error = np.abs(values - truth)  # (n, h)
    known = np.isfinite(error)
    total = np.bincount(keys[known], weights=error[known], minlength=count)  # (count,)
    number = np.bincount(keys[known], minlength=count)  # (count,)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def error_profile(
    forecast: Forecast,
    baselines: Mapping[str, NDArray[np.float64]] | None,
    grouping: Grouping,
    *,
    target: str | None = None,
    unit: str | None = None,
    model: str = "model",
) -> alt.LayerChart:
    """Draw the mean absolute error of the model and of each baseline by group.

    `baselines` maps names to point forecasts of shape (n, h, c). Raises `SettingsError` for an unknown
    target or a baseline called like the model, `ShapeError` for one of another shape than the forecast.
    """
    column = target_index(forecast, target)
    lines = {model: forecast.median()[:, :, column]}
    for name, values in (baselines or {}).items():
        refuse_taken(name, (model,))
        lines[name] = column_of(values, forecast, column, f'baseline "{name}"')
    if forecast.truth is None or not np.isfinite(forecast.truth[:, :, column]).any():
        return nothing_to_draw(grouping.title, "No truth is known for these windows yet.")
    truth = forecast.truth[:, :, column]  # (n, h)
    count = len(grouping.places)
    errors = {name: mean_errors(values, truth, grouping.keys, count) for name, values in lines.items()}
    return themed(_draw(errors, grouping, unit), grouping.title, _words(errors, grouping, unit))


def _draw(errors: Errors, grouping: Grouping, unit: str | None) -> alt.LayerChart:
    import altair as alt

    names = list(errors)
    others = range(len(names) - 1)
    colours = [LIGHT["model"], *(BASELINE_COLOURS[rank % len(BASELINE_COLOURS)] for rank in others)]
    dashes: list[Sequence[float]] = [
        [1, 0],
        *(list(BASELINE_DASHES[rank % len(BASELINE_DASHES)]) for rank in others),
    ]
    single = len(grouping.places) == 1
    legend = alt.Legend(symbolType="circle", symbolSize=80) if single else alt.Legend(symbolType="stroke")
    x = alt.X("place:Q", title=grouping.axis, scale=_scale(grouping), axis=_axis(grouping))
    lines = alt.Chart(alt.InlineData(values=_line_rows(errors, grouping)), height=HEIGHT)
    mark = (
        lines.mark_point(aria=False, filled=True, size=80, opacity=1)
        if single
        else lines.mark_line(aria=False, strokeJoin="round")
    )
    drawn = mark.encode(
        x=x,
        y=alt.Y(
            "error:Q",
            title=labelled("mean absolute error", unit),
            scale=alt.Scale(zero=True),
            axis=alt.Axis(format=axis_format(np.concatenate(list(errors.values()))), tickCount=5),
        ),
        color=alt.Color("name:N", scale=alt.Scale(domain=names, range=colours), legend=legend),
    )
    if not single:
        drawn = drawn.encode(
            strokeDash=alt.StrokeDash("name:N", scale=alt.Scale(domain=names, range=dashes), legend=legend),
            strokeWidth=alt.condition("datum.rank === 0", alt.value(2.75), alt.value(1.5)),
        )
    read = (
        alt.Chart(alt.InlineData(values=_spoken_rows(errors, grouping, unit)))
        .mark_rule(color=LIGHT["muted"], opacity=0)
        .encode(x=x, description="say:N", tooltip="say:N")
        .properties(name=READOUT)
    )
    return alt.LayerChart(layer=[drawn, read])


def _line_rows(errors: Errors, grouping: Grouping) -> list[dict[str, Any]]:
    """One row per line and group; the model last, so that its line lies on top."""
    return [
        {"place": place, "name": name, "rank": rank, "error": finite(float(values[group]))}
        for rank, (name, values) in reversed(list(enumerate(errors.items())))
        for group, place in enumerate(grouping.places)
    ]


def _spoken_rows(errors: Errors, grouping: Grouping, unit: str | None) -> list[dict[str, Any]]:
    """What is read out at each group."""
    rows = []
    for group, place in enumerate(grouping.places):
        parts = [
            f"{name} {with_unit(float(values[group]), unit)}"
            for name, values in errors.items()
            if np.isfinite(values[group])
        ]
        if parts:
            rows.append({"place": place, "say": " | ".join([grouping.names[group], *parts])})
    return rows


def _scale(grouping: Grouping) -> alt.Scale:
    import altair as alt

    first, last = grouping.places[0], grouping.places[-1]
    return alt.Scale(domain=[first, last] if last > first else [first - 1, first + 1], nice=False)


def _axis(grouping: Grouping) -> alt.Axis:
    import altair as alt

    if grouping.ticks is None:
        return alt.Axis(values=whole_ticks(grouping.places[0], grouping.places[-1]), ticks=True)
    return alt.Axis(values=list(grouping.ticks), labelExpr=label_expression(grouping.ticks), ticks=True)


def _words(errors: Errors, grouping: Grouping, unit: str | None) -> str:
    """Where the model is best and worst, and how often it beats the best baseline."""
    model, *others = errors
    own = errors[model]
    known = np.flatnonzero(np.isfinite(own))
    low, high = known[np.argmin(own[known])], known[np.argmax(own[known])]
    at_low, at_high = (f"{with_unit(float(own[at]), unit)} ({grouping.names[at]})" for at in (low, high))
    text = f"The mean absolute error of the {model} " + (
        f"is {at_low}." if len(known) == 1 else f"lies between {at_low} and {at_high}."
    )
    others = [name for name in others if np.isfinite(errors[name]).any()]
    if others:
        best = min(others, key=lambda name: float(np.nanmean(errors[name])))
        wins = int(np.sum(own[known] < errors[best][known]))
        text += f" It is below {best}, the best simple method on average, "
        text += f"in {wins} of {len(known)} {grouping.group}s."
    return text
