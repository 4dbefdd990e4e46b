"""Generated C against the program in NumPy: strict warnings, sanitizers, whole sequences and single steps."""

import shutil

import numpy as np
import pytest

from hiddenstate.export.c_model import to_c
from hiddenstate.models.programs import program_of
from hiddenstate.parity.c_harness import CProcess
from hiddenstate.parity.compare import difference, place_outputs
from hiddenstate.parity.inputs import cases
from hiddenstate.parity.specimens import SPECIMENS, specimen
from hiddenstate.parity.tolerance import tolerances
from hiddenstate.program import Interpreter, carry_states, why_not_streaming

needs_compiler = pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler here")


def generated(name, kind="float32", **options):
    model = specimen(name)
    program = program_of(model)
    if why_not_streaming(program) is None:
        program = carry_states(program)
    weights = {key: tensor.numpy() for key, tensor in model.state_dict().items()}
    return program, to_c(program, weights, kind=kind, longest=64, **options)


@needs_compiler
@pytest.mark.parametrize("kind", ["float32", "int8"])
@pytest.mark.parametrize("name", SPECIMENS)
def test_c_computes_what_the_program_says(name, kind, tmp_path):
    program, code = generated(name, kind)
    process = CProcess(
        program, code, tmp_path, ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover"]
    )
    # int8 is compared on the rounded weights: what rounding costs is another question.
    reference, plain = Interpreter(program, code.weights), Interpreter(program, code.weights, np.float32)
    for case, inputs in cases(program, longest=64).items():
        expected = reference(inputs)
        allowed = tolerances(expected, plain(inputs))
        compared = set(expected) - place_outputs(program)
        found = process.run(inputs)
        for output in compared:
            apart = difference(found[output], expected[output], labels=False)
            assert apart.largest <= allowed[output], (case, output, apart)
        if program.states and inputs["lengths"].min() > 0:
            found = process.run_steps(inputs)
            for output in compared - {"weights"}:
                apart = difference(found[output], expected[output], labels=False)
                assert apart.largest <= allowed[output], ("by steps", case, output, apart)
