"""Steps by units: a heat map of what every unit holds at every step of one sequence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import InspectionError
from hiddenstate.plots.numerals import fixed, number
from hiddenstate.plots.step_axis import readout, step_axis
from hiddenstate.plots.theme import DIVERGING, nothing_to_draw, themed
from hiddenstate.records import GateTrace
from hiddenstate.records.gates import MEANINGS, SYMBOLS

if TYPE_CHECKING:
    import altair as alt

MOST_UNITS, MOST_STEPS = 32, 120
ROW_HEIGHT = 13
MIDDLE = 4
"""The class of colour around zero."""

Values = NDArray[np.floating[Any]]


def unit_map(
    trace: GateTrace,
    *,
    symbol: str = "h",
    layer: int = 0,
    row: int = 0,
    first: int = 0,
    count: int | None = None,
) -> alt.LayerChart:
    """Draw `symbol` of every unit at `count` steps (None: all) from the `first` one: blue above zero, orange below.

    Where there are more than 32 units, those that move most are drawn, in their own order; of more than 120 steps
    evenly spaced ones. The text alternative says so.
    Raises `InspectionError` for a symbol, layer or row that is not there.
    """
    import altair as alt

    chosen = trace.layer(layer)
    values = chosen.row(row)
    if symbol not in values:
        raise InspectionError(
            f'symbol: expected one of {", ".join(values)} of {chosen.name}, got "{symbol}". Correct it.'
        )
    shown = SYMBOLS.get(symbol, symbol)
    title = f"{shown} of all units of {chosen.name}"
    shown_part = slice(first, None if count is None else first + count)
    part = values[symbol][shown_part]
    labels = trace.names_of_steps(layer, row)[shown_part]
    if not labels:
        return nothing_to_draw(title, "There is no step: the sequence is empty.")
    steps = np.unique(np.linspace(0, len(labels) - 1, min(len(labels), MOST_STEPS)).round().astype(int))
    units = np.sort(np.argsort(-np.ptp(part, axis=0), kind="stable")[:MOST_UNITS])
    table, labels = part[np.ix_(steps, units)], [labels[step] for step in steps]
    limit = _nice(float(np.abs(table).max()))
    cells = _cells(table, limit)
    x = step_axis(labels)
    y = alt.Y(
        "low:Q",
        title="unit",
        scale=alt.Scale(domain=[len(units), 0], nice=False, zero=False),
        axis=alt.Axis(
            values=[place + 0.5 for place in range(len(units))],
            labelExpr=_unit_labels(units),
            grid=False,
            labelFontSize=10,
            labelOverlap="greedy",
        ),
    )
    colour = alt.Color(
        "class:N",
        scale=alt.Scale(domain=[str(number) for number in range(9)], range=list(DIVERGING)),
        legend=alt.Legend(
            values=["0", "2", "4", "6", "8"],
            labelExpr=_legend_labels(limit),
            symbolType="square",
            symbolStrokeWidth=0,
            title=None,
        ),
    )
    chart = alt.Chart(alt.InlineData(values=cells), height=ROW_HEIGHT * len(units))
    squares = chart.mark_rect(aria=False).encode(x=x, x2="to:Q", y=y, y2="high:Q", color=colour)
    layers = [squares, readout(labels, _said(table, units), x)]
    left_out = _left_out(values[symbol].shape[1], len(units), len(part), len(steps))
    words = f"{title} ({MEANINGS.get(symbol, 'value')}), {len(labels)} steps by {len(units)} units. "
    words += _extremes(table, units, labels)
    caption = f"Blue: above zero; orange: below. {left_out}".strip()
    return themed(alt.LayerChart(layer=layers), title, f"{words} {left_out}".strip(), caption)


def _cells(table: Values, limit: float) -> list[dict[str, Any]]:
    """The classes of colour of each unit; neighbouring steps of one class are one bar."""
    classes = np.clip(np.floor((table / limit + 1) / 2 * 9), 0, 8).astype(int)
    rows: list[dict[str, Any]] = []
    for unit, row in enumerate(classes.T):
        begins = np.flatnonzero(np.diff(row, prepend=-1))
        for begin, end in zip(begins, [*begins[1:], len(row)], strict=True):
            if row[begin] != MIDDLE:  # nothing to see: the page's own colour
                place = {"step": begin - 0.5, "to": end - 0.5, "low": unit, "high": unit + 1}
                rows.append({key: float(value) for key, value in place.items()} | {"class": str(row[begin])})
    return rows


def _unit_labels(units: NDArray[np.int64]) -> str:
    names = ", ".join(f'"{unit}"' for unit in units)
    return f"[{names}][floor(datum.value)]"


def _legend_labels(limit: float) -> str:
    texts = [f"{limit * place:g}".replace("-", "−") for place in (-1, -0.5, 0, 0.5, 1)]
    return "[" + ", ".join(f"'{text}'" for text in texts) + "][floor(toNumber(datum.label) / 2)]"


def _nice(largest: float) -> float:
    """A round limit of the colours that holds every value."""
    if largest == 0 or not math.isfinite(largest):
        return 1.0
    power = 10 ** math.floor(math.log10(largest))
    return float(next(factor * power for factor in (1, 1.5, 2, 3, 4, 6, 8, 10) if factor * power >= largest))


def _said(table: Values, units: NDArray[np.int64]) -> list[str]:
    """At each step the three units that are farthest from zero."""
    said = []
    for values in table:
        strongest = np.argsort(-np.abs(values), kind="stable")[:3]
        said.append(
            " | ".join(f"unit {units[place]}: {fixed(float(values[place]), 2)}" for place in strongest)
        )
    return said


def _extremes(table: Values, units: NDArray[np.int64], labels: list[str]) -> str:
    low, high = (np.unravel_index(pick(table), table.shape) for pick in (np.argmin, np.argmax))
    parts = [
        f"{word} {number(float(table[place]))} in unit {units[place[1]]} at “{labels[place[0]]}”"
        for word, place in (("Lowest", low), ("highest", high))
    ]
    return f"{', '.join(parts)}."


def _left_out(units: int, shown_units: int, steps: int, shown_steps: int) -> str:
    parts = []
    if shown_units < units:
        parts.append(f"the {shown_units} of {units} units that move most")
    if shown_steps < steps:
        parts.append(f"{shown_steps} of {steps:,} steps")
    return f"Drawn: {' and '.join(parts)}." if parts else ""
