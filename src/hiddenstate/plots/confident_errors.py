"""The errors that the model was surest of: wrong labels in the data, or what it has not understood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from hiddenstate.plots.confusion_matrix import NEVER_SEEN
from hiddenstate.plots.sections import prose
from hiddenstate.records import Classification

TITLE = "Most confident errors"
CAPTION = "Worth a look: some may be labelled wrongly in the data, the others show what was not understood."
LONGEST = 280
"""Characters that are shown of a text."""


@dataclass(frozen=True)
class Mistake:
    """One wrong answer."""

    text: str
    truth: str
    answer: str
    probability: float
    """Of the answer."""


@dataclass(frozen=True)
class ConfidentErrors:
    """A list of wrong answers as a section of a page."""

    mistakes: Sequence[Mistake]
    title: str = TITLE
    caption: str = CAPTION
    half: bool = False
    """Half as wide as the page."""

    def html(self) -> str:
        """An ordered list: the text, what was answered and what is true."""
        items = "".join(
            f'<li><p dir="auto" class="quote">{escape(_shortened(mistake.text))}</p>'
            f"<p>answered <b>{escape(mistake.answer)}</b>, {100 * mistake.probability:.1f}&nbsp;% sure; "
            f"truth <b>{escape(mistake.truth)}</b></p></li>"
            for mistake in self.mistakes
        )
        body = f"<ol>{items}</ol>" if items else "<p>No answer was wrong.</p>"
        caption = f'<p class="caption">{prose(self.caption)}</p>' if items and self.caption else ""
        return (
            f'<section class="part quotes{" half" if self.half else ""}"><h2>{escape(self.title)}</h2>'
            f"{body}{caption}</section>"
        )


def confident_errors(result: Classification, *, most: int = 10, half: bool = False) -> ConfidentErrors:
    """The `most` wrong answers with the highest probability, the surest first; equal texts once.

    With several labels a text, each label is an answer of its own. "None of these" is no confident answer.
    Where the truth is not known, or the method has no probabilities, the list is empty and says so.
    """
    if result.truth is None or not result.has_probabilities:
        return ConfidentErrors((), caption="", half=half)
    found = _several(result) if result.multi_label else _single(result)
    mistakes: dict[tuple[str, str], Mistake] = {}
    for mistake in sorted(found, key=lambda mistake: -mistake.probability):
        mistakes.setdefault((mistake.text, mistake.answer), mistake)
        if len(mistakes) == most:
            break
    return ConfidentErrors(tuple(mistakes.values()), half=half)


def _single(result: Classification) -> Iterator[Mistake]:
    truth, predicted = (np.asarray(part, dtype=np.int64) for part in (result.truth, result.predicted))
    for row in np.flatnonzero((truth != predicted) & (predicted >= 0)).tolist():
        answer = int(predicted[row])
        name = result.labels[truth[row]] if truth[row] >= 0 else f"a label {NEVER_SEEN} in training"
        yield Mistake(
            result.texts[row], name, result.labels[answer], float(result.probabilities[row, answer])
        )


def _several(result: Classification) -> Iterator[Mistake]:
    truth, predicted = np.asarray(result.truth, dtype=bool), np.asarray(result.predicted, dtype=bool)
    for row, column in np.argwhere(truth != predicted).tolist():
        label, share = result.labels[column], float(result.probabilities[row, column])
        names = (f"not {label}", label) if truth[row, column] else (label, f"not {label}")
        yield Mistake(result.texts[row], names[1], names[0], 1.0 - share if truth[row, column] else share)


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[:LONGEST].rstrip() + " …"
