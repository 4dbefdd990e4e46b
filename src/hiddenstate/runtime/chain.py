"""The best tags of a sentence and how sure each one is, from a network's scores; NumPy in float64, no torch.

The equations are those of `hiddenstate.layers.crf`, which a test holds them to.
"""

from collections.abc import Mapping
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Lengths = NDArray[np.int64]
TINY = np.finfo(np.float64).tiny
FORBIDDEN = -1e4
"""Score of a step that must not be taken, as in `hiddenstate.layers.crf`."""


@final
class Chain:
    """Scores of the steps between K tags: from tag to tag, of beginning and of ending with each.

    >>> chain = Chain(np.zeros((2, 2)), np.array([0.0, FORBIDDEN]), np.zeros(2))
    >>> chain.best(np.array([[[0.0, 1.0], [0.0, 2.0]]]), np.array([2])).tolist()
    [[0, 1]]
    """

    def __init__(self, transitions: Floats, start: Floats, end: Floats) -> None:
        """`transitions`: (K, K) from the tag of the row to that of the column; `start`, `end`: (K,)."""
        self.transitions = transitions
        self.start = start
        self.end = end

    @classmethod
    def from_facts(cls, steps: Mapping[str, Any]) -> Self:
        """Of one network, as a program's facts hold them."""
        return cls(*(np.asarray(steps[name], np.float64) for name in ("transitions", "start", "end")))

    def free(self) -> "Chain":
        """The same steps allowed, without a word on which are likely."""
        parts = (self.transitions, self.start, self.end)
        return Chain(*(np.where(part < FORBIDDEN / 2, FORBIDDEN, 0.0) for part in parts))

    def best(self, scores: NDArray[Any], lengths: Lengths) -> NDArray[np.int64]:
        """(B, T) the tags with the highest score, by Viterbi's algorithm; scores (B, T, K), -1 in padding."""
        rows, time_steps, _ = scores.shape
        path = np.full((rows, time_steps), -1, np.int64)
        if not path.size:
            return path
        scores, arriving = scores.astype(np.float64), np.ascontiguousarray(self.transitions.T)
        best = self.start + scores[:, 0]  # (B, K)
        came_from = []
        for step in range(1, time_steps):
            ways = best[:, np.newaxis] + arriving  # (B, K, K): to the tag of the row from that of the column
            before = ways.argmax(axis=2)  # (B, K)
            reached = ways.max(axis=2) + scores[:, step]
            best = np.where((step < lengths)[:, np.newaxis], reached, best)
            came_from.append(before)
        tag = (best + self.end).argmax(axis=1)  # (B,)
        for step in range(time_steps - 1, -1, -1):
            path[:, step] = np.where(step < lengths, tag, -1)
            if step:
                tag = np.where(step < lengths, came_from[step - 1][np.arange(rows), tag], tag)
        return path

    def probabilities(self, scores: NDArray[Any], lengths: Lengths) -> Floats:
        """(B, T, K) of each tag at each word, all sequences of tags considered, by the forward-backward algorithm.

        What stands in padding means nothing. Source: Rabiner (1989), "A tutorial on hidden Markov models", III.A.
        """
        scores = scores.astype(np.float64)
        time_steps = scores.shape[1]
        highest = self.transitions.max()
        ways = np.exp(self.transitions - highest)  # (K, K)
        ahead, back = (
            np.zeros_like(scores),
            np.zeros_like(scores),
        )  # log of the sums before and after each word
        for step in range(time_steps):
            reached = _spread(ahead[:, step - 1], ways) + highest if step else self.start
            ahead[:, step] = reached + scores[:, step]
        for step in range(time_steps - 1, -1, -1):
            back[:, step] = self.end
            if step + 1 < time_steps:
                later = _spread(back[:, step + 1] + scores[:, step + 1], ways.T) + highest
                back[:, step] = np.where((step + 1 < lengths)[:, np.newaxis], later, self.end)
        return softmax(ahead + back)


def softmax(scores: NDArray[Any]) -> Floats:
    """Shares over the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def _spread(logs: Floats, ways: Floats) -> Floats:
    """(B, K) log of the sums that one step more reaches: a matrix product of numbers divided by their largest."""
    largest = logs.max(axis=1, keepdims=True)
    sums: Floats = np.log((np.exp(logs - largest) @ ways).clip(min=TINY)) + largest
    return sums
