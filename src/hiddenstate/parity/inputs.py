"""Inputs that try a model: random ones, and those at which ways to compute part."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.program import Program
from hiddenstate.program.program import Input
from hiddenstate.program.shapes import known
from hiddenstate.seeding import generator

Inputs = dict[str, NDArray[Any]]
LONG_STEPS = 300
GRAMS = 4
VALUES: dict[str, float] = {"usual": 1.0, "huge": 1e4, "tiny": 1e-20, "denormal": 1e-42, "zero": 0.0}
"""Name -> spread of the values; float32 holds no normal number below 1.2e-38."""


def cases(program: Program, seed: int = 0, rows: int = 4, longest: int | None = None) -> dict[str, Inputs]:
    """Name -> a batch. Sequences of any length come with rows of length 0 and 1; states are random in one case.

    `longest`: the steps that the model takes at most, None for any number.
    """
    random = generator(seed, "parity")
    steps = min(longest or LONG_STEPS, LONG_STEPS)
    numbers = [
        name for name, given in program.inputs.items() if not given.whole and name not in program.states
    ]
    found = {
        f"{name} values": _batch(program, random, spread, rows if numbers else 3 * rows, min(12, steps))
        for name, spread in VALUES.items()
        if numbers or name == "usual"  # words are neither huge nor tiny
    }
    if program.variable_time:
        found["long sequences"] = _batch(program, random, 1.0, rows, steps)
        found["one step"] = _batch(program, random, 1.0, 1, 1)
        found["no step"] = _batch(program, random, 1.0, 2, 0)
    if program.states:
        for name in ("usual values", "no step"):
            states = {
                state: random.uniform(
                    -1, 1, (len(found[name]["lengths"]), known(program.inputs[state].shape[1]))
                )
                for state in program.states
            }
            found[f"random states, {name}"] = found[name] | states
    return found


def _batch(program: Program, random: np.random.Generator, spread: float, rows: int, steps: int) -> Inputs:
    batch: Inputs = {}
    for name, given in program.inputs.items():
        if name == "lengths":
            batch[name] = _lengths(random, rows, steps)
        elif name not in program.states:
            batch[name] = _values(given, random, spread, rows, steps)
    return batch


def _lengths(random: np.random.Generator, rows: int, steps: int) -> NDArray[np.int64]:
    lengths = random.integers(0, steps + 1, rows)
    wanted: Mapping[int, int] = {0: steps, 1: 0, 2: min(1, steps)}
    for row, length in wanted.items():
        if row < rows:
            lengths[row] = length
    return lengths


def _values(given: Input, random: np.random.Generator, spread: float, rows: int, steps: int) -> NDArray[Any]:
    sizes = {"time": steps, "grams": GRAMS}
    shape = (rows, *(sizes[size] if isinstance(size, str) else size for size in given.shape[1:]))
    if given.whole:
        lowest = -1 if "grams" in given.shape else 0
        return random.integers(lowest, given.largest or 2, shape)
    return (spread * random.standard_normal(shape)).astype(np.float32)
