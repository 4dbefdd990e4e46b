"""Programs of whole models on the runtime's layers."""

import subprocess
import sys

import numpy as np
import pytest

from hiddenstate.parity.certify import certify
from hiddenstate.parity.models import subject_of
from hiddenstate.parity.specimens import SPECIMENS, specimen


@pytest.mark.parametrize("name", SPECIMENS)
def test_the_runtime_gives_the_programs_numbers(name):
    found = certify(subject_of(specimen(name), name), only=["runtime", "runtime, by steps"])
    assert found.passed, found.failures
    assert any(pair.second == "runtime" for pair in found.pairs)


def test_a_whole_model_is_computed_without_torch(tmp_path):
    subject = subject_of(specimen("text, max+attention"), "example")
    (tmp_path / "program.json").write_text(subject.program.to_json())
    np.savez(tmp_path / "weights.npz", **subject.weights)
    code = (
        "import sys, numpy as np; from hiddenstate.program import Program; "
        "from hiddenstate.runtime import load_program; "
        f"folder = {str(tmp_path)!r}; program = Program.from_json(open(folder + '/program.json').read()); "
        "run = load_program(program, np.load(folder + '/weights.npz')); "
        "print(run({'words': [[1, 2, 3]]})['logits0'].shape, 'torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "(1, 4) False"
