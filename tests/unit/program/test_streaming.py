"""Which models can answer step by step, and that they then give the same numbers."""

import numpy as np
import pytest

from hiddenstate.errors import SettingsError
from hiddenstate.models.programs import program_of
from hiddenstate.parity.models import subject_of
from hiddenstate.parity.specimens import SPECIMENS, specimen
from hiddenstate.parity.steps import run_by_steps
from hiddenstate.program import Interpreter, Writer, average, step_program, why_not_streaming

REASONS = {
    "stacked lstm x2 both ways": "it is bidirectional",
    "many to one, mean": "its mean over time needs the whole sequence",
    "many to one, additive": "its attention weighs all steps",
    "direct gru": "it reads windows of a fixed length",
    "segments gru": "it reads windows of a fixed length",
}


@pytest.mark.parametrize("name", REASONS)
def test_the_reason_and_the_ways_out_are_said(name):
    program = program_of(specimen(name))
    assert REASONS[name] in str(why_not_streaming(program))
    with pytest.raises(SettingsError, match="look-ahead") as caught:
        step_program(program)
    assert REASONS[name] in str(caught.value)
    assert "bidirectional = false" in str(caught.value)


STREAMING = [name for name in SPECIMENS if name.startswith("stacked") and "both" not in name]
STREAMING += ["many to one, last", "text, one way"]


@pytest.mark.parametrize("name", STREAMING)
def test_steps_equal_the_whole_sequence(name):
    subject = subject_of(specimen(name), name)
    whole = Interpreter(subject.program, subject.weights)
    step = Interpreter(step_program(subject.program), subject.weights)
    random = np.random.default_rng(0)
    key, given = next((key, given) for key, given in subject.program.inputs.items() if "time" in given.shape)
    shape = (3, 9, *given.shape[2:])
    x = random.integers(0, given.largest, shape) if given.whole else random.normal(size=shape)
    inputs = {key: x, "lengths": np.array([9, 4, 1])}
    expected, found = whole(inputs), run_by_steps(subject.program, step, inputs)
    for output in found:
        np.testing.assert_allclose(found[output], expected[output], rtol=0, atol=1e-12)


def test_a_state_handed_on_continues_the_sequence():
    subject = subject_of(specimen("stacked lstm x2"), "example")
    interpreter = Interpreter(subject.program, subject.weights)
    x = np.random.default_rng(0).normal(size=(2, 9, 3))
    whole = interpreter({"x": x})
    first = interpreter({"x": x[:, :4]})
    states = {name: first[after] for name, after in subject.program.states.items()}
    second = interpreter({"x": x[:, 4:], **states})
    np.testing.assert_allclose(second["outputs"], whole["outputs"][:, 4:], rtol=0, atol=1e-12)
    assert set(states) == {"layer0.h", "layer0.C", "layer1.h", "layer1.C"}


def test_pools_that_run_along_are_the_callers_to_name():
    program = program_of(specimen("many to one, mean"))
    assert why_not_streaming(program) is not None
    assert why_not_streaming(program, pools=("last", "mean")) is None


def test_several_networks_take_a_step_together():
    program = program_of(specimen("many to one, last"))
    prefixes = ["member0.", "member1."]
    shapes = {prefix + name: shape for prefix in prefixes for name, shape in program.weights.items()}
    writer = Writer("example", shapes)
    for name, value in average(writer, [program, program], prefixes).items():
        writer.output(name, value)
    step = step_program(writer.finish())
    assert "values" in step.outputs
    assert "weights" not in step.outputs  # each network's share of the steps needs all of them
    step.shapes()
