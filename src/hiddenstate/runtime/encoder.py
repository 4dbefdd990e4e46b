"""The half of a translator that reads, without torch: layers in both directions, once for a sentence."""

from collections.abc import Sequence
from typing import NamedTuple, final

import numpy as np

from hiddenstate.kernels.step_layer import Floats, Layer
from hiddenstate.runtime.recurrence import Recurrence


class Memory(NamedTuple):
    """What was understood of a sentence."""

    keys: Floats
    """(S, hidden) each step, projected to the size of the decoder."""
    summary: Floats
    """(hidden,) the last states of both directions, projected."""


@final
class Encoder:
    """Reads whole sentences; keeps nothing between them."""

    def __init__(
        self,
        layers: Sequence[tuple[Layer, Layer]],
        to_keys: Floats,
        to_summary: Floats,
        summary_bias: Floats,
    ) -> None:
        """`layers`: the two directions of each; to_keys, to_summary: (hidden, 2 · hidden)."""
        self._layers = [tuple(Recurrence([direction]) for direction in pair) for pair in layers]
        self._to_keys, self._to_summary, self._summary_bias = to_keys, to_summary, summary_bias

    def read(self, x: Floats) -> Memory:
        """Understand one sentence; x: (S, input), at least one step."""
        for forwards, backwards in self._layers:
            ahead, _ = forwards.run(x)  # (S, hidden)
            back, _ = backwards.run(np.ascontiguousarray(x[::-1]))
            x = np.concatenate([ahead, back[::-1]], axis=1)  # (S, 2 · hidden)
        last = np.concatenate([ahead[-1], back[-1]])
        summary = np.tanh(self._to_summary @ last + self._summary_bias)
        return Memory(x @ self._to_keys.T, summary)
