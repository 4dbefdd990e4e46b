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
LOWEST, HIGHEST, USUAL = 44, 76, 230
"""Points: a row of the matrix at least and at most, and the height that few rows fill."""
NARROW = 46
"""Points of width below which a cell has room for its count alone."""
ROOM_LETTERS = 30
"""Letters of all answers together that stand level side by side, on a phone as well."""
LABEL_LIMIT = 110
STEPS: tuple[float, ...] = (0.0, 0.02, 0.10, 0.25, 0.50)
"""Shares of a row from which each colour stands."""
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


def confusion_matrix(
    labels: Sequence[str], counts: Counts, *, most: int = MOST_CLASSES, things: str = "texts"
) -> alt.LayerChart:
    """Draw the counts, coloured by their share of the row; of more than `most` classes the most confused.

    labels: the names of k classes; counts: as `tasks.classification_metrics.confusion` gives them, truth
    down and answers across; `things` is what was counted. Raises `ShapeError` where they do not fit.
    """
    confusion = confusion_of(labels, counts)
    if not counts.sum():
        return nothing_to_draw(TITLE, f"None of the {things} with a known label was answered.")
    size = len(confusion.truths)
    shown = list(range(size)) if size <= most else confusion.most_confused(most)
    title = TITLE if size <= most else f"The {most} classes that are confused most"
    words = _words(confusion, len(shown), things)
    return themed(_draw(confusion, shown, things), title, words)


def _draw(confusion: Confusion, shown: list[int], things: str) -> alt.LayerChart:
    import altair as alt

    k = len(shown)
    # Where a cell is narrow, on a phone, the share is left out: colour and read-out still say it.
    narrow = f"width / {k} < {NARROW}"
    (x, x_middle), (y, y_middle) = _across(confusion, shown, narrow), _down(confusion, shown)
    cells = alt.Chart(
        alt.InlineData(values=_rows(confusion, shown, things)),
        height=k * min(HIGHEST, max(LOWEST, USUAL // k)),
    )
    box = cells.encode(x=x, x2="right:Q", y=y, y2="bottom:Q")
    filled = (
        box.transform_filter("datum.count > 0")
        .mark_rect(aria=False, cornerRadius=2)
        .encode(color=alt.Color("colour:N", scale=None))
    )
    # The right answers have a frame, an empty one as well: the diagonal leads the eye.
    frame = box.transform_filter("datum.right_answer").mark_rect(
        fill="transparent", stroke=LIGHT["axis"], cornerRadius=2, aria=False
    )
    middle = cells.encode(x=x_middle, y=y_middle, color=alt.Color("ink:N", scale=None))
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
    return alt.LayerChart(layer=[filled, frame, count, share, read])


def _across(confusion: Confusion, shown: list[int], narrow: str) -> tuple[alt.X, alt.X]:
    """The answers: left edge and middle of a cell."""
    import altair as alt

    names = [confusion.answers[number] for number in shown]
    # Level where names have room, else slanted, and on a phone upright.
    level = len(names) * max(map(len, names)) <= ROOM_LETTERS
    angles: dict[str, Any] = {
        "labelAngle": alt.ExprRef(f"{narrow} ? -90 : -40"),
        "labelAlign": "left",
        "labelBaseline": "middle",
    }
    axis = alt.Axis(
        orient="top",
        labelLimit=LABEL_LIMIT,
        labelOverlap=False,
        labelColor=LIGHT["ink"],
        domain=False,
        titlePadding=8,
        **_labels(names),
        **({"labelAngle": 0, "labelAlign": "center"} if level else angles),
    )
    scale = alt.Scale(domain=[0, len(names)], nice=False)
    left, centre = (
        alt.X(f"{field}:Q", scale=scale, axis=axis, title="answer") for field in ("left", "centre")
    )
    return left, centre


def _down(confusion: Confusion, shown: list[int]) -> tuple[alt.Y, alt.Y]:
    """The truths: upper edge and middle of a cell."""
    import altair as alt

    axis = alt.Axis(
        labelLimit=LABEL_LIMIT,
        labelOverlap=False,
        labelColor=LIGHT["ink"],
        grid=False,
        titleY=-24,
        **_labels([confusion.truths[number] for number in shown]),
    )
    scale = alt.Scale(domain=[0, len(shown)], nice=False, reverse=True)
    upper, middle = (
        alt.Y(f"{field}:Q", scale=scale, axis=axis, title="truth") for field in ("top", "middle")
    )
    return upper, middle


def _labels(names: list[str]) -> dict[str, Any]:
    """The names in the middle of their cells: by place, since two labels may be cut to the same text."""
    places = [place + 0.5 for place in range(len(names))]
    return {"values": places, "labelExpr": label_expression(dict(zip(places, names, strict=True)))}


def _rows(confusion: Confusion, shown: list[int], things: str) -> list[dict[str, Any]]:
    """One row per cell."""
    gap = 0.02
    rows = []
    for down, truth in enumerate(shown):
        for across, answer in enumerate(shown):
            count, share = int(confusion.counts[truth, answer]), float(confusion.shares[truth, answer])
            step = max(place for place, least in enumerate(STEPS) if share >= least) + 1
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
                    "colour": LIGHT[HEAT[step]],
                    "ink": LIGHT[ON_HEAT[step]],
                    "right_answer": truth == answer,
                    "say": f"{names} | {count:,} {things}, {percent} of this truth",
                }
            )
    return rows


def _words(confusion: Confusion, shown: int, things: str) -> str:
    """How much is right, and what is confused most."""
    right, total = int(np.trace(confusion.counts)), int(confusion.counts.sum())
    text = f"{right:,} of {total:,} {things} are answered right (the diagonal)."
    wrong = confusion.errors()
    if wrong.any():
        truth, answer = np.unravel_index(int(wrong.argmax()), wrong.shape)
        text += (
            f" The most frequent error: {confusion.truths[truth]} taken for {confusion.answers[answer]}, "
            f"{wrong[truth, answer]:,} times."
        )
    text += f" Colour and percentage: the share of the row, that is of all {things} with that truth."
    if shown < len(confusion.truths):
        text += f" Answers outside the {shown} classes are counted in the shares and not shown."
    return text
