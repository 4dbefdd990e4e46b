"""The certificate: it passes where all agree, and says where they do not."""

import json
from dataclasses import replace

import numpy as np
import pytest

from hiddenstate.errors import OutputError
from hiddenstate.export import c_model
from hiddenstate.parity import certify as module
from hiddenstate.parity.backends import BACKENDS, Backend
from hiddenstate.parity.certify import certify
from hiddenstate.parity.compare import difference
from hiddenstate.parity.inputs import cases
from hiddenstate.parity.models import subject_of
from hiddenstate.parity.specimens import specimen
from hiddenstate.program import Interpreter


@pytest.fixture
def subject():
    return subject_of(specimen("text, max+attention"), "example")


def with_backend(monkeypatch, prepare, **options):
    monkeypatch.setitem(BACKENDS, "broken", Backend(prepare, **options))


def test_ways_that_agree_pass(subject):
    found = certify(subject, only=["readable loop", "fused torch", "numpy float32"])
    assert found.passed
    assert 0 < found.largest < 1e-5
    assert len(found.pairs) == 6
    values = json.loads(found.to_json())
    assert values["passed"] is True
    assert values["versions"]["numpy"] == np.__version__
    assert {pair["case"] for pair in values["pairs"]} & {"usual values", "long sequences"}


def test_a_way_that_is_off_fails_and_the_place_is_said(subject, monkeypatch):
    def prepare(subject, folder):
        exact = Interpreter(subject.program, subject.weights)

        def run(inputs):
            answers = exact(inputs)
            if len(answers["logits0"]) > 3:
                answers["logits0"][2, 1] += 0.01
            return answers

        return run

    with_backend(monkeypatch, prepare)
    found = certify(subject, only=["broken"])
    assert not found.passed
    assert 'broken: "logits0" of usual values: expected at most 1.0e-05' in found.failures[0]
    assert "at [2, 1]" in found.failures[0]
    assert found.largest == pytest.approx(0.01, rel=0.5)


def test_labels_that_flip_fail(subject, monkeypatch):
    def prepare(subject, folder):
        exact = Interpreter(subject.program, subject.weights)
        return lambda inputs: {name: values[..., ::-1].copy() for name, values in exact(inputs).items()}

    with_backend(monkeypatch, prepare)
    found = certify(subject, only=["broken"])
    assert found.flips > 0
    assert "other labels" in found.failures[0]


def test_a_label_that_flips_within_the_tolerance_fails_too(subject, monkeypatch):
    weights = dict(subject.weights)
    for name in weights:
        if name.startswith("heads"):
            weights[name] = np.zeros_like(weights[name])  # all classes level
    level = replace(subject, weights=weights)

    def prepare(subject, folder):
        return lambda inputs: {
            name: values + np.array([0, 1e-7, 0, 0]) if name == "logits0" else values
            for name, values in Interpreter(subject.program, subject.weights)(inputs).items()
        }

    with_backend(monkeypatch, prepare)
    found = certify(level, only=["broken"])
    assert found.largest < 1e-6
    assert found.flips == found.rows
    assert not found.passed


def test_a_model_without_finite_answers_fails(subject):
    weights = {name: np.full_like(value, np.nan) for name, value in subject.weights.items()}
    found = certify(replace(subject, weights=weights), only=["numpy float32"])
    assert found.failures == ("numpy float64: expected finite numbers for usual values, got others.",)


def test_a_way_that_breaks_is_a_failure(subject, monkeypatch):
    def prepare(subject, folder):
        raise OutputError("no luck")

    with_backend(monkeypatch, prepare)
    assert certify(subject, only=["broken"]).failures == ("broken: no luck",)


def test_a_way_that_is_not_installed_is_listed(subject, monkeypatch):
    with_backend(monkeypatch, lambda subject, folder: None, missing=lambda subject: "not here")
    found = certify(subject, only=["broken"])
    assert found.passed
    assert found.missing == {"broken": "not here"}
    assert json.loads(found.to_json())["not_tried"] == {"broken": "not here"}


def test_without_a_compiler_c_is_not_tried(subject, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert certify(subject, only=["c"]).missing == {"c": "no C compiler is installed"}


def test_a_model_too_large_for_c_is_not_tried_in_it(subject, monkeypatch):
    monkeypatch.setattr(c_model, "MOST_WEIGHTS", 100)
    if certify(subject, only=["c"]).missing == {"c": "no C compiler is installed"}:
        pytest.skip("no C compiler here")
    assert certify(subject, only=["c"]).missing == {"c": "its weights are too many for C"}


def test_int8_is_held_to_the_rounded_weights_and_its_loss_is_said(subject):
    if "c int8" in certify(subject, only=["c int8"]).missing:
        pytest.skip("no C compiler here")
    found = certify(subject, only=["c int8"])
    assert found.passed
    assert 0 < found.int8["mean_error"] < 0.05
    assert 0 <= found.int8["label_agreement"] <= 1


def test_cases_hold_the_hard_lengths_and_values(subject):
    found = cases(subject.program)
    assert {0, 1, 12} <= set(found["usual values"]["lengths"])
    assert found["long sequences"]["words"].shape[1] == 300
    assert found["no step"]["words"].shape[1] == 0
    stream = cases(subject_of(specimen("stacked gru x1"), "example").program)
    assert np.abs(stream["denormal values"]["x"]).max() < np.finfo(np.float32).tiny
    assert np.abs(stream["huge values"]["x"]).max() > 1e4
    assert np.abs(stream["random states, usual values"]["layer0.h"]).max() > 0.1


def test_differences_are_relative_to_the_row_and_nan_is_infinite():
    reference = np.array([[1000.0, -1.0], [0.5, 0.1]])
    apart = difference(reference + np.array([[0.0, 1.0], [0.0, 0.0]]), reference, labels=True)
    assert apart.largest == pytest.approx(1e-3)
    assert apart.at == (0, 1)
    assert not apart.flips
    assert difference(np.array([[np.nan]]), np.array([[1.0]]), labels=False).largest == np.inf
    beyond = np.array([[1e39], [1.0]])  # more than float32 holds: not compared
    apart = difference(np.array([[np.inf], [1.5]]), beyond, labels=False)
    assert (apart.largest, apart.at) == (0.5, (1, 0))
    assert difference(np.zeros((2, 1)), np.zeros((1, 1)), labels=False).largest == np.inf
    assert difference(np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]]), labels=True).flips == 1


def test_the_same_seed_gives_the_same_inputs(subject):
    first, again, other = cases(subject.program, 1), cases(subject.program, 1), cases(subject.program, 2)
    np.testing.assert_array_equal(first["usual values"]["words"], again["usual values"]["words"])
    assert (first["usual values"]["words"] != other["usual values"]["words"]).any()
    assert module.certify(subject, seed=5, only=["numpy float32"]).seed == 5
