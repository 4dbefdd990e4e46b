"""Reliability curve: how often answers are right, against how sure the model was of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hiddenstate.plots.drawing import READOUT
from hiddenstate.plots.theme import LIGHT, nothing_to_draw, themed
from hiddenstate.records import ReliabilityBin

if TYPE_CHECKING:
    import altair as alt

TITLE = "Do the probabilities hold what they promise?"
HEIGHT, COUNT_HEIGHT = 230, 46
NORMAL_95 = 1.96
FEW = 10
"""Answers below which a bin is drawn small and without the line."""


def reliability_curve(bins: Sequence[ReliabilityBin]) -> alt.VConcatChart | alt.LayerChart:
    """Draw accuracy by confidence with its 95 % interval, the diagonal that it should follow, and the counts.

    The bins are those of `tasks.classification_metrics.reliability`; empty ones are not drawn.
    """
    import altair as alt

    filled = [part for part in bins if part.count]
    if not filled:
        return nothing_to_draw(TITLE, "Nothing with a known label was answered with a probability.")
    scale = alt.Scale(domain=[100 * filled[0].low, 100], nice=False)
    marks = alt.Axis(tickCount=5, ticks=True)
    unlabelled = alt.X(
        "confidence:Q", title=None, scale=scale, axis=alt.Axis(tickCount=5, ticks=True, labels=False)
    )
    upper = _curve(filled, unlabelled)
    counts = alt.Chart(
        alt.InlineData(values=[{"low": 100 * p.low, "high": 100 * p.high, "count": p.count} for p in filled]),
        height=COUNT_HEIGHT,
    )
    bars = counts.mark_bar(color=LIGHT["bar"], aria=False, binSpacing=1).encode(
        x=alt.X("low:Q", bin="binned", scale=scale, axis=marks, title="probability of the answer (%)"),
        x2="high:Q",
        y=alt.Y(
            "count:Q", title="answers", axis=alt.Axis(tickCount=2, format=",d"), scale=alt.Scale(zero=True)
        ),
    )
    chart = alt.vconcat(upper, bars, bounds="flush", spacing=44)
    return themed(
        chart,
        TITLE,
        _words(filled),
        _words(filled) + f" Dashed: as it should be. Small dots: fewer than {FEW} answers.",
    )


def _curve(filled: Sequence[ReliabilityBin], x: alt.X) -> alt.LayerChart:
    import altair as alt

    percent = alt.Scale(domain=[0, 100], nice=False)
    y = alt.Y("accuracy:Q", title="right answers (%)", scale=percent, axis=alt.Axis(tickCount=5))
    first = 100 * filled[0].low
    ends: list[dict[str, float]] = [
        {"confidence": first, "accuracy": first},
        {"confidence": 100, "accuracy": 100},
    ]
    ideal = (
        alt.Chart(alt.InlineData(values=ends), height=HEIGHT)
        .mark_line(color=LIGHT["muted"], strokeDash=[5, 3], strokeWidth=1.5, aria=False)
        .encode(x=x, y=y)
    )
    chart = alt.Chart(alt.InlineData(values=[_row(part) for part in filled])).encode(x=x)
    spread = chart.mark_rule(color=LIGHT["band_inner"], strokeWidth=5, strokeCap="round", aria=False).encode(
        y=alt.Y("low:Q", scale=percent), y2="high:Q"
    )
    # The line leaves out bins of few answers: between them it would swing by chance.
    line = chart.transform_filter(f"datum.count >= {FEW}").mark_line(
        color=LIGHT["model"], strokeWidth=2.25, aria=False
    )
    dots = chart.mark_point(color=LIGHT["model"], filled=True, opacity=1, aria=False).encode(
        y=y, size=alt.condition(f"datum.count >= {FEW}", alt.value(64), alt.value(18))
    )
    read = (
        chart.mark_rule(color=LIGHT["muted"], opacity=0)
        .encode(description="say:N", tooltip="say:N")
        .properties(name=READOUT)
    )
    return alt.LayerChart(layer=[ideal, spread, line.encode(y=y), dots, read])


def _row(part: ReliabilityBin) -> dict[str, Any]:
    low, high = wilson(part.accuracy, part.count)
    say = (
        f"{100 * part.low:.0f} to {100 * part.high:.0f} % sure | {100 * part.accuracy:.1f} % right | "
        f"{part.count:,} answers, on average {100 * part.confidence:.1f} % sure"
    )
    return {
        "confidence": 100 * part.confidence,
        "accuracy": 100 * part.accuracy,
        "low": 100 * low,
        "high": 100 * high,
        "count": part.count,
        "say": say,
    }


def wilson(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share of `count` answers.

    Source: Wilson (1927), "Probable inference, the law of succession, and statistical inference".

    >>> tuple(round(bound, 3) for bound in wilson(0.9, 50))
    (0.786, 0.957)
    """
    square = NORMAL_95**2 / count
    centre = (share + square / 2) / (1 + square)
    half = math.sqrt(share * (1 - share) * square + square**2 / 4) / (1 + square)
    return max(0.0, centre - half), min(1.0, centre + half)


def _words(filled: Sequence[ReliabilityBin]) -> str:
    total = sum(part.count for part in filled)
    error = sum(part.count * abs(part.accuracy - part.confidence) for part in filled) / total
    sure = sum(part.count * part.confidence for part in filled) / total
    right = sum(part.count * part.accuracy for part in filled) / total
    lean = "too sure" if sure > right else "not sure enough"
    text = (
        f"On average the answers are {100 * sure:.1f} % sure, and {100 * right:.1f} % of {total:,} are right"
    )
    text += f": {lean}." if abs(sure - right) >= 0.02 else "."
    return f"{text} Expected calibration error (ECE): {100 * error:.1f} %. Vertical bars: 95 % interval of each bin."
