"""Confusion matrix: which classes the texts of each class are taken for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.errors import ShapeError
from hiddenstate.plots.drawing import READOUT
from hiddenstate.plots.numerals import label_expression
from hiddenstate.plots.theme import HEAT, LIGHT, ON_HEAT, nothing_to_draw, themed

if TYPE_CHECKING:
    import altair as alt

TITLE = "Confusion matrix"
MOST_CLASSES = 12
"""Classes that one matrix shows; of more, those that are confused most."""
CELL_HEIGHT = 44
STEPS: tuple[tuple[float, str], ...] = (
    (0.0, "under 2 %"),
    (0.02, "2 to 10 %"),
    (0.10, "10 to 25 %"),
    (0.25, "25 to 50 %"),
    (0.50, "50 % and more"),
)
"""Shares of a row from which each colour stands, and its name in the legend."""
NONE, NEVER_SEEN = "none of these", "never seen"

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Confusion:
    """A confusion matrix ready to be shown."""

    counts: Counts
    """(k, k) texts: truth down, answers across."""
    truths: tuple[str, ...]
    answers: tuple[str, ...]

    @property
    def shares(self) -> NDArray[np.float64]:
        """(k, k) of the texts of each truth, the share that got each answer."""
        totals = self.counts.sum(axis=1, keepdims=True)
        return np.asarray(self.counts / np.maximum(totals, 1))

    def errors(self) -> Counts:
        """The counts without the right answers."""
        wrong = self.counts.copy()
        np.fill_diagonal(wrong, 0)
        return wrong

    def most_confused(self, most: int) -> list[int]:
        """The classes with the most errors, as truth or as answer, in their own order."""
        wrong = self.errors()
        errors = wrong.sum(axis=0) + wrong.sum(axis=1)
        return sorted(np.argsort(-errors, kind="stable")[:most].tolist())


def confusion_of(labels: Sequence[str], counts: Counts) -> Confusion:
    """Names for rows and columns.

    counts: (k, k), or (k + 1, k + 1) whose last row holds labels never seen in training and whose last
    column holds "none of these"; these two are left out where they are empty. Raises `ShapeError`.
    """
    k = len(labels)
    if np.shape(counts) not in ((k, k), (k + 1, k + 1)):
        raise ShapeError(f"confusion: expected counts of {k} labels, got {np.shape(counts)}.")
    if counts.shape[0] == k + 1 and not counts[k].any() and not counts[:, k].any():
        counts = counts[:k, :k]
    extra = counts.shape[0] > k
    return Confusion(
        counts, (*labels, *([NEVER_SEEN] if extra else [])), (*labels, *([NONE] if extra else []))
    )


def confusion_matrix(labels: Sequence[str], counts: Counts, *, most: int = MOST_CLASSES) -> alt.LayerChart:
    """Draw the counts, coloured by their share of the row; of more than `most` classes the most confused.

    labels: the names of k classes; counts: as `tasks.classification_metrics.confusion` gives them, truth
    down and answers across. Raises `ShapeError` where they do not fit.
    """
    confusion = confusion_of(labels, counts)
    if not counts.sum():
        return nothing_to_draw(TITLE, "No text with a known label was answered.")
    size = len(confusion.truths)
    shown = list(range(size)) if size <= most else confusion.most_confused(most)
    title = TITLE if size <= most else f"The {most} classes that are confused most"
    words = _words(confusion, len(shown))
    return themed(_draw(confusion, shown), title, words)


def _draw(confusion: Confusion, shown: list[int]) -> alt.LayerChart:
    import altair as alt

    k = len(shown)
    scale = alt.Scale(domain=[0, k], nice=False)
    down = alt.Scale(domain=[0, k], nice=False, reverse=True)
    middles = [place + 0.5 for place in range(k)]
    # Long names: upright above a matrix of few columns, slanted where they would meet.
    answers = label_expression(
        {middle: confusion.answers[n] for middle, n in zip(middles, shown, strict=True)}
    )
    truths = label_expression({middle: confusion.truths[n] for middle, n in zip(middles, shown, strict=True)})
    longest = max(len(confusion.answers[number]) for number in shown)
    x_axis = alt.Axis(
        orient="top",
        values=middles,
        labelExpr=answers,
        labelAngle=0 if k * longest <= 30 else -40,
        labelAlign="center" if k * longest <= 30 else "left",
        labelLimit=110,
        labelOverlap=False,
        domain=False,
        labelColor=LIGHT["ink"],
        titlePadding=8,
    )
    y_axis = alt.Axis(
        values=middles,
        labelExpr=truths,
        labelLimit=110,
        labelOverlap=False,
        grid=False,
        labelColor=LIGHT["ink"],
        titleY=-24,
    )
    x = alt.X("left:Q", scale=scale, axis=x_axis, title="answer")
    y = alt.Y("top:Q", scale=down, axis=y_axis, title="truth")
    cells = alt.Chart(alt.InlineData(values=_rows(confusion, shown)), height=CELL_HEIGHT * k)
    box = cells.encode(x=x, x2="right:Q", y=y, y2="bottom:Q")
    names = [name for _, name in STEPS]
    colours = alt.Scale(domain=names, range=[LIGHT[name] for name in HEAT[1:]])
    legend = alt.Legend(symbolType="square", symbolStrokeWidth=0)
    filled = (
        box.transform_filter("datum.count > 0")
        .mark_rect(aria=False, cornerRadius=2)
        .encode(color=alt.Color("step:N", scale=colours, legend=legend))
    )
    middle = cells.encode(
        x=alt.X("centre:Q", scale=scale),
        y=alt.Y("middle:Q", scale=down),
        color=alt.Color("ink:N", scale=None),
    )
    # Where a cell is narrow, on a phone, the share is left out: colour and read-out still say it.
    narrow = f"width / {k} < 46"
    count = middle.mark_text(
        aria=False,
        fontWeight=600,
        fontSize=alt.ExprRef(f"{narrow} ? 10 : 13"),
        dy=alt.ExprRef(f"{narrow} ? 0 : -7"),
    ).encode(text="text:N")
    share = middle.mark_text(aria=False, fontSize=11, dy=9, opacity=alt.ExprRef(f"{narrow} ? 0 : 1")).encode(
        text="share:N"
    )
    read = (
        box.transform_filter("datum.count > 0")
        .mark_rect(fill="transparent", stroke=LIGHT["ink"], strokeWidth=2, opacity=0, cornerRadius=2)
        .encode(description="say:N", tooltip="say:N")
        .properties(name=READOUT)
    )
    return alt.LayerChart(layer=[filled, count, share, read])


def _rows(confusion: Confusion, shown: list[int]) -> list[dict[str, Any]]:
    """One row per cell."""
    gap = 0.02
    rows = []
    for down, truth in enumerate(shown):
        for across, answer in enumerate(shown):
            count, share = int(confusion.counts[truth, answer]), float(confusion.shares[truth, answer])
            step = max(place for place, (least, _) in enumerate(STEPS) if share >= least)
            percent = f"{100 * share:.0f} %" if share >= 0.01 else "< 1 %"
            names = f"truth {confusion.truths[truth]} | answer {confusion.answers[answer]}"
            rows.append(
                {
                    "left": across + gap,
                    "right": across + 1 - gap,
                    "top": down + gap,
                    "bottom": down + 1 - gap,
                    "centre": across + 0.5,
                    "middle": down + 0.5,
                    "count": count,
                    "text": f"{count:,}" if count else "",
                    "share": percent if count else "",
                    "step": STEPS[step][1],
                    "ink": LIGHT[ON_HEAT[step + 1]],
                    "say": f"{names} | {count:,} texts, {percent} of this truth",
                }
            )
    return rows


def _words(confusion: Confusion, shown: int) -> str:
    """How much is right, and what is confused most."""
    right, total = int(np.trace(confusion.counts)), int(confusion.counts.sum())
    text = f"{right:,} of {total:,} texts are answered right (the diagonal)."
    wrong = confusion.errors()
    if wrong.any():
        truth, answer = np.unravel_index(int(wrong.argmax()), wrong.shape)
        text += (
            f" The most frequent error: {confusion.truths[truth]} taken for {confusion.answers[answer]}, "
            f"{wrong[truth, answer]:,} times."
        )
    text += " Colour and percentage: the share of the row, that is of all texts with that truth."
    if shown < len(confusion.truths):
        text += f" Answers outside the {shown} classes are counted in the shares and not shown."
    return text
