"""Words beside what speaks for them: attention, integrated gradients and occlusion, on one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.drawing import READOUT
from hiddenstate.plots.numerals import label_expression, number
from hiddenstate.plots.theme import LIGHT, nothing_to_draw, themed
from hiddenstate.records import Evidence

if TYPE_CHECKING:
    import altair as alt

TITLE = "What the answer rests on, word by word"
ROW_HEIGHT = 22
MOST_WORDS = 40
GAP = 0.12
"""Space between two columns of bars, each of which is 1 wide."""
Columns = dict[str, NDArray[np.float64]]


def token_evidence(evidence: Evidence, *, title: str = TITLE) -> alt.LayerChart:
    """Draw one row for each word and one column of bars for each method, each scaled to its own largest bar.

    Bars to the right of a column's line push the output up, bars to the left down. Of a long text the words
    with the largest shares are shown, in reading order.
    """
    import altair as alt

    words = evidence.integrated.places
    if not words:
        return nothing_to_draw(title, "There is no word in this text.")
    columns = _columns(evidence)
    shown = _shown(columns, len(words))
    bars, heads = _rows(columns, shown)
    names = {float(row): words[place] for row, place in enumerate(shown)}
    y = alt.Y(
        "row:O",
        title=None,
        axis=alt.Axis(
            labelExpr=label_expression(names), domain=False, grid=False, labelFontSize=13,
            labelColor=LIGHT["ink"], labelLimit=120,
        ),
    )  # fmt: skip
    scale = alt.Scale(domain=[0, len(columns) * (1 + GAP) - GAP], nice=False)
    x = alt.X("begin:Q", title=None, scale=scale, axis=None)
    drawn = alt.Chart(alt.InlineData(values=bars)).encode(y=y)
    layers = [
        alt.Chart(alt.InlineData(values=heads))
        .mark_rule(color=LIGHT["axis"], aria=False)
        .encode(x=alt.X("zero:Q", scale=scale, axis=None)),
        drawn.mark_bar(height=13, aria=False).encode(
            x=x, x2="end:Q", color=alt.Color("colour:N", scale=None, legend=None)
        ),
        alt.Chart(alt.InlineData(values=heads))
        .mark_text(align="left", baseline="bottom", color=LIGHT["muted"], fontSize=12, aria=False)
        .encode(x=alt.X("left:Q", scale=scale, axis=None), y=alt.value(-6), text="name:N"),
        alt.Chart(alt.InlineData(values=_spoken(evidence, columns, shown)))
        .mark_rule(color=LIGHT["muted"], opacity=0)
        .encode(y=y, description="say:N", tooltip="say:N")
        .properties(name=READOUT),
    ]
    chart = alt.LayerChart(layer=layers, height=ROW_HEIGHT * len(shown))
    return themed(chart, title, _words(evidence, columns, shown), _caption(evidence, len(shown)))


def _columns(evidence: Evidence) -> Columns:
    """Head of each column -> value of each word."""
    columns: Columns = {}
    if evidence.attention is not None:
        columns["attention"] = evidence.attention.weights.mean(axis=0)
    columns["gradients"] = evidence.integrated.by_place()
    columns["left out"] = evidence.occlusion.by_place()
    return columns


def _shown(columns: Columns, count: int) -> list[int]:
    """Places of the words that are drawn."""
    if count <= MOST_WORDS:
        return list(range(count))
    sizes = np.zeros(count)
    for values in columns.values():
        sizes = np.maximum(sizes, np.abs(values) / max(float(np.abs(values).max()), 1e-12))
    return sorted(np.argsort(-sizes, kind="stable")[:MOST_WORDS].tolist())


def _rows(columns: Columns, shown: list[int]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The bars, and the head and line of each column."""
    bars, heads = [], []
    for order, (name, values) in enumerate(columns.items()):
        left = order * (1 + GAP)
        low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
        width = (high - low) or 1.0
        zero = left - low / width
        heads.append({"name": name, "left": left, "zero": zero})
        for row, place in enumerate(shown):
            value = float(values[place])
            bars.append(
                {
                    "row": row,
                    "begin": zero,
                    "end": zero + value / width,
                    "colour": LIGHT["bar" if name == "attention" else "model" if value >= 0 else "first"],
                }
            )
    return bars, heads


def _spoken(evidence: Evidence, columns: Columns, shown: list[int]) -> list[dict[str, Any]]:
    rows = []
    for row, place in enumerate(shown):
        parts = [f"{name} {number(float(values[place]), 2)}" for name, values in columns.items()]
        rows.append({"row": row, "say": " | ".join([evidence.integrated.places[place], *parts])})
    return rows


def _words(evidence: Evidence, columns: Columns, shown: list[int]) -> str:
    """The three strongest words by each method."""
    parts = []
    for name, values in columns.items():
        best = sorted(shown, key=lambda place: -abs(values[place]))[:3]
        told = ", ".join(
            f'"{evidence.integrated.places[place]}" {number(float(values[place]), 2)}' for place in best
        )
        parts.append(f"{name}: {told}")
    return f"{evidence.integrated.output}. Strongest words by {'; by '.join(parts)}."


def _caption(evidence: Evidence, shown: int) -> str:
    own, total = evidence.integrated, len(evidence.integrated.places)
    text = (
        f"{own.output[:1].upper()}{own.output[1:]} is {number(own.output_value)}. Bars to the right push it up, to the "
        "left down; each column is scaled to its own largest bar. Gradients: integrated gradients, which add up to the "
        f"difference from {own.baseline} ({number(own.baseline_value)}), here to within {number(abs(own.gap), 1)}. "
        f"Left out: {evidence.occlusion.baseline}."
    )
    if own.unresolved > 1e-3:
        text += (
            f" The output jumps on the way: {number(own.unresolved, 2)} of the difference cannot be told apart and "
            "was shared out by size."
        )
    return f"{text} The {shown} strongest of {total} words." if shown < total else text
