"""The description itself: its file, its checks, its errors."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from hiddenstate.errors import BundleError, ShapeError
from hiddenstate.program import Interpreter, Program, Writer, operations
from hiddenstate.program.interpret import RULES
from hiddenstate.program.operations import OPERATIONS
from hiddenstate.program.program import Input, Output, Scaling


def example() -> Program:
    writer = Writer("example", {"W": (2, 3), "unused": (1,)})
    x = writer.input("x", 1, "time", 3)
    lengths = writer.input("lengths", 1, whole=True)
    context, _ = writer.pool(writer.linear(x, "W"), "mean", lengths=lengths)
    writer.output("y", context, labels=("low", "high"), unit="MW")
    return writer.finish({"threshold": 0.5})


WEIGHTS = {"W": np.arange(6.0).reshape(2, 3)}


def test_it_comes_back_from_its_file():
    program = example()
    assert Program.from_json(program.to_json()) == program
    assert list(program.weights) == ["W"]


def test_lists_stand_on_one_line_whatever_is_in_them():
    labels = ("a]", "[b", "c\n d", '"e"', "{f}", "")
    program = example()
    program = replace(
        program,
        outputs={"y": Output(program.outputs["y"].value, labels)},
        facts={"steps": [[0.5, -1.0], [2.0, 3.0]], "none": []},
    )
    text = program.to_json()
    assert Program.from_json(text) == program
    assert "[0.5, -1.0]" in text
    assert '"shape": [1, "time", 3]' in text


def test_scalers_and_columns_come_back():
    program = example()
    given = Input((1, "time", 3), columns=("a", "b", "c"), scaling=Scaling((1.0, 2.0, 3.0), (0.1, 1.0, 1.0)))
    program = Program.from_json(
        Program(
            program.kind, {**program.inputs, "x": given}, program.operations, program.outputs, program.weights
        ).to_json()
    )
    assert program.inputs["x"] == given


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda values: values.pop("operations"), "damaged"),
        (lambda values: values.update(format=99), "expected format 1 or older, got 99. Update hiddenstate"),
        (lambda values: values["operations"][0].update(kind="linaer"), 'Did you mean "linear"'),
        (lambda values: values["operations"][0]["inputs"].update(x="nothing"), 'the unknown "nothing"'),
        (lambda values: values["operations"][1]["options"].clear(), 'a complete "pool"'),
        (lambda values: values["weights"].update(W=[2, 4]), "expected 4 features, got 3"),
        (lambda values: values["weights"].clear(), 'expected the shape of weight "W"'),
    ],
)
def test_a_damaged_file_is_refused(change, message):
    values = json.loads(example().to_json())
    change(values)
    with pytest.raises(BundleError, match=re.escape(message)):
        Program.from_json(json.dumps(values))


def test_text_that_is_no_program_is_refused():
    with pytest.raises(BundleError, match="expected a stored program"):
        Program.from_json("[]")


def test_weights_must_be_those_of_the_program():
    with pytest.raises(BundleError, match='expected a weight "W", found none'):
        Interpreter(example(), {})
    with pytest.raises(BundleError, match=r'expected weight "W" of shape \(2, 3\), got \(3, 2\)'):
        Interpreter(example(), {"W": np.zeros((3, 2))})


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({}, 'expected "x" of shape (batch, time, 3), got none'),
        ({"x": np.zeros((2, 3))}, "x: expected shape (batch, time, 3), got (2, 3)"),
        ({"x": np.zeros((2, 4, 2))}, "got (2, 4, 2)"),
        ({"x": np.zeros((2, 4, 3)), "lengths": [1]}, "lengths: expected shape (batch) with batch = 2"),
        (
            {"x": np.zeros((2, 4, 3)), "lengths": [1, 5]},
            "lengths: expected 0 to 4, the steps given, got 1 to 5",
        ),
        ({"x": np.zeros((2, 4, 3)), "z": [1]}, "got also z"),
    ],
)
def test_inputs_are_checked(inputs, message):
    with pytest.raises(ShapeError, match=re.escape(message)):
        Interpreter(example(), WEIGHTS)(inputs)


def test_numbers_beyond_a_table_are_refused():
    writer = Writer("example", {"table": (4, 2)})
    writer.output("y", writer.embedding(writer.input("words", 1, "time", whole=True, largest=4), "table"))
    with pytest.raises(ShapeError, match="words: expected whole numbers below 4, got 0 to 4"):
        Interpreter(writer.finish(), {"table": np.zeros((4, 2))})({"words": [[0, 4]]})


def test_without_lengths_every_step_is_read():
    x = np.random.default_rng(0).normal(size=(2, 4, 3))
    interpreter = Interpreter(example(), WEIGHTS)
    np.testing.assert_array_equal(interpreter({"x": x})["y"], interpreter({"x": x, "lengths": [4, 4]})["y"])


def test_log_softmax_goes_beyond_what_the_logarithm_of_a_share_can_say():
    writer = Writer("example", {})
    x = writer.input("x", 1, 3)
    for name, value in (
        ("direct", writer.activation(x, "log_softmax")),
        ("by shares", writer.activation(writer.activation(x, "softmax"), "log")),
    ):
        writer.output(name, value)
    found = Interpreter(writer.finish(), {}, np.float32)({"x": [[1000.0, 900.0, 0.0], [0.0, 0.0, 0.0]]})
    np.testing.assert_allclose(found["direct"], [[0.0, -100.0, -1000.0], [-np.log(3)] * 3], rtol=1e-6)
    assert found["by shares"][0, 1] > -28  # 1e-12 at least


def test_each_row_may_ask_a_question_of_its_own_where_the_score_takes_one():
    random = np.random.default_rng(0)
    arrays = {
        "W": random.normal(size=(4, 3)),
        "query": random.normal(size=4),
        "w": np.ones(3),
        "b": np.ones(9),
    }
    x = random.normal(size=(2, 5, 3))
    writer = Writer("example", {name: array.shape for name, array in arrays.items()})
    given, asked = writer.input("x", 1, "time", 3), writer.input("asked", 1, 4)
    for name, weights, query in (("own", {}, asked), ("learnt", {"query": "query"}, None)):
        _, shares = writer.attention(given, "general", {"W": "W", **weights}, query=query)
        writer.output(name, shares)
    found = Interpreter(writer.finish(), arrays)({"x": x, "asked": [arrays["query"], -arrays["query"]]})
    np.testing.assert_allclose(found["own"][0], found["learnt"][0], rtol=1e-12)
    assert found["own"][1].argmax() == found["learnt"][1].argmin()
    with pytest.raises(BundleError, match="the per_step score has no place for a question"):
        writer.attention(given, "per_step", {"w": "w", "b": "b"}, query=asked)


def test_every_operation_has_a_row_in_the_table_and_a_rule_in_every_backend():
    from hiddenstate.export.c_arrays import RULES as C_RULES

    assert set(OPERATIONS) == set(RULES) == set(C_RULES)
    for kind in OPERATIONS:
        assert re.search(rf"^{kind} ", operations.__doc__ or "", re.MULTILINE), kind


def test_onnx_has_a_rule_for_every_operation():
    pytest.importorskip("onnx", reason="the extra 'export' is not installed")
    from hiddenstate.export.onnx_arrays import ARRAY_RULES
    from hiddenstate.export.onnx_model import RULES as ONNX_RULES

    assert set(OPERATIONS) == set(ARRAY_RULES) | set(ONNX_RULES)


def test_importing_a_program_needs_no_torch():
    import subprocess
    import sys

    code = "import hiddenstate.program, hiddenstate.export.c_model, sys; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def test_a_runtime_may_compute_some_kinds_in_its_own_way():
    calls = []

    def linear(inputs, weights, options):
        calls.append(options)
        return RULES["linear"](inputs, weights, options)

    x = np.ones((1, 2, 3))
    exact = Interpreter(example(), WEIGHTS)({"x": x})["y"]
    np.testing.assert_array_equal(
        Interpreter(example(), WEIGHTS, rules=RULES | {"linear": linear})({"x": x})["y"], exact
    )
    assert calls
