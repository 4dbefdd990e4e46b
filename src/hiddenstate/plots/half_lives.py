"""Half-lives: how far each unit of each layer carries, the farthest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hiddenstate.plots.drawing import READOUT
from hiddenstate.plots.numerals import number
from hiddenstate.plots.theme import BASELINE_COLOURS, LIGHT, nothing_to_draw, themed
from hiddenstate.records import LayerMemory, Memory

if TYPE_CHECKING:
    import altair as alt

TITLE = "How long the units remember"
HEIGHT = 240
SHORTEST, LONGEST = 0.1, 1e3
"""Steps: shorter and longer half-lives are drawn at the edge."""
TICKS = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000)
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


def half_lives(memory: Memory) -> alt.LayerChart:
    """Draw the half-life of every unit, ranked within its layer, on a logarithmic axis."""
    import altair as alt

    rows = [row for place, layer in enumerate(memory.layers) for row in _rows(place, layer)]
    if not rows:
        return nothing_to_draw(TITLE, "No step was measured, so no unit has a half-life.")
    names = list(dict.fromkeys(row["layer"] for row in rows))
    colours = [LIGHT["model"], *BASELINE_COLOURS]
    count = max(row["rank"] for row in rows)
    lives = [row["life"] for row in rows]
    x = alt.X(
        "rank:Q",
        title="units, the farthest first",
        scale=alt.Scale(domain=[0.5, count + 0.5], nice=False, zero=False),
        axis=alt.Axis(format="d", tickMinStep=1, tickCount=8),
    )
    y = alt.Y(
        "life:Q",
        title="half-life (steps)",
        scale=alt.Scale(type="log", domain=[min(*lives, 0.5), max(*lives, 2.0)], nice=True),
        axis=alt.Axis(values=list(TICKS), labelExpr="format(datum.value, ',~g')"),
    )
    legend = alt.Legend() if len(names) > 1 else None
    points = (
        alt.Chart(alt.InlineData(values=rows), height=HEIGHT)
        .mark_point(filled=True, size=44, opacity=1, aria=False)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "layer:N",
                legend=legend,
                scale=alt.Scale(
                    domain=names, range=[colours[place % len(colours)] for place in range(len(names))]
                ),
            ),
            shape=alt.Shape(
                "layer:N",
                legend=legend,
                scale=alt.Scale(
                    domain=names, range=[SHAPES[place % len(SHAPES)] for place in range(len(names))]
                ),
            ),
        )
    )
    read = (
        alt.Chart(alt.InlineData(values=_spoken(rows)))
        .mark_rule(color=LIGHT["muted"], opacity=0)
        .encode(x=x, description="say:N", tooltip="say:N")
        .properties(name=READOUT)
    )
    return themed(alt.LayerChart(layer=[points, read]), TITLE, _words(memory), _caption(memory))


def _rows(place: int, layer: LayerMemory) -> list[dict[str, Any]]:
    return [
        {
            "rank": rank + 1,
            "unit": int(unit),
            "layer": layer.name,
            "life": float(np.clip(layer.half_life[unit], SHORTEST, LONGEST)),
            "text": life_in_words(float(layer.half_life[unit])),
        }
        for rank, unit in enumerate(layer.carriers(len(layer.half_life)))
    ]


def life_in_words(life: float) -> str:
    """A half-life for people.

    >>> life_in_words(12.3), life_in_words(float("inf")), life_in_words(0.0)
    ('12.3', 'for ever', 'under 0.1')
    """
    if np.isinf(life):
        return "for ever"
    return f"under {SHORTEST}" if life < SHORTEST else number(life)


def _spoken(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_rank: dict[int, list[str]] = {}
    for row in rows:
        by_rank.setdefault(row["rank"], []).append(f"{row['layer']}, unit {row['unit']}: {row['text']} steps")
    return [{"rank": rank, "say": f"rank {rank} | {' | '.join(texts)}"} for rank, texts in by_rank.items()]


def _words(memory: Memory) -> str:
    parts = []
    for layer in memory.layers:
        best = layer.carriers(3)
        if not len(best):
            continue
        known = layer.half_life[np.isfinite(layer.kept)]
        far = ", ".join(f"unit {unit} ({life_in_words(float(layer.half_life[unit]))})" for unit in best)
        parts.append(
            f"{layer.name}: median {life_in_words(float(np.median(known)))} steps, the farthest {far}; "
            f"{int((known >= 10).sum())} of {len(known)} units carry 10 steps or more"
        )
    return f"Half-life in steps. {'; '.join(parts)}."


def _caption(memory: Memory) -> str:
    keepers = {layer.keeper for layer in memory.layers}
    text = "Steps until half of what a unit holds is lost, by the mean of its forget or update gate on these steps."
    if "∂h" in keepers:
        text = (
            "A plain RNN has no gate that keeps: drawn is how long a change of a unit's own state lasts in itself, "
            "by the mean of |∂h_t/∂h_(t-1)| on these steps."
        )
    return f"{_words(memory)} {text}"
