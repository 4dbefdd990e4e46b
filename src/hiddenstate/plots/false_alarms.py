"""False alarms per hour against misses of a model that is always on, by threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hiddenstate.plots.drawing import READOUT
from hiddenstate.plots.theme import LIGHT, nothing_to_draw, themed
from hiddenstate.records.always_on import AlwaysOn, OperatingPoint

if TYPE_CHECKING:
    import altair as alt

TITLE = "Always on: false alarms against misses"
HEIGHT = 260
NAMED = (0.5, 0.8, 0.95, 0.99)
"""Thresholds that are written beside their points, besides the model's own."""
HIGH = 88
"""Percent missed from which on a name stands below its point."""
CLOSE = 0.07
"""Share of the chart below which a point is too close to the one before for a name of its own."""


def false_alarms(heard: AlwaysOn) -> alt.LayerChart:
    """Draw a point for each threshold, joined in their order; the model's own stands out."""
    import altair as alt

    if not heard.sounds:
        return nothing_to_draw(TITLE, "There was no sound to be heard.")
    rows = [_row(point, heard) for point in heard.points]
    most = max(point.false_alarms_per_hour for point in heard.points)
    x = alt.X(
        "alarms:Q",
        title="false alarms per hour",
        scale=alt.Scale(domain=[0, max(most, 1.0)], nice=True),
        axis=alt.Axis(ticks=True, tickCount=6, format=",~f"),
    )
    y = alt.Y(
        "missed:Q", title="sounds missed (%)", scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(tickCount=5)
    )
    drawn = alt.Chart(alt.InlineData(values=rows)).encode(x=x, y=y)
    line = drawn.mark_line(color=LIGHT["model"], strokeWidth=2.25, aria=False).encode(order="threshold:Q")
    others, own = ([row for row in rows if row["own"] == own] for own in (False, True))
    dots = [
        alt.Chart(alt.InlineData(values=part))
        .mark_point(filled=True, opacity=1, size=size, color=LIGHT[colour], aria=False)
        .encode(x=x, y=y)
        for part, size, colour in ((others, 40, "model"), (own, 110, "first"))
    ]
    names = alt.Chart(alt.InlineData(values=_names(heard, max(most, 1.0)))).encode(x=x, y=y, text="name:N")
    # Above a point, but below one that is so high that its name would meet the title of the axis.
    shared: dict[str, Any] = {"align": "left", "dx": 7, "fontSize": 12, "color": LIGHT["ink"], "aria": False}
    written = [
        names.transform_filter(f"datum.missed <= {HIGH}").mark_text(baseline="bottom", dy=-4, **shared),
        names.transform_filter(f"datum.missed > {HIGH}").mark_text(baseline="top", dy=5, **shared),
    ]
    read = (
        drawn.mark_rule(color=LIGHT["muted"], opacity=0)
        .encode(description="say:N", tooltip="say:N")
        .properties(name=READOUT)
    )
    chart = alt.LayerChart(layer=[line, *dots, *written, read], height=HEIGHT)
    return themed(chart, TITLE, _words(heard), _caption(heard))


def said(point: OperatingPoint) -> str:
    """Both errors of a point in words."""
    return f"{100 * point.missed:.1f} % missed, {point.false_alarms_per_hour:,.0f} false alarms an hour"


def _row(point: OperatingPoint, heard: AlwaysOn) -> dict[str, Any]:
    return {
        "threshold": point.threshold,
        "alarms": round(point.false_alarms_per_hour, 3),
        "missed": round(100 * point.missed, 3),
        "own": point == heard.own,
        "say": f"threshold {point.threshold:g} | {said(point)}",
    }


def _names(heard: AlwaysOn, most: float) -> list[dict[str, Any]]:
    """The thresholds that are written: the model's own, then those far enough from all that are."""
    wanted = [heard.own, *(point for point in heard.points if point.threshold in NAMED)]
    kept: list[OperatingPoint] = []
    for point in wanted:
        apart = (
            max(
                abs(point.false_alarms_per_hour - other.false_alarms_per_hour) / most,
                abs(point.missed - other.missed),
            )
            for other in kept
        )
        if all(distance >= CLOSE for distance in apart):
            kept.append(point)
    return [_row(point, heard) | {"name": f"{point.threshold:g}"} for point in kept]


def _words(heard: AlwaysOn) -> str:
    lowest, highest = heard.points[0], heard.points[-1]
    parts = [f"Threshold {point.threshold:g}: {said(point)}" for point in (lowest, heard.own, highest)]
    return "; ".join(dict.fromkeys(parts)) + "."


def _caption(heard: AlwaysOn) -> str:
    return (
        f"One point for each threshold, some of them named; large: {heard.own.threshold:g}, the model's own. "
        f"{heard.sounds:,} sounds in {heard.seconds / 60:.1f} minutes: other streams have other false alarms."
    )
