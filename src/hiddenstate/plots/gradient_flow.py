"""Gradient flow: how much of the gradient is left k steps before the last one, on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from hiddenstate.plots.lines import Frame, Line, draw_lines
from hiddenstate.plots.numerals import number
from hiddenstate.plots.theme import nothing_to_draw, themed
from hiddenstate.records import GradientFlow

if TYPE_CHECKING:
    import altair as alt

TITLE = "How far the gradient reaches back"
LOWEST = 1e-12
"""The axis ends here: less is nothing."""
MOST_POINTS = 200


def gradient_flow(
    flows: Sequence[GradientFlow], *, state: str | None = None, title: str = TITLE
) -> alt.LayerChart:
    """Draw the norm of d loss / d state against the distance k from the last step, relative to k = 1.

    One line for each flow, of the state that carries (C for an LSTM), or of `state`: "h" is what all cells have.
    Layers of one name, before and after training, share a colour; the first of them is dashed. The caption says
    cell, state and weights of each.
    """
    drawn = [flow for flow in flows if np.isfinite(flow.relative(state)).any()]
    if not drawn:
        return nothing_to_draw(title, "No gradient reaches a step before the last one.")
    names = list(dict.fromkeys(flow.name for flow in drawn))
    several = len({flow.weights for flow in drawn}) > 1
    first = drawn[0].weights
    lines = [
        Line(
            f"{flow.name}, {flow.weights}" if several else flow.name,
            _thinned(flow, state),
            colour=names.index(flow.name),
            dash=(1 if flow.weights == first else 0) if several else names.index(flow.name),
        )
        for flow in drawn
    ]
    highest = max(1.0, *(flow.growth(state) for flow in drawn))
    lowest = min(min((v for v in line.values.values() if v > 0), default=1.0) for line in lines)
    frame = Frame(
        x="k: steps before the last one",
        y=f"norm of d loss / d {state or 'state'}, as a share of that at k = 1",
        x_name="k = {}",
        log=True,
        bounds=(
            10.0 ** math.floor(math.log10(max(LOWEST, min(lowest, 1e-3)))),
            10.0 ** math.ceil(math.log10(highest)),
        ),
        guides=((1e-3, "a thousandth is left"),),
        write=lambda value: number(value, 2),
    )
    return themed(draw_lines(lines, frame), title, _words(drawn, state))


def _thinned(flow: GradientFlow, state: str | None) -> dict[float, float]:
    """K -> share; long ones by every n-th step."""
    relative = flow.relative(state)
    every = -(-len(relative) // MOST_POINTS)
    return {float(k + 1): float(relative[k]) for k in range(0, len(relative), every)}


def _words(flows: Sequence[GradientFlow], state: str | None) -> str:
    """Cell, state and weights of each line, and how far it reaches."""
    parts = []
    for flow in flows:
        facts = ", ".join(part for part in (flow.weights, flow.start) if part)
        parts.append(
            f"{flow.name} ({flow.cell}, state {state or flow.carrier}; {facts}): {fate_in_words(flow, state)}"
        )
    entering = "; only what enters at the last step is followed" if flows[0].entering == "last" else ""
    over = "Norm" if (count := flows[0].sequences) == 1 else f"Mean over {count} sequences of the norm"
    return f"{over} of d loss / d {state or 'state'}{entering}. " + ". ".join(parts) + "."


def fate_in_words(flow: GradientFlow, state: str | None = None) -> str:
    """What becomes of the gradient along the state that carries, or along `state`, in a few words."""
    fate = flow.fate_along(state)
    if fate == "unknown":
        return "no gradient to compare"
    if fate == "explodes":
        return f"explodes, up to {number(flow.growth(state), 2)} times as large"
    if fate == "vanishes":
        return f"vanishes, a thousandth is left after {flow.reach(state=state)} steps"
    left = 100 * float(flow.relative(state)[-1])
    return f"carries, {number(left, 2)} % is left after {flow.distance} steps"
