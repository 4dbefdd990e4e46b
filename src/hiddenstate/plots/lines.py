"""Several named lines over one number, with guides across, and values to be read out at each place."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hiddenstate.plots.drawing import READOUT
from hiddenstate.plots.numerals import number
from hiddenstate.plots.theme import BASELINE_COLOURS, BASELINE_DASHES, LIGHT

if TYPE_CHECKING:
    import altair as alt

COLOURS = (LIGHT["model"], *BASELINE_COLOURS)
DASHES: tuple[tuple[float, ...], ...] = ((1, 0), *BASELINE_DASHES)
MOST_PLACES = 60
"""Places at which values are read out: more would crowd out each other."""
FEW = 16
"""Up to so many points, each gets a dot as well."""
POWERS = (
    "datum.value >= 0.001 && datum.value < 10000 ? format(datum.value, ',~f') : "
    "replace(format(datum.value, '~e'), 'e+', 'e')"
)
"""How a logarithmic axis writes: 0.01, 1, 100, but 1e-4."""


@dataclass(frozen=True)
class Line:
    """One line; a value that is not finite (or on a logarithmic axis not above 0) is a gap."""

    name: str
    values: Mapping[float, float]
    """Place along the horizontal axis -> value."""
    colour: int = 0
    """Number of its colour; lines of one colour belong together."""
    dash: int = 0
    """Number of its dash pattern; 0 is solid."""


@dataclass(frozen=True)
class Frame:
    """The axes around lines."""

    x: str
    """Title of the horizontal axis."""
    y: str
    """Title of the vertical axis, with its unit."""
    x_name: str
    """How a place is read out: "step {}"."""
    log: bool = False
    """Whether the vertical axis is logarithmic."""
    x_log: bool = False
    bounds: tuple[float, float] | None = None
    """Of the vertical axis; what lies outside is cut off."""
    guides: tuple[tuple[float, str], ...] = ()
    """(value, words) of lines across, such as what chance gives."""
    height: int = 260
    y_format: str = ",~f"
    write: Callable[[float], str] = number
    """How a value is read out."""


def draw_lines(lines: Sequence[Line], frame: Frame) -> alt.LayerChart:
    """The chart, without title and text alternative: the first line lies on top."""
    import altair as alt

    x, y = _x(lines, frame), _y(frame)
    layers = [*_guides(lines, frame, x, y), _marks(lines, frame, x, y), _readout(lines, frame, x)]
    return alt.LayerChart(layer=layers, height=frame.height)


def _x(lines: Sequence[Line], frame: Frame) -> alt.X:
    import altair as alt

    places = [place for line in lines for place in line.values]
    domain = [min(places), max(places)] if max(places) > min(places) else [places[0] - 1, places[0] + 1]
    scale = alt.Scale(type="log" if frame.x_log else "linear", domain=domain, nice=False)
    ticks: dict[str, Any] = {"tickCount": 6}
    if frame.x_log:
        ticks = {"values": sorted(set(places))}
    return alt.X("place:Q", title=frame.x, scale=scale, axis=alt.Axis(ticks=True, format=",~f", **ticks))


def _y(frame: Frame) -> alt.Y:
    import altair as alt

    options: dict[str, Any] = {"type": "log" if frame.log else "linear"}
    if frame.bounds is not None:
        options |= {"domain": list(frame.bounds), "nice": False, "clamp": False}
    axis = alt.Axis(format=frame.y_format, tickCount=6)
    if frame.log:
        axis = alt.Axis(labelExpr=POWERS, **_decades(frame.bounds))
    return alt.Y("value:Q", title=frame.y, scale=alt.Scale(**options), axis=axis)


def _decades(bounds: tuple[float, float] | None) -> dict[str, Any]:
    """Ticks of a logarithmic axis: its powers of ten, where it is long enough for some, at most about seven."""
    if bounds is None:
        return {"tickCount": 6}
    first, last = math.ceil(math.log10(bounds[0])), math.floor(math.log10(bounds[1]))
    every = max(1, round((last - first) / 6))
    return (
        {"values": [10.0**power for power in range(first, last + 1, every)]}
        if last > first + 1
        else {"tickCount": 6}
    )


def _marks(lines: Sequence[Line], frame: Frame, x: alt.X, y: alt.Y) -> alt.Chart:
    import altair as alt

    names = [line.name for line in lines]
    colours = [COLOURS[line.colour % len(COLOURS)] for line in lines]
    dashes = [list(DASHES[line.dash % len(DASHES)]) for line in lines]
    rows = [
        {"place": place, "value": _drawn(value, frame), "name": line.name}
        for line in reversed(lines)
        for place, value in line.values.items()
    ]
    few = max((len(line.values) for line in lines), default=0) <= FEW
    legend = alt.Legend(symbolType="stroke")
    drawn: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(
            aria=False,
            clip=frame.log,  # a share stays within its bounds
            strokeWidth=2.25,
            strokeJoin="round",
            point=alt.OverlayMarkDef(size=30, opacity=1, clip=frame.log) if few else False,
        )
        .encode(
            x=x,
            y=y,
            color=alt.Color("name:N", sort=None, scale=alt.Scale(domain=names, range=colours), legend=legend),
            strokeDash=alt.StrokeDash(
                "name:N", sort=None, scale=alt.Scale(domain=names, range=dashes), legend=legend
            ),
        )
    )
    return drawn


def _drawn(value: float, frame: Frame) -> float | None:
    return float(value) if math.isfinite(value) and (value > 0 or not frame.log) else None


def _guides(lines: Sequence[Line], frame: Frame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    import altair as alt

    if not frame.guides:
        return []
    rows = [{"value": value, "text": words} for value, words in frame.guides]
    across = alt.Chart(alt.InlineData(values=rows)).encode(y=y)
    rule = across.mark_rule(color=LIGHT["muted"], strokeDash=[2, 3], aria=False)
    words = across.mark_text(
        align="right", baseline="bottom", dy=-3, color=LIGHT["muted"], fontSize=12, aria=False
    ).encode(text="text:N", x=alt.value("width"))
    return [rule, words]


def _readout(lines: Sequence[Line], frame: Frame, x: alt.X) -> alt.Chart:
    import altair as alt

    places = sorted({place for line in lines for place in line.values})
    every = -(-len(places) // MOST_PLACES)
    rows = []
    for place in places[::every]:
        parts = [
            f"{line.name} {frame.write(line.values[place])}"
            for line in lines
            if place in line.values and math.isfinite(line.values[place])
        ]
        rows.append({"place": place, "say": " | ".join([frame.x_name.format(f"{place:g}"), *parts])})
    read: alt.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_rule(color=LIGHT["muted"], opacity=0)
        .encode(x=x, description="say:N", tooltip="say:N")
        .properties(name=READOUT)
    )
    return read
