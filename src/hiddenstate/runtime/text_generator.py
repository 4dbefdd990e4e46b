"""A saved language model at work without torch: it goes on with a text, unit by unit."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.bundle import open_bundle
from hiddenstate.data.units import SPECIAL, Units, Unknown
from hiddenstate.errors import BundleError, SettingsError
from hiddenstate.kernels.step_layer import Layer
from hiddenstate.program import Operation, Program
from hiddenstate.program.interpret import RULES
from hiddenstate.program.program import PROGRAM
from hiddenstate.runtime.recurrence import Recurrence
from hiddenstate.runtime.sampling import Sampling
from hiddenstate.runtime.state import State
from hiddenstate.seeding import generator
from hiddenstate.settings import from_dict
from hiddenstate.tasks.generate_settings import GenerateSettings

Array = NDArray[Any]
KIND = "writer"
"""How bundles of language models call themselves."""
PLAIN = Sampling()


@final
class TextGenerator:
    """An opened language model; it keeps nothing between calls.

    Made by `open` or from its parts: the units, the program and its weights. Imports no torch.
    """

    def __init__(self, units: Units, program: Program, weights: Mapping[str, Array]) -> None:
        self.units = units
        self.forms = units.forms
        program.check_weights(weights)
        reading = next(step for step in program.operations if step.kind == "embedding")
        layers = [step for step in program.operations if step.kind == "recurrent"]
        self._table = np.ascontiguousarray(weights[reading.weights["table"]], np.float32)
        self._recurrence = Recurrence([_layer(step, weights) for step in layers])
        (last,) = (step for step in program.operations if step.kind == "pool")
        self._scoring = program.operations[program.operations.index(last) + 1 :]
        self._weights = weights
        self._top, self._logits = last.outputs["context"], program.outputs["logits"].value

    @classmethod
    def open(cls, folder: Path | str) -> Self:
        """Open a saved model. Raises `BundleError` for a folder that is no language model, or a damaged one."""
        bundle = open_bundle(folder)
        if bundle.kind != KIND:
            raise BundleError(
                f"{folder}: expected a {KIND}, trained with --task generate, got a {bundle.kind}. "
                "Use hiddenstate predict for it."
            )
        settings = from_dict(GenerateSettings, bundle.settings["task"])
        units = Units.from_dict(bundle.encoders["task"]["units"], settings.units)
        return cls(units, Program.from_json(bundle.read(PROGRAM)), bundle.load_weights())

    def initial_state(self) -> State:
        """Nothing read yet."""
        return self._recurrence.initial_state()

    def read(self, numbers: NDArray[np.int64], state: State) -> tuple[Array, State]:
        """Read some units, at least one: scores (units,) of what may come next, and the state after them.

        The numbers that stand for no unit have a score of minus infinity.
        """
        y, after = self._recurrence.run(self._table[numbers], state)
        return self._scores(y[-1:])[0], after

    def step(self, number: int, state: State) -> tuple[Array, State]:
        """The same for a single unit."""
        y, after = self._recurrence.step(self._table[number], state)
        return self._scores(y[np.newaxis])[0], after

    def numbers(self, prompt: str, unknown: Unknown = "refuse") -> NDArray[np.int64]:
        """What `prompt` is for the model; an empty one begins as a new line does.

        Raises `InputError` for units never seen, unless `unknown` says "skip" or "map" (see `Units.read`).
        """
        numbers = self.units.read(prompt, unknown)
        if not len(numbers):
            numbers = self.units.read("\n", "skip")
        if not len(numbers):
            numbers = np.array([SPECIAL[-1] + 1])  # the most frequent unit
        return numbers

    def tokens(
        self,
        prompt: str,
        *,
        length: int,
        sampling: Sampling = PLAIN,
        seed: int = 0,
        unknown: Unknown = "refuse",
    ) -> Iterator[str]:
        """The `length` units that follow `prompt`, each as soon as it is drawn; the same seed, the same text.

        Raises `SettingsError` for a length below 1 and `InputError` for units never seen, both before the first unit.
        """
        if length < 1:
            raise SettingsError(f"length: expected 1 or more, got {length}. Say how many units to write.")
        return self._drawn(self.numbers(prompt, unknown), length, sampling, seed)

    def _drawn(self, numbers: NDArray[np.int64], length: int, sampling: Sampling, seed: int) -> Iterator[str]:
        random = generator(seed, "sample")
        logits, state = self.read(numbers, self.initial_state())
        for place in range(length):
            sums = np.cumsum(sampling.shares(logits))
            number = int(np.searchsorted(sums, random.random() * sums[-1], side="right"))
            yield self.forms[number]
            if place + 1 < length:
                logits, state = self.step(number, state)

    def _scores(self, y: Array) -> Array:
        found: dict[str, Array] = {self._top: y}
        for step in self._scoring:
            given = {role: found[name] for role, name in step.inputs.items()}
            own = {role: self._weights[name] for role, name in step.weights.items()}
            made = RULES[step.kind](given, own, step.options)
            found |= {name: made[role] for role, name in step.outputs.items()}
        logits = found[self._logits]
        logits[..., list(SPECIAL)] = -np.inf
        return logits


def _layer(step: Operation, weights: Mapping[str, Array]) -> Layer:
    own = {role: weights[name] for role, name in step.weights.items()}
    return Layer(step.options["cell"], own["W"], own["U"], own["b"], own.get("b_hn"))
