"""A tagger that answers after each word: its layers' states in the open."""

from collections.abc import Mapping
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.kernels.step_layer import Floats
from hiddenstate.program import Program, step_program
from hiddenstate.program.shapes import known
from hiddenstate.runtime.chain import softmax
from hiddenstate.runtime.whole import load_program

Array = NDArray[Any]


@final
class TagSteps:
    """One word at a time; a state is (streams, size) float32, all layers of all networks one beside the other."""

    def __init__(self, program: Program, weights: Mapping[str, Array]) -> None:
        """Raises `SettingsError` where the program cannot stream."""
        step = step_program(program)
        self._interpreter = load_program(step, weights)
        self._scores = [name for name in step.outputs if name.startswith("scores")]
        self._states = step.states
        self._sizes = [known(step.inputs[name].shape[1]) for name in step.states]
        self.size = sum(self._sizes)

    def advance(self, inputs: Mapping[str, Array], values: Floats) -> tuple[Array, Floats]:
        """The probabilities (streams, tags) of one word for each stream, inputs (streams, 1, ...); the state after."""
        parts = np.split(values, np.cumsum(self._sizes)[:-1], axis=1)
        found = self._interpreter({**inputs, **dict(zip(self._states, parts, strict=True))})
        after = np.concatenate([found[name] for name in self._states.values()], axis=1)
        probabilities = np.mean(
            [softmax(found[name][:, 0].astype(np.float64)) for name in self._scores], axis=0
        )
        return probabilities, after.astype(np.float32)
