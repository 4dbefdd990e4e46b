"""Gate strips: every gate, candidate and state of one unit over the steps of one sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.numerals import fixed, label_expression, number
from hiddenstate.plots.step_axis import readout, step_axis
from hiddenstate.plots.theme import LIGHT, nothing_to_draw, themed
from hiddenstate.records import GateTrace
from hiddenstate.records.gates import GATES, MEANINGS, SYMBOLS

if TYPE_CHECKING:
    import altair as alt

BAND, GAP = 1.0, 0.62
"""Height of a strip and of the space above it, which its name stands in."""
POINTS = 40
"""Of one band, in points."""
BARS = 150
"""Up to so many steps each is a bar; more are drawn as one area."""
MOST_STEPS = 400
COLOURS: dict[str, str] = {"C_tilde": "first", "n": "first", "C": "second", "h": "third"}

Values = NDArray[np.floating[Any]]


def gates(
    trace: GateTrace, *, unit: int, layer: int = 0, row: int = 0, first: int = 0, count: int = MOST_STEPS
) -> alt.LayerChart:
    """Draw one strip for each symbol of `unit`: gates from 0 to 1, candidate and h from -1 to 1, C to its largest.

    `count` steps are drawn from the `first` one (counted from 0). Raises `InspectionError` for a unit, layer or
    row that is not there.
    """
    import altair as alt

    chosen = trace.layer(layer)
    chosen.check_unit(unit)
    title = f"Unit {unit} of {chosen.name}, step by step"
    part = slice(first, first + min(count, MOST_STEPS))
    series = {symbol: values[part, unit] for symbol, values in chosen.row(row).items()}
    labels = trace.names_of_steps(layer, row)[part]
    if not labels:
        return nothing_to_draw(title, "There is no step: the sequence is empty.")
    strips = [_Strip(symbol, values, place) for place, (symbol, values) in enumerate(series.items())]
    x = step_axis(labels)
    y = alt.Y(
        "low:Q",
        title=None,
        axis=_ends(strips),
        scale=alt.Scale(domain=[-len(strips) * (BAND + GAP), 0], nice=False, zero=False),
    )
    height = round(POINTS * len(strips) * (BAND + GAP))
    layers: list[alt.Chart] = [_zero_lines(strips, len(labels), x, y, height)]
    layers += [strip.marks(x, y) for strip in strips]
    layers += [_names(strips, y), readout(labels, _said(series), x)]
    return themed(
        alt.LayerChart(layer=layers), title, _words(title, series, labels), _caption(chosen.direction)
    )


class _Strip:
    """One symbol: where its zero line lies, and how its values are scaled into the band."""

    def __init__(self, symbol: str, values: Values, place: int) -> None:
        self.symbol, self.values = symbol, values
        self.bottom = -(place + 1) * (BAND + GAP)
        self.signed = symbol not in GATES
        largest = float(np.abs(values).max())
        self.limit = max(1.0, largest) if self.signed else 1.0
        self.zero = self.bottom + (BAND / 2 if self.signed else 0.0)
        self.scale = BAND / (2 * self.limit if self.signed else 1.0)

    @property
    def name(self) -> str:
        """Symbol and meaning; few typefaces have a C with a tilde."""
        symbol = "C~" if self.symbol == "C_tilde" else self.symbol
        return f"{symbol}: {MEANINGS.get(self.symbol, 'gate')}"

    @property
    def ends(self) -> list[tuple[float, str]]:
        """Where the band begins and ends, and what that means."""
        limit = "1" if self.limit == 1 else number(self.limit, 2)
        low = f"−{limit}" if self.signed else "0"
        return [(round(self.bottom, 4), low), (round(self.bottom + BAND, 4), limit)]

    def marks(self, x: alt.X, y: alt.Y) -> alt.Chart:
        """Bars from the zero line, or an area where there are many."""
        import altair as alt

        colour = LIGHT[COLOURS.get(self.symbol, "model")]
        ends = (self.zero + self.values.astype(np.float64) * self.scale).round(4).tolist()
        few = len(ends) <= BARS
        shift = 0.4 if few else 0.0
        rows = [
            {
                "step": round(step - shift, 2),
                "to": round(step + shift, 2),
                "low": round(self.zero, 4),
                "high": end,
            }
            for step, end in enumerate(ends)
        ]
        chart = alt.Chart(alt.InlineData(values=rows))
        if few:
            drawn: alt.Chart = chart.mark_rect(color=colour, aria=False).encode(
                x=x, x2="to:Q", y=y, y2="high:Q"
            )
        else:
            area: dict[str, Any] = {"color": colour, "aria": False, "interpolate": "step", "line": False}
            drawn = chart.mark_area(**area).encode(x=x, y=y, y2="high:Q")
        return drawn


def _ends(strips: list[_Strip]) -> alt.Axis:
    """The range of every strip, beside it."""
    import altair as alt

    ends = dict(end for strip in strips for end in strip.ends)
    labels: dict[str, Any] = {"labelExpr": label_expression(ends), "labelFontSize": 10, "labelOverlap": False}
    return alt.Axis(values=list(ends), grid=False, **labels)


def _zero_lines(strips: list[_Strip], steps: int, x: alt.X, y: alt.Y, height: int) -> alt.Chart:
    import altair as alt

    rows = [{"step": -0.5, "to": steps - 0.5, "low": round(strip.zero, 4)} for strip in strips]
    chart = alt.Chart(alt.InlineData(values=rows), height=height)
    lines: alt.Chart = chart.mark_rule(color=LIGHT["axis"], aria=False).encode(x=x, x2="to:Q", y=y)
    return lines


def _names(strips: list[_Strip], y: alt.Y) -> alt.Chart:
    import altair as alt

    rows = [{"low": round(strip.bottom + BAND + 0.3, 4), "text": strip.name} for strip in strips]
    words: dict[str, Any] = {"align": "left", "color": LIGHT["muted"], "fontSize": 12, "aria": False}
    chart = alt.Chart(alt.InlineData(values=rows)).mark_text(**words)
    named: alt.Chart = chart.encode(y=y, x=alt.value(0), text="text:N")
    return named


def _said(series: dict[str, Values]) -> list[str]:
    """What is read out at each step: every symbol with its value."""
    columns = {SYMBOLS.get(symbol, symbol): values for symbol, values in series.items()}
    count = len(next(iter(series.values())))
    return [
        " | ".join(f"{symbol} {fixed(float(values[step]), 3)}" for symbol, values in columns.items())
        for step in range(count)
    ]


def _words(title: str, series: dict[str, Values], labels: list[str]) -> str:
    """Range and place of the extremes of each symbol."""
    parts = []
    for symbol, values in series.items():
        low, high = int(np.argmin(values)), int(np.argmax(values))
        parts.append(
            f"{SYMBOLS.get(symbol, symbol)} ({MEANINGS.get(symbol, 'gate')}) from {fixed(float(values[low]), 2)} at "
            f"“{labels[low]}” to {fixed(float(values[high]), 2)} at “{labels[high]}”"
        )
    return f"{title}: {len(labels)} steps. {'; '.join(parts)}."


def _caption(direction: str) -> str:
    text = "Gates run from 0 (closed) to 1 (open); candidate and states are drawn from their zero line."
    return text if direction == "forward" else f"{text} This layer reads from right to left."
