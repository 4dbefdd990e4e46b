"""Translators in every way to compute them: the same log probabilities, places, states and pieces."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from hiddenstate.parity.backends import BACKENDS, interpret
from hiddenstate.parity.certify import certify
from hiddenstate.parity.models import subject_of
from hiddenstate.parity.networks import run_network
from hiddenstate.parity.specimens import TRANSLATORS, specimen

WAYS = ("readable loop", "fused torch", "numpy float32", "runtime", "onnx runtime")


@pytest.mark.parametrize("name", TRANSLATORS)
def test_the_programs_compute_what_the_model_does(name):
    model = specimen(name).double()
    subject = subject_of(model, name)
    run = interpret(subject)
    for case, inputs in subject.cases().items():
        found, expected = run(inputs), run_network(model, inputs, "loop")
        assert set(found) <= set(expected)  # torch gives places without attention, too: zeros
        for output, values in found.items():
            # Both in float64; sums run in another order.
            np.testing.assert_allclose(
                values, expected[output], rtol=1e-8, atol=1e-11, err_msg=f"{case}, {output}"
            )


@pytest.mark.parametrize("name", TRANSLATORS)
def test_all_ways_agree(name):
    found = certify(subject_of(specimen(name), name), only=WAYS)
    assert set(found.missing) <= {"onnx runtime"}  # where the extra is not installed
    assert found.passed, found.failures
    assert 0 < found.largest < 1e-5
    assert not found.flips


@pytest.mark.parametrize("way", ["readable loop", "runtime", "onnx runtime"])
@pytest.mark.parametrize(
    ("name", "weight", "outputs"),
    [
        ("translator lstm, general", "attention.score.W", {"attention", "pieces of a beam of 5"}),
        ("translator lstm, general", "bias", {"log_probabilities", "pieces of a beam of 1"}),
        ("translator lstm, additive, fed x2", "lower.layers.0.cell.U", {"lower.C.next", "fed.next"}),
        ("translator gru, dot x3", "encoder.layers.2.backwards.cell.b_hn", {"upper.h.next"}),
        ("translator rnn, dot", "to_summary.bias", {"lower.h.next", "log_probabilities"}),
    ],
)
def test_a_way_that_takes_rows_in_another_order_fails(name, weight, outputs, way, monkeypatch):
    """The rows of one weight stand the other way round in one way alone: each of these outputs says so."""
    if way == "onnx runtime":
        pytest.importorskip("onnxruntime", reason="the extra 'export' is not installed")
    model = specimen(name)
    with torch.no_grad():
        dict(model.named_parameters())[weight].copy_(model.state_dict()[weight].flip(0))
    turned = subject_of(model, name)
    backend = BACKENDS[way]
    broken = replace(backend, prepare=lambda subject, folder: backend.prepare(turned, folder))
    monkeypatch.setitem(BACKENDS, way, broken)
    found = certify(subject_of(specimen(name), name), only=[way])
    assert not found.passed
    said = " ".join(found.failures)
    for output in outputs:
        assert f'{way}: "{output}" of usual values' in said


def test_c_is_not_tried_and_says_why():
    name = "translator lstm, general"
    found = certify(subject_of(specimen(name), name), only=["c", "c int8"])
    assert found.passed
    assert set(found.missing) == {"c", "c int8"}
    for reason in found.missing.values():
        assert reason.startswith("it searches its answer piece by piece, in memory that grows")


def test_every_case_has_sentences_that_end_before_others():
    for inputs in subject_of(specimen("translator lstm, general"), "example").cases(3).values():
        assert inputs["lengths"].min() >= 1
        assert inputs["written_lengths"].min() >= 1
        assert (inputs["written"][:, 0] == 2).all()
    usual = subject_of(specimen("translator lstm, general"), "example").cases(3)["usual values"]
    assert len(set(usual["lengths"])) > 2
    assert len(set(usual["written_lengths"])) > 2
    assert usual["beams"].tolist() == [1, 5]
