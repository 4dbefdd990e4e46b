"""Pareto chart: quality against what it costs, and which methods no other one beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hiddenstate.plots.numerals import number
from hiddenstate.plots.theme import LIGHT, nothing_to_draw, themed

if TYPE_CHECKING:
    import altair as alt

HEIGHT = 320
LINE = 13
"""Points between two names, so that both can be read."""


@dataclass(frozen=True)
class Point:
    """One method: its quality and its price."""

    name: str
    quality: float
    cost: float
    """Above 0."""
    chosen: bool = False


def frontier(points: Sequence[Point], *, higher: bool) -> list[Point]:
    """The points that no other is at least as good and as cheap as, and better in one; the cheapest first.

    >>> [p.name for p in frontier([Point("a", 90, 1), Point("b", 89, 2), Point("c", 95, 3)], higher=True)]
    ['a', 'c']
    """
    sign = 1.0 if higher else -1.0
    best = float("-inf")
    kept = []
    for point in sorted(points, key=lambda point: (point.cost, -sign * point.quality)):
        if sign * point.quality > best:
            kept.append(point)
            best = sign * point.quality
    return kept


def pareto(
    points: Sequence[Point],
    *,
    quality: str,
    cost: str,
    higher: bool,
    level: tuple[str, float] | None = None,
) -> alt.LayerChart:
    """Draw `points`, the frontier as a line, and a dashed `level` (name, quality) such as the best baseline.

    `quality` and `cost` name the axes with their units; `higher`: whether more quality is better.
    """
    import altair as alt

    title = f"{quality} against {cost}"
    if not points:
        return nothing_to_draw(title, "No candidate was measured.")
    best = {point.name for point in frontier(points, higher=higher)}
    middle = (min(point.cost for point in points) * max(point.cost for point in points)) ** 0.5
    rows: list[dict[str, Any]] = [
        {
            "name": point.name,
            "quality": point.quality,
            "cost": point.cost,
            "colour": LIGHT["model"] if point.chosen else LIGHT["bar"],
            "side": "left" if point.cost > middle else "right",
        }
        for point in points
    ]
    values = [point.quality for point in points] + ([level[1]] if level else [])
    room = 0.12 * (max(values) - min(values)) or 1.0
    x = alt.X(
        "cost:Q",
        title=f"{cost} (less is better)",
        scale=alt.Scale(type="log", domain=_domain([point.cost for point in points]), nice=False),
        axis=alt.Axis(format="~s", tickCount=4),
    )
    y = alt.Y(
        "quality:Q",
        title=f"{quality} ({'more' if higher else 'less'} is better)",
        scale=alt.Scale(zero=False, domain=[min(values) - room, max(values) + room], nice=False),
    )
    line = (
        alt.Chart(alt.InlineData(values=[row for row in rows if row["name"] in best]), height=HEIGHT)
        .mark_line(color=LIGHT["axis"], interpolate="step-after", strokeWidth=1.75, aria=False)
        .encode(x=x, y=y)
    )
    chart = alt.Chart(alt.InlineData(values=rows), height=HEIGHT).encode(x=x, y=y)
    dots = chart.mark_point(filled=True, size=90, opacity=1, aria=False).encode(
        color=alt.Color("colour:N", scale=None, legend=None)
    )
    layers: list[Any] = [line, dots, *_names(rows, x, y, (min(values) - room, max(values) + room))]
    if level is not None:
        layers += _level(level, y)
    return themed(alt.LayerChart(layer=layers), title, _words(points, best, quality, cost, level))


def _domain(costs: Sequence[float]) -> list[float]:
    """Room on both sides of the points, on an axis of ratios."""
    low, high = min(costs), max(costs)
    return [low / 1.35, high * 1.35] if high > 1.05 * low else [low / 2, high * 2]


def _names(
    rows: Sequence[dict[str, Any]], x: alt.X, y: alt.Y, domain: tuple[float, float]
) -> list[alt.Chart]:
    """The names, to the side where there is room, moved apart where points lie close."""
    import altair as alt

    charts = []
    placed: list[float] = []
    for row in sorted(rows, key=lambda row: -float(row["quality"])):
        at = HEIGHT * (domain[1] - row["quality"]) / (domain[1] - domain[0])
        shift = 0.0
        while any(abs(at + shift - other) < LINE for other in placed):
            shift += 2.0
        placed.append(at + shift)
        right = row["side"] == "right"
        charts.append(
            alt.Chart(alt.InlineData(values=[row]))
            .mark_text(
                align="left" if right else "right",
                dx=9 if right else -9,
                dy=shift,
                fontSize=12,
                color=LIGHT["ink"],
                aria=False,
            )
            .encode(x=x, y=y, text="name:N")
        )
    return charts


def _level(level: tuple[str, float], y: alt.Y) -> list[alt.Chart]:
    import altair as alt

    chart = alt.Chart(alt.InlineData(values=[{"quality": level[1], "name": level[0]}]))
    rule = chart.mark_rule(color=LIGHT["first"], strokeDash=[5, 3], strokeWidth=1.5, aria=False).encode(y=y)
    words = chart.mark_text(align="left", dx=4, dy=-8, color=LIGHT["first"], fontSize=12, aria=False).encode(
        y=y, x=alt.value(0), text="name:N"
    )
    return [rule, words]


def _words(
    points: Sequence[Point], best: set[str], quality: str, cost: str, level: tuple[str, float] | None
) -> str:
    listing = "; ".join(
        f"{point.name} {number(point.quality)} at {number(point.cost)}"
        for point in sorted(points, key=lambda point: point.cost)
    )
    text = f"{quality} at {cost}: {listing}. No other is both better and cheaper than: {', '.join(sorted(best))}."
    return f"{text} Dashed: {level[0]}, {number(level[1])}." if level else text
