"""The axis along a sequence: words, time stamps or step numbers; and the marks at which a step is read out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hiddenstate.plots.drawing import READOUT
from hiddenstate.plots.numerals import label_expression, whole_ticks
from hiddenstate.plots.theme import LIGHT

if TYPE_CHECKING:
    import altair as alt

MOST_LABELS = 60
"""Up to so many steps each has its label; of more only some evenly spaced ones."""
SPARSE_LABELS = 6
LONGEST_LABEL = 16
BAR = "¦"
"""What is shown for "|", which parts what is read out."""


def step_axis(labels: Sequence[str], *, title: str | None = None) -> alt.X:
    """Steps 0, 1, ... as a quantitative axis, each as wide as 1 and centred on its number."""
    import altair as alt

    count = len(labels)
    numbered = list(labels) == [str(step + 1) for step in range(count)]
    crowded = count > MOST_LABELS
    shown = list(range(count))
    if numbered:
        shown = [tick - 1 for tick in whole_ticks(1, max(count, 1), most=12)]
    elif crowded:
        shown = sorted({round(place * (count - 1) / (SPARSE_LABELS - 1)) for place in range(SPARSE_LABELS)})
    letters = all(len(label) <= 1 for label in labels)
    angled = not numbered and not crowded and not letters
    axis: dict[str, Any] = {
        "values": shown,
        "labelExpr": label_expression({step: shortened(labels[step]) for step in shown}) if shown else "''",
        "labelOverlap": "greedy",
        "domain": False,
        "title": title if title is not None else ("step" if numbered else None),
    }
    if angled:
        # Upright words never lie on each other at an angle, so none is left out without need.
        axis |= {"labelAngle": -90, "labelColor": LIGHT["ink"], "labelSeparation": 0, "labelPadding": 4}
    scale = alt.Scale(domain=[-0.5, max(count, 1) - 0.5], nice=False, zero=False)
    return alt.X("step:Q", scale=scale, axis=alt.Axis(**axis))


def readout(labels: Sequence[str], said: Sequence[str], x: alt.X) -> alt.Chart:
    """One unseen rule for each step that carries what is said of it; the page shows it on demand."""
    import altair as alt

    rows = [
        {"step": step, "say": f"{label.replace('|', BAR)} | {text}"}
        for step, (label, text) in enumerate(zip(labels, said, strict=True))
    ]
    rules = alt.Chart(alt.InlineData(values=rows)).mark_rule(color=LIGHT["ink"], opacity=0)
    named: alt.Chart = rules.encode(x=x, description="say:N", tooltip="say:N").properties(name=READOUT)
    return named


def shortened(label: str) -> str:
    """A label that leaves room for others.

    >>> shortened("internationalisation")
    'internationalis…'
    """
    label = label.replace("|", BAR)
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
