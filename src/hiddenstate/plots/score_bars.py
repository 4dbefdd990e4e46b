"""Score bars: one measure of the model and of every baseline, the best first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hiddenstate.plots.metrics import MetricColumn, metric_column
from hiddenstate.plots.numerals import label_expression, labelled
from hiddenstate.plots.theme import LIGHT, nothing_to_draw, themed
from hiddenstate.records import Score

if TYPE_CHECKING:
    import altair as alt

ROW_HEIGHT = 34


def score_bars(scores: Sequence[Score], metric: str = "mae", *, unit: str | None = None) -> alt.LayerChart:
    """Draw one bar per score for `metric`, the best on top, the model in colour.

    `unit` is the unit of the target, used where the metric is measured in it. Rows in which the metric was
    not measured are left out and named in the text alternative.
    """
    import altair as alt

    column = metric_column(metric, unit)
    title = f"{column.label}: model and simple methods"
    measured = [score for score in scores if math.isfinite(column.shown(score.metrics))]
    if not measured:
        return nothing_to_draw(title, f"{column.label} was not measured.")
    measured.sort(key=lambda score: (column.distance(column.shown(score.metrics)), not score.is_model))
    values = [column.shown(score.metrics) for score in measured]
    rows: list[dict[str, Any]] = [
        {
            "place": place,
            "name": score.name,
            "value": value,
            "text": text,
            "colour": LIGHT["model" if score.is_model else "bar"],
        }
        for place, (score, value, text) in enumerate(zip(measured, values, column.texts(values), strict=True))
    ]
    most = max(max(row["value"] for row in rows), 0.0) or 1.0
    chart = alt.Chart(alt.InlineData(values=rows), height=ROW_HEIGHT * len(rows)).encode(
        y=alt.Y(
            # By rank, labelled with the name: two rows of one name must not lie on each other.
            "place:O",
            title=None,
            axis=alt.Axis(
                labelExpr=label_expression({row["place"]: row["name"] for row in rows}),
                domain=False,
                grid=False,
                labelFontSize=13,
                labelColor=LIGHT["ink"],
                labelLimit=190,
            ),
        ),
        x=alt.X(
            "value:Q",
            title=labelled(column.label, column.unit) + column.direction(),
            scale=alt.Scale(domain=[min(0.0, *(row["value"] for row in rows)), 1.12 * most], nice=False),
            axis=alt.Axis(labels=False, domain=False, titlePadding=4),
        ),
    )
    bars = chart.mark_bar(height=20, aria=False).encode(color=alt.Color("colour:N", scale=None, legend=None))
    words = chart.mark_text(align="left", dx=6, color=LIGHT["ink"], fontSize=13, fontWeight=600, aria=False)
    return themed(
        alt.LayerChart(layer=[bars, words.encode(text="text:N")]), title, _words(scores, rows, column), ""
    )


def _words(scores: Sequence[Score], rows: list[dict[str, Any]], column: MetricColumn) -> str:
    """The ranking, and how far the model is from the best simple method."""
    said = ", ".join(f"{row['name']} {row['text']}" for row in rows)
    text = f"{labelled(column.label, column.unit)}{column.direction()}: {said}."
    shown = {row["name"] for row in rows}
    missing = [score.name for score in scores if score.name not in shown]
    return f"{text} Not measured: {', '.join(missing)}." if missing else text
