"""Cells of a table coloured by size: one colour for up, one for down, stronger where the value is larger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.drawing import READOUT
from hiddenstate.plots.numerals import label_expression, number
from hiddenstate.plots.theme import LIGHT

if TYPE_CHECKING:
    import altair as alt

CELL_HEIGHT = 26
MOST_LABELS = 24


def heat(
    values: NDArray[np.float64],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    axis: str,
    slanted: bool = False,
) -> alt.LayerChart:
    """Draw values (rows, columns), NaN as nothing; without title and text alternative.

    `axis` is the title below. At most `MOST_LABELS` columns are labelled; `slanted` turns the labels, for words.
    """
    import altair as alt

    most = float(np.nanmax(np.abs(values), initial=0.0)) or 1.0
    cells: list[dict[str, Any]] = [
        {
            "row": row,
            "begin": column,
            "end": column + 1,
            "strength": abs(float(values[row, column])) / most,
            "colour": LIGHT["model" if values[row, column] >= 0 else "first"],
        }
        for row in range(len(rows))
        for column in range(len(columns))
        if np.isfinite(values[row, column])
    ]
    every = -(-len(columns) // MOST_LABELS)
    named = {column + 0.5: columns[column] for column in range(0, len(columns), every)}
    scale = alt.Scale(domain=[0, max(len(columns), 1)], nice=False)
    x_axis = alt.Axis(
        values=list(named), labelExpr=label_expression(named), labelAngle=-50 if slanted else 0, ticks=False,
        labelLimit=110, domain=False, labelOverlap=False if slanted else "greedy",
    )  # fmt: skip
    y_axis = alt.Axis(
        labelExpr=label_expression(dict(enumerate(rows))), domain=False, grid=False, labelLimit=130, labelFontSize=12,
        labelColor=LIGHT["ink"],
    )  # fmt: skip
    boxes = (
        alt.Chart(alt.InlineData(values=cells))
        .mark_rect(aria=False, stroke=LIGHT["paper"], strokeWidth=0.5 if len(columns) <= MOST_LABELS else 0)
        .encode(
            x=alt.X("begin:Q", title=axis, scale=scale, axis=x_axis),
            x2="end:Q",
            y=alt.Y("row:O", title=None, axis=y_axis),
            color=alt.Color("colour:N", scale=None, legend=None),
            opacity=alt.Opacity("strength:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 1]), legend=None),
        )
    )
    spoken = [
        {
            "place": column + 0.5,
            "say": " | ".join(
                [
                    columns[column],
                    *(
                        f"{rows[row]} {number(float(values[row, column]), 2)}".strip()
                        for row in range(len(rows))
                        if np.isfinite(values[row, column])
                    ),
                ]
            ),
        }
        for column in range(len(columns))
    ]
    read = (
        alt.Chart(alt.InlineData(values=spoken))
        .mark_rule(color=LIGHT["ink"], opacity=0)
        .encode(x=alt.X("place:Q", scale=scale), description="say:N", tooltip="say:N")
        .properties(name=READOUT)
    )
    return alt.LayerChart(layer=[boxes, read], height=CELL_HEIGHT * max(len(rows), 1))
