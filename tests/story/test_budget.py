"""What a model costs, in figures."""

import json

import pytest

from hiddenstate.runtime import Session
from hiddenstate.workflows.budget import budget

pytestmark = pytest.mark.xdist_group("classifiers")


def test_figures_of_a_classifier_that_streams(call, classifiers):
    outcome = call("budget", classifiers / "last", "--json")
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    program = Session(classifiers / "last").program
    assert found["parameters"] == sum(
        rows * (columns[0] if columns else 1) for rows, *columns in program.weights.values()
    )
    assert (
        found["weight_bytes"]["float32"] == 4 * found["parameters"] == 2 * found["weight_bytes"]["bfloat16"]
    )
    assert found["weight_bytes"]["int8"] < found["weight_bytes"]["bfloat16"]
    assert found["streams"] is True
    assert found["timed"] == "one step"
    assert 0 < found["microseconds"] < 1e6
    whole, rounded = found["c"]
    assert whole["state_bytes"] == 4 * 2 * 8 * 2 * 2  # h and C of 8 units, 2 layers, 2 members
    assert rounded["flash_bytes"] < whole["flash_bytes"]


def test_the_table_says_what_streams(call, classifiers, model):
    assert "yes" in call("budget", classifiers / "last").out
    assert "as C and ONNX whole sequences only" in call("budget", classifiers / "max").out
    said = call("budget", model).out
    assert "hiddenstate stream keeps the window" in said
    assert "Time of a forecast from its window" in said


def test_longer_sequences_need_more_memory_as_c(classifiers):
    short, long = (budget(classifiers / "max", longest=longest).c[0].ram_bytes for longest in (10, 500))
    assert short < long


def test_too_large_for_c_is_said(call, classifiers, monkeypatch):
    from hiddenstate.export import c_model

    monkeypatch.setattr(c_model, "MOST_WEIGHTS", 10)
    outcome = call("budget", classifiers / "last")
    assert outcome.code == 0
    assert "As C: export to c: expected at most 10 weights" in outcome.out


def test_what_is_no_model_is_refused(call, tmp_path):
    outcome = call("budget", tmp_path / "none")
    assert outcome.code == 2
    assert "expected the folder of a model, found nothing" in outcome.err
