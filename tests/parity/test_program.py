"""A model's program, computed in NumPy, against the model itself."""

import numpy as np
import pytest

from hiddenstate.models.programs import program_of
from hiddenstate.parity.inputs import cases
from hiddenstate.parity.networks import run_network
from hiddenstate.parity.specimens import SPECIMENS, specimen
from hiddenstate.program import Interpreter, Program, carry_states


@pytest.mark.parametrize("name", SPECIMENS)
def test_the_program_computes_what_the_model_does(name):
    model = specimen(name).double()
    program = carry_states(program_of(model)) if name.startswith("stacked") else program_of(model)
    program = Program.from_json(program.to_json())
    weights = {key: tensor.numpy() for key, tensor in model.state_dict().items()}
    interpreter = Interpreter(program, weights)
    for case, inputs in cases(program, longest=64).items():
        found, expected = interpreter(inputs), run_network(model, inputs, "loop")
        assert set(found) == set(expected)
        for output, values in expected.items():
            # Both in float64; sums run in another order.
            np.testing.assert_allclose(
                found[output], values, rtol=1e-9, atol=1e-12, err_msg=f"{case}, {output}"
            )
