"""What goes wrong in networks that read words is noticed: a swapped gate, a reverse pass that begins in the padding."""

from dataclasses import replace

import numpy as np
import pytest

from hiddenstate.parity.backends import BACKENDS, Backend
from hiddenstate.parity.certify import certify
from hiddenstate.parity.models import subject_of
from hiddenstate.parity.specimens import specimen
from hiddenstate.program import Interpreter
from hiddenstate.program.interpret import RULES

NAMES = ["tagger, both ways, letters", "intents and slots"]
WAYS = ["readable loop", "fused torch", "runtime"]


@pytest.fixture(params=NAMES)
def subject(request):
    return subject_of(specimen(request.param), request.param)


def test_all_ways_agree(subject):
    found = certify(subject, only=WAYS)
    assert found.passed, found.failures
    assert {pair.output for pair in found.pairs} & {"scores", "logits", "attention"}


@pytest.mark.parametrize("role", ["W", "U", "b"])
def test_a_swapped_gate_fails_in_every_torch_network(subject, role):
    weights = dict(subject.weights)
    name = next(name for name in weights if name.endswith(f"backwards.cell.{role}"))
    i, f, C_tilde, o = np.split(weights[name], 4)
    weights[name] = np.concatenate([f, i, C_tilde, o])
    found = certify(replace(subject, weights=weights), only=WAYS)
    assert {failure.split(":")[0] for failure in found.failures} == {"readable loop", "fused torch"}
    assert "expected at most 1.0e-05 from the reference" in found.failures[0]


def padded(inputs, weights, options):
    """Reads every row from the batch's last step, as a network does that forgets the lengths."""
    given = {role: value for role, value in inputs.items() if role != "lengths"}
    found = RULES["recurrent"](given, weights, options)
    valid = np.arange(inputs["x"].shape[1]) < inputs["lengths"][:, np.newaxis]
    return found | {"sequence": np.where(valid[..., np.newaxis], found["sequence"], 0)}


def test_a_reverse_pass_that_begins_in_the_padding_fails(subject, monkeypatch):
    def prepare(subject, folder):
        rules = {**RULES, "recurrent": padded}
        return Interpreter(subject.program, subject.weights, rules=rules)

    monkeypatch.setitem(BACKENDS, "padded", Backend(prepare))
    found = certify(subject, only=["padded"])
    assert not found.passed
    assert found.largest > 1e-3


def test_scores_beyond_a_rows_end_fail(subject, monkeypatch):
    def prepare(subject, folder):
        rules = {**RULES, "clear": lambda inputs, weights, options: {"y": inputs["x"]}}
        return Interpreter(subject.program, subject.weights, rules=rules)

    monkeypatch.setitem(BACKENDS, "uncleared", Backend(prepare))
    assert not certify(subject, only=["uncleared"]).passed


def test_rounding_counts_words_and_not_padding(subject):
    found = certify(subject, only=["c int8"])
    assert 0.9 < found.int8["label_agreement"] <= 1.0
