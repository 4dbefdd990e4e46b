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
from hiddenstate.program import Interpreter, carry_states, step_program, why_not_streaming

needs_compiler = pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler here")


def generated(name, kind="float32", **options):
    model = specimen(name)
    program = program_of(model)
    if why_not_streaming(program) is None:
        program = carry_states(program)
    weights = {key: tensor.numpy() for key, tensor in model.state_dict().items()}
    return program, to_c(program, weights, kind=kind, longest=64, **options)


SANITIZERS = ("-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover")
FAST = ("-O3", "-march=native")
INT8 = (
    "stacked lstm x1",
    "stacked gru x2 both ways",
    "many to one, additive",
    "text, mean, letters, two levels",
    "segments lstm x2, features",
)


@needs_compiler
@pytest.mark.parametrize(
    ("name", "kind", "flags"),
    [(name, "float32", SANITIZERS) for name in SPECIMENS] + [(name, "int8", FAST) for name in INT8],
)
def test_c_computes_what_the_program_says(name, kind, flags, tmp_path):
    program, code = generated(name, kind)
    process = CProcess(program, code, tmp_path, flags)
    # int8 is compared on the rounded weights: what rounding costs is another question.
    reference, plain = Interpreter(program, code.weights), Interpreter(program, code.weights, np.float32)
    by_step = set(step_program(program).outputs) if program.states else set()
    for case, inputs in cases(program, longest=64).items():
        expected = reference(inputs)
        allowed = tolerances(expected, plain(inputs))
        compared = set(expected) - place_outputs(program)
        found = process.run(inputs)
        for output in compared:
            apart = difference(found[output], expected[output], labels=False)
            assert apart.largest <= allowed[output], (case, output, apart)
        rows = inputs["lengths"] > 0 if program.states else ()
        if np.any(rows):
            found = process.run_steps(inputs)
            for output in compared & by_step:
                apart = difference(found[output][rows], expected[output][rows], labels=False)
                assert apart.largest <= allowed[output], ("by steps", case, output, apart)
