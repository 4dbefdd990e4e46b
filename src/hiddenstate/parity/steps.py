"""Sequences through a function of one step: each row's state stops after its last one."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.program import Program
from hiddenstate.program.program import Input
from hiddenstate.program.shapes import known

Arrays = Mapping[str, NDArray[Any]]
Run = Callable[[Arrays], Arrays]


def run_by_steps(program: Program, step: Run, inputs: Arrays) -> dict[str, NDArray[Any]]:
    """A batch through a function of one step of `program`.

    Outputs at each step are zero beyond a row's length; others are those of its last step.
    """
    lengths, shapes = inputs["lengths"], program.shapes()
    timed_inputs = [
        name for name, given in program.inputs.items() if "time" in given.shape and name in inputs
    ]
    steps = max((_time(program.inputs[name], inputs[name]) for name in timed_inputs), default=0)
    state = {
        name: np.asarray(inputs.get(name, np.zeros((len(lengths), known(program.inputs[name].shape[1])))))
        for name in program.states
    }
    return walk(
        step,
        lambda t: {name: inputs[name][:, t : t + 1] for name in timed_inputs},
        steps=steps,
        lengths=lengths,
        state=state,
        following=program.states,
        timed={name for name, output in program.outputs.items() if "time" in shapes[output.value]},
    )


def walk(
    step: Run,
    given: Callable[[int], Arrays],
    *,
    steps: int,
    lengths: NDArray[Any],
    state: Arrays,
    following: Mapping[str, str],
    timed: Collection[str],
) -> dict[str, NDArray[Any]]:
    """What `step` says of ``given(0)``, ``given(1)``, ... from `state` on.

    `following`: state -> the output that is its next value. `timed`: outputs (B, 1, ...) that are kept of each step.
    """
    found: dict[str, NDArray[Any]] = {}
    after = dict(state)
    for t in range(steps):
        alive = t < lengths
        answers = step({**given(t), **after})
        for name, value in answers.items():
            if name in following.values():
                continue
            shape = (len(lengths), steps, *value.shape[2:]) if name in timed else value.shape
            kept = found.setdefault(name, np.zeros(shape, dtype=value.dtype))
            if name in timed:
                kept[alive, t] = value[alive, 0]
            else:
                kept[alive] = value[alive]
        keep = alive[:, np.newaxis]
        after |= {name: np.where(keep, answers[output], after[name]) for name, output in following.items()}
    return found | {output: after[name] for name, output in following.items()}


def _time(given: Input, value: NDArray[Any]) -> int:
    return int(value.shape[given.shape.index("time")])
