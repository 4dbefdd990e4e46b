"""A whole program in float32: recurrent layers on the runtime's kernels, NumPy for the rest; no torch."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.kernels.step_layer import Layer
from hiddenstate.program import Interpreter, Program
from hiddenstate.program.interpret import RULES
from hiddenstate.program.operations import CELL_STATES
from hiddenstate.runtime.recurrence import Recurrence

Array = NDArray[Any]


def load_program(program: Program, weights: Mapping[str, Array]) -> Interpreter:
    """A function of a batch of inputs by name, as `Interpreter`; what a layer needs is packed at its first use."""
    layers: dict[int, Recurrence] = {}

    def recurrent(
        inputs: Mapping[str, Array], own: Mapping[str, Array], options: Mapping[str, Any]
    ) -> dict[str, Array]:
        key = id(own["U"])  # the interpreter holds its arrays as long as it lives
        if key not in layers:
            layers[key] = Recurrence([Layer(options["cell"], own["W"], own["U"], own["b"], own.get("b_hn"))])
        layer, parts = layers[key], CELL_STATES[options["cell"]]
        x = np.ascontiguousarray(inputs["x"], np.float32)
        if not x.shape[0]:
            return RULES["recurrent"](inputs, own, options)
        state = layer.initial_state(len(x))
        if "h" in inputs:
            state = layer.state_from([{part: inputs[part] for part in parts}])
        y, after = layer.run_many(x, state, lengths=inputs.get("lengths"), reverse=options["reverse"])
        (found,) = layer.state_parts(after)
        return {"sequence": y, **found}

    return Interpreter(program, weights, np.float32, rules={**RULES, "recurrent": recurrent})
