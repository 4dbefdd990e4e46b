"""Data curve: quality by how many rows were learnt from, a line for each method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hiddenstate.plots.numerals import number
from hiddenstate.plots.theme import LIGHT, nothing_to_draw, themed

if TYPE_CHECKING:
    import altair as alt

HEIGHT = 220
TITLE = "How much data each needs"


def data_curve(
    curves: Mapping[str, Sequence[tuple[float, float]]], *, quality: str, rows: str
) -> alt.LayerChart:
    """Draw (rows, quality) of each method; `quality` and `rows` name the axes."""
    import altair as alt

    if not any(curves.values()):
        return nothing_to_draw(TITLE, "Nothing was measured.")
    names = list(curves)
    values: list[dict[str, Any]] = [
        {"name": name, "rows": count, "quality": value} for name in names for count, value in curves[name]
    ]
    colours = [LIGHT["model"], LIGHT["first"], LIGHT["second"], LIGHT["third"]][: len(names)]
    chart = alt.Chart(alt.InlineData(values=values), height=HEIGHT).mark_line(
        point=alt.OverlayMarkDef(size=40, opacity=1), aria=False
    )
    ticks = sorted({row["rows"] for row in values})
    drawn = chart.encode(
        x=alt.X(
            "rows:Q",
            title=rows,
            scale=alt.Scale(type="log", domain=[ticks[0], ticks[-1]], nice=False),
            axis=alt.Axis(values=ticks, format=",.0f"),
        ),
        y=alt.Y("quality:Q", title=quality, scale=alt.Scale(zero=False)),
        color=alt.Color(
            "name:N",
            scale=alt.Scale(domain=names, range=colours),
            legend=alt.Legend(symbolType="stroke"),
        ),
    )
    said = "; ".join(
        f"{name}: " + ", ".join(f"{number(value)} with {number(count)}" for count, value in curves[name])
        for name in names
    )
    return themed(alt.LayerChart(layer=[drawn]), TITLE, f"{quality} by {rows}. {said}.")
