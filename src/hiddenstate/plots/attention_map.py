"""Attention of one example: where the model looked, which is not what its answer rests on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hiddenstate.plots.heat import heat
from hiddenstate.plots.numerals import number
from hiddenstate.plots.theme import nothing_to_draw, themed
from hiddenstate.records import AttentionMap
from hiddenstate.records.attention import NOT_IMPORTANCE

if TYPE_CHECKING:
    import altair as alt

TITLE = "Where the model looked"


def attention_map(attention: AttentionMap, *, title: str = TITLE) -> alt.LayerChart:
    """Draw shares of attention: what was looked at from left to right, what asked from top to bottom."""
    if not len(attention.sources) or not len(attention.targets):
        return nothing_to_draw(title, "There was nothing to look at.")
    words = attention.kind == "tokens"
    chart = heat(attention.weights, attention.targets, attention.sources, axis=attention.kind, slanted=words)
    return themed(chart, title, f"{_most(attention)} {caption(attention)}", caption(attention))


def caption(attention: AttentionMap) -> str:
    """That attention is not importance, with the number that says how far they agree here."""
    if attention.agreement is None:
        return f"{NOT_IMPORTANCE} Their agreement was not measured."
    if math.isnan(attention.agreement):
        return f"{NOT_IMPORTANCE} Too few {attention.kind}, or all alike: their agreement cannot be measured."
    return (
        f"{NOT_IMPORTANCE} Rank correlation with the effect of leaving each of the {attention.kind} out: "
        f"{attention.agreement:.2f} (1: the same order, 0: none)."
    )


def _most(attention: AttentionMap) -> str:
    """The largest share of each of the first few rows."""
    parts = []
    for row in range(min(len(attention.targets), 5)):
        at = int(np.argmax(attention.weights[row]))
        asked = f'"{attention.targets[row]}" looked at ' if attention.targets[row] else "Most attention: "
        parts.append(f'{asked}"{attention.sources[at]}" ({number(float(attention.weights[row, at]), 2)})')
    return "; ".join(parts) + "."
