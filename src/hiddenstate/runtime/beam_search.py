"""The most probable sentence that a decoder can write, found with a beam: that of `hiddenstate.models.beam_search`.

All hypotheses take a step together. Nothing of them is copied: what was written, and where each piece has looked, is
read off backwards at the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from hiddenstate.data.joint_pieces import END
from hiddenstate.kernels.step_layer import Floats
from hiddenstate.models.beam_settings import BeamSettings


class Steps(Protocol):
    """What a search asks of a decoder: `hiddenstate.kernels.decoder.Decoding`, or any other way to compute a step."""

    looked: list[Any]
    """Of each step (hypotheses, S) where they have looked."""
    steps: int
    """S, those of the source."""

    def step(
        self, parents: Sequence[int], last: Sequence[int], totals: Sequence[float], only: int = 0
    ) -> tuple[list[float], list[int], list[int]]:
        """As `hiddenstate.kernels.decoder.Decoding.step`."""
        ...


@dataclass(frozen=True)
class Written:
    """A finished sentence."""

    pieces: tuple[int, ...]
    """Without marks."""
    weights: Floats
    """(pieces, S) where each piece has looked."""
    score: float
    """Log probability by the length penalty."""


@dataclass(frozen=True)
class _End:
    """Where the best finished sentence ends."""

    score: float
    step: int
    hypothesis: int
    """Among those of the step, which are those that the step before has left."""


def search(decoding: Steps, begin: int, length: int, settings: BeamSettings) -> Written:
    """The best translation of a source of `length` pieces; `begin`: the mark before every sentence."""
    most = int(np.float32(length) * np.float32(settings.longest)) + 10
    parents, last, totals = [0], [begin], [0.0]
    history: list[tuple[list[int], list[int]]] = []
    best: _End | None = None
    for step in range(1, most + 1):
        history.append((parents, last))
        scores, rows, pieces = decoding.step(parents, last, totals, END if step == most else 0)
        penalty = ((5 + step) / 6) ** settings.length_penalty
        parents, last, totals = [], [], []
        for rank, (score, row, piece) in enumerate(zip(scores, rows, pieces, strict=True)):
            if piece != END:
                if len(parents) < settings.beam:
                    parents.append(row)
                    last.append(piece)
                    totals.append(score)
            elif rank < settings.beam and (best is None or score / penalty > best.score):
                best = _End(score / penalty, step, row)
        if not totals or (best is not None and settings.beam == 1):
            break
        # Log probabilities only fall; the largest penalty is that of the longest sentence.
        if best is not None and totals[0] / ((5 + most) / 6) ** settings.length_penalty <= best.score:
            break
    return _read_back(best, history, decoding)


def _read_back(best: _End | None, history: list[tuple[list[int], list[int]]], decoding: Steps) -> Written:
    if best is None:  # every score was that of numbers which are none
        return Written((), np.zeros((0, decoding.steps), np.float32), 0.0)
    pieces: list[int] = []
    weights: list[Floats] = []
    place = best.hypothesis
    for step in range(best.step - 1, 0, -1):
        parents, last = history[step]
        pieces.append(last[place])
        place = parents[place]
        weights.append(decoding.looked[step - 1][place])
    return Written(
        tuple(reversed(pieces)),
        np.array(weights[::-1], np.float32).reshape(len(pieces), decoding.steps),
        best.score,
    )
