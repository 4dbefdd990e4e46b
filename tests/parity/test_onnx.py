"""ONNX graphs in ONNX Runtime against the program in NumPy."""

import numpy as np
import pytest

from hiddenstate.models.programs import program_of
from hiddenstate.parity.compare import difference, label_outputs, place_outputs
from hiddenstate.parity.inputs import cases
from hiddenstate.parity.specimens import SPECIMENS, specimen
from hiddenstate.parity.tolerance import tolerances
from hiddenstate.program import Interpreter, carry_states, why_not_streaming

onnxruntime = pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")


def session_of(program, weights):
    from hiddenstate.export.onnx_model import to_onnx

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        to_onnx(program, weights).SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


@pytest.mark.parametrize("name", SPECIMENS)
def test_the_graph_computes_what_the_program_says(name):
    model = specimen(name)
    program = program_of(model)
    if why_not_streaming(program) is None:
        program = carry_states(program)
    weights = {key: tensor.numpy() for key, tensor in model.state_dict().items()}
    session = session_of(program, weights)
    reference, plain = Interpreter(program, weights), Interpreter(program, weights, np.float32)
    for case, inputs in cases(program, longest=64).items():
        given = {
            key: value.astype(np.int64 if value.dtype.kind == "i" else np.float32)
            for key, value in inputs.items()
        }
        for state in program.states:
            given.setdefault(
                state, np.zeros((len(given["lengths"]), *program.inputs[state].shape[1:]), np.float32)
            )
        found = dict(zip(program.outputs, session.run(list(program.outputs), given), strict=True))
        expected = reference(inputs)
        allowed = tolerances(expected, plain(inputs))
        for output in set(expected) - place_outputs(program):
            apart = difference(found[output], expected[output], labels=output in label_outputs(program))
            assert apart.largest <= allowed[output], (case, output, apart)
            assert not apart.flips, (case, output, apart)
