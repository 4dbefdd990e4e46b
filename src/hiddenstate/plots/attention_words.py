"""Attention on words: the words of a text, coloured by how much the network looked at them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hiddenstate.plots.confusion_matrix import NEVER_SEEN, NONE
from hiddenstate.plots.sections import prose
from hiddenstate.plots.theme import HEAT, LIGHT, ON_HEAT
from hiddenstate.records import Classification

if TYPE_CHECKING:
    import rich.console
    import rich.text

TITLE = "Where the network looked"
CAPTION = (
    "The stronger the colour of a word, the larger its share of the attention. "
    "Attention says where the network looked; it is no proof that a word decided the answer."
)
LONGEST = 80
"""Tokens that are shown of a text: those around the most attention."""
EVEN = 3.0
"""A word at this many times an even share has the strongest colour, unless another has more."""
FAINT = 0.1
"""Part of the strongest below which a word has no colour."""
NAMED = 3
STRONG = 4
"""Colour from which a word is bold in the terminal."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Piece:
    """A stretch of the user's text."""

    text: str
    weight: float | None = None
    """Its share of the attention; None for what the network did not read: spaces, words taken out."""


@dataclass(frozen=True)
class ReadText:
    """A text with the attention on its words, and what was answered."""

    pieces: tuple[Piece, ...]
    answer: str
    probability: float
    """Of the answer; NaN where there is none."""
    truth: str | None = None
    """None where it is not known."""
    right: bool | None = None

    def strongest(self) -> list[Piece]:
        """The words with the most attention, those with less than a hundredth left out."""
        words = [piece for piece in self.pieces if (piece.weight or 0.0) >= 0.01]
        return sorted(words, key=lambda piece: -(piece.weight or 0.0))[:NAMED]

    def html(self) -> str:
        """The answer, the words on their colours, and the strongest ones in figures."""
        words = "".join(
            f'<span class="heat-{level}" title="{_percent(piece)} of the attention">{escape(piece.text)}</span>'
            if (level := _level(piece, self._full())) and piece.weight is not None
            else escape(piece.text)
            for piece in self._shown()
        )
        sure = "" if np.isnan(self.probability) else f", {100 * self.probability:.1f}&nbsp;% sure"
        truth = "" if self.truth is None or self.right else f"; truth <b>{escape(self.truth)}</b>"
        mark = {True: "right: ", False: "wrong: ", None: ""}[self.right]
        named = ", ".join(f"<bdi>{escape(piece.text)}</bdi> {_percent(piece)}" for piece in self.strongest())
        most = f'<p class="most">most attention: {named}</p>' if named else ""
        return (
            f"<li><p>{mark}<b>{escape(self.answer)}</b>{sure}{truth}</p>"
            f'<p dir="auto" class="words">{words}</p>{most}</li>'
        )

    def terminal(self) -> rich.text.Text:
        """The words on their colours for `rich` to print; without colours the plain text."""
        from rich.text import Text

        drawn = Text()
        for piece in self._shown():
            level = _level(piece, self._full())
            # Bold as well: a terminal of few colours cannot tell the shades apart.
            bold = "bold " if level >= STRONG else ""
            style = f"{bold}{LIGHT[ON_HEAT[level]]} on {LIGHT[HEAT[level]]}" if level else ""
            # A text may hold escape sequences; a terminal must not obey them.
            drawn.append(_CONTROL.sub(" ", piece.text), style)
        return drawn

    def _full(self) -> float:
        """The weight of the strongest colour: the strongest word's, if that is well above an even share."""
        weights = [piece.weight for piece in self.pieces if piece.weight is not None]
        return max(max(weights, default=0.0), min(1.0, EVEN / max(len(weights), 1)))

    def _shown(self) -> list[Piece]:
        """All pieces, or of a long text those around the most attention."""
        places = [place for place, piece in enumerate(self.pieces) if piece.weight is not None]
        if len(places) <= LONGEST:
            return list(self.pieces)
        weights = np.cumsum([0.0, *(self.pieces[place].weight or 0.0 for place in places)])
        begin = int(np.argmax(weights[LONGEST:] - weights[:-LONGEST]))
        end = begin + LONGEST - 1
        middle = list(self.pieces[places[begin] : places[end] + 1])
        before = [Piece("… ")] if begin else []
        return [*before, *middle, *([Piece(" …")] if end < len(places) - 1 else [])]


@dataclass(frozen=True)
class AttentionWords:
    """Texts with the attention on their words, as a section of a page."""

    texts: Sequence[ReadText]
    title: str = TITLE
    caption: str = CAPTION

    def html(self) -> str:
        """A list of texts; colours follow the reader's theme."""
        items = "".join(text.html() for text in self.texts)
        body = f"<ul>{items}</ul>" if items else "<p>There is no text to show.</p>"
        caption = f'<p class="caption">{prose(self.caption)}</p>' if items and self.caption else ""
        return f'<section class="part quotes"><h2>{escape(self.title)}</h2>{body}{caption}</section>'

    def terminal(self) -> rich.console.Group:
        """The texts for `rich` to print, one below the other."""
        from rich.console import Group

        return Group(*(text.terminal() for text in self.texts))


def read_text(result: Classification, row: int) -> ReadText:
    """Text number `row` with its attention and its answer."""
    answer, truth, right = _answers(result)
    return ReadText(
        pieces(result.texts[row], result.tokens[row], result.weights[row]),
        answer[row],
        float(_confidence(result)[row]),
        None if truth is None else truth[row],
        None if right is None else bool(right[row]),
    )


def attention_words(result: Classification, *, each: int = 3, title: str = TITLE) -> AttentionWords:
    """`each` texts that were answered right and as many wrong ones, from the surest to the least sure.

    They are chosen by confidence alone, never by how convincing their attention looks; the wrong ones come
    first. Where the truth is not known they are chosen from all texts.
    """
    if not len(result.texts):
        return AttentionWords((), title)
    confidence, (_, _, right) = _confidence(result), _answers(result)
    read = np.array([len(tokens) > 1 for tokens in result.tokens])
    groups = [read] if right is None else [read & ~right, read & right]
    rows = [row for group in groups for row in _spread(np.flatnonzero(group), confidence, each)]
    return AttentionWords(tuple(read_text(result, row) for row in rows), title)


def pieces(text: str, tokens: Sequence[str], weights: NDArray[np.float32]) -> tuple[Piece, ...]:
    """The whole text, cut at its tokens; tokens stand in it in their order.

    >>> [piece.text for piece in pieces("Don't go!", ["Do", "n't", "go", "!"], np.full(4, 0.25))]
    ['Do', "n't", ' ', 'go', '!']
    """
    # Where words were taken out, "no" must be found as a word and not inside "now".
    whole = "".join(text.split()).startswith("".join("".join(tokens).split()))
    result, at = [], 0
    for token, weight in zip(tokens, weights, strict=True):
        begin = text.find(token, at)
        if not whole and (found := re.compile(rf"(?<!\w){re.escape(token)}(?!\w)").search(text, at)):
            begin = found.start()
        if begin < 0:
            continue
        if begin > at:
            result.append(Piece(text[at:begin]))
        result.append(Piece(token, float(weight)))
        at = begin + len(token)
    return (*result, Piece(text[at:])) if at < len(text) else tuple(result)


def _spread(rows: NDArray[np.int64], confidence: NDArray[np.float64], count: int) -> list[int]:
    """`count` of the rows, evenly spaced from the surest to the least sure."""
    ordered = rows[np.argsort(-confidence[rows], kind="stable")]
    if len(ordered) <= count:
        return [int(row) for row in ordered]
    places = np.linspace(0, len(ordered) - 1, count).round().astype(int)
    return [int(row) for row in ordered[places]]


def _confidence(result: Classification) -> NDArray[np.float64]:
    """(n,) probability of the answer; of several labels the mean of each answer's."""
    if result.multi_label:
        return np.asarray(np.maximum(result.probabilities, 1.0 - result.probabilities).mean(axis=1))
    return np.asarray(result.probabilities.max(axis=1))


def _answers(result: Classification) -> tuple[list[str], list[str] | None, NDArray[np.bool_] | None]:
    """(n) names of the answer, of the truth, and whether they are the same."""
    predicted = np.asarray(result.predicted)
    answers = [_named(result, row, NONE) for row in predicted]
    if result.truth is None:
        return answers, None, None
    truth = np.asarray(result.truth)
    right = truth == predicted
    names = [_named(result, row, f"a label {NEVER_SEEN} in training") for row in truth]
    return answers, names, right.all(axis=1) if result.multi_label else right


def _named(result: Classification, answer: NDArray[np.int64], without: str) -> str:
    if result.multi_label:
        return ", ".join(result.labels[column] for column in np.flatnonzero(answer)) or "no label"
    return result.labels[int(answer)] if answer >= 0 else without


def _level(piece: Piece, full: float) -> int:
    """Which colour of `HEAT`; 0 is none."""
    part = (piece.weight or 0.0) / full if full > 0 else 0.0
    return 0 if part < FAINT else min(len(HEAT) - 1, int(np.ceil(part * (len(HEAT) - 1))))


def _percent(piece: Piece) -> str:
    share = 100 * (piece.weight or 0.0)
    return f"{share:.0f}\N{NO-BREAK SPACE}%" if share >= 1 else "under 1\N{NO-BREAK SPACE}%"
