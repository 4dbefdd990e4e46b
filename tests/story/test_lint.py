"""Classic mistakes in somebody's torch module, from the command line: each found, each proven, each file refused."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from hiddenstate.inspection.lint import RULES
from tests.story.test_bad_input import refused

MODULE = """import torch
from torch import nn
from torch.nn import functional


class Net(nn.Module):
    both, first, forget = False, True, 1.0

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.reader = nn.LSTM(3, 8, batch_first=self.first, bidirectional=self.both)
        for name, bias in self.reader.named_parameters():
            if name.startswith("bias_ih"):
                bias.data[8:16] = self.forget
            elif name.startswith("bias_hh"):
                bias.data.zero_()
        self.head = nn.Linear(16 if self.both else 8, 4)

    def forward(self, x):
        return self.head(self.reader(x)[0][:, -1])


class LastStep(Net):
    both = True


class MixedUp(Net):
    first = False


class TimeFirst(MixedUp):
    def forward(self, x):
        return self.head(self.reader(x)[0][-1])


class Mean(Net):
    def forward(self, x):
        return self.head(self.reader(x)[0].mean(dim=1))


class Softmax(Net):
    def forward(self, x):
        return super().forward(x).softmax(dim=1)


class Forgets(Net):
    forget = 0.0


class Carries(Net):
    state = None

    def forward(self, x):
        outputs, self.state = self.reader(x, self.state)
        return self.head(outputs[:, -1])


def build():
    return Net()


def loud():
    print("building")
    return Net()


def own_loss(scores, targets):
    return functional.cross_entropy(scores, targets)


model = Net()
number = 3
projecting = nn.LSTM(3, 8, batch_first=True, proj_size=2)


class QuasiLSTM(nn.Module):
    def forward(self, x):
        return x


def nothing():
    return number


def breaks():
    raise ValueError("no weights here")


def leaves():
    raise SystemExit(0)
"""
MISTAKES = {
    "last_step": ("LastStep", "at step 30, where it has seen 1 of 30 steps"),
    "batch_axis": ("MixedUp", "is given (batch, time, feature), so it reads rows as steps"),
    "padding": ("Mean", "steps of padding are in the mean"),
    "softmax": ("Softmax", "the loss takes a softmax again"),
    "forget_bias": ("Forgets", "The forget gate's biases are about 0"),
    "carried_state": ("Carries", "The state of one call goes on in the next"),
}


@pytest.fixture
def place(tmp_path):
    """A file of models, and a batch whose second row ends early."""
    (tmp_path / "nets.py").write_text(MODULE)
    chance = np.random.default_rng(0)
    np.save(tmp_path / "batch.npy", chance.normal(size=(3, 30, 3)))
    np.save(tmp_path / "full.npy", np.array([30, 30, 30]))
    np.save(tmp_path / "lengths.npy", np.array([30, 12, 30]))
    torch.save(torch.tensor([0, 1, 3]), tmp_path / "targets.pt")
    return tmp_path


@pytest.mark.parametrize("rule", MISTAKES)
def test_each_classic_mistake_is_found_and_proven(call, place, rule):
    name, problem = MISTAKES[rule]
    lengths = "lengths.npy" if rule == "padding" else "full.npy"
    outcome = call(
        *("lint", f"{place}/nets.py:{name}", "--input", place / "batch.npy", "--rules", rule, "--json"),
        *("--lengths", place / lengths, "--loss", "cross_entropy", "--targets", place / "targets.pt"),
    )
    assert outcome.code == 1, outcome.err
    (finding,) = json.loads(outcome.out)["findings"]
    assert finding["rule"] == rule
    assert problem in finding["problem"]
    assert finding["number"] > 0
    assert f"{finding['number']:.3g}" in finding["proof"]
    assert finding["remedy"]


def test_every_rule_has_its_mistake_here():
    assert set(MISTAKES) == set(RULES)


def test_a_module_without_mistakes(call, place):
    rules = "last_step,batch_axis,softmax,forget_bias,carried_state"
    outcome = call(
        *("lint", f"{place}/nets.py:loud", "--input", place / "batch.npy", "--rules", rules),
        *("--loss", "own_loss"),
    )
    assert outcome.code == 0, outcome.err
    assert outcome.out == "No classic mistake found in Net on an input of 3 × 30 × 3.\n"
    assert "building" in outcome.err, "what the file prints does not reach standard output"


def test_findings_in_the_terminal_and_what_was_not_checked(call, place):
    outcome = call("lint", f"{place}/nets.py:LastStep", "--input", place / "batch.npy")
    assert outcome.code == 1
    assert "1. last_step, in reader\n   The answer reads the backward direction" in outcome.out
    assert "   Proof:  Read where that direction ends" in outcome.out
    assert "   Remedy: Join h_n[-2] and h_n[-1]" in outcome.out
    assert "Not checked: padding: it is not known which steps are padding; give lengths." in outcome.out
    assert "Not checked: softmax: the loss is not known" in outcome.out
    assert outcome.out.endswith("1 classic mistake found in LastStep on an input of 3 × 30 × 3.\n")


def test_a_model_that_stands_there_and_batches_of_other_kinds(call, place):
    from safetensors.torch import save_file

    x = torch.randn(2, 5, 3)
    torch.save((x,), place / "batch.pt")
    save_file({"x": x}, place / "batch.safetensors")
    for file in ("batch.pt", "batch.safetensors"):
        outcome = call("lint", f"{place}/nets.py:model", "--input", place / file, "--rules", "carried_state")
        assert (outcome.code, outcome.out) == (
            0,
            "No classic mistake found in Net on an input of 2 × 5 × 3.\n",
        ), file


def test_the_batch_may_stand_on_the_second_axis(call, place):
    np.save(place / "time_first.npy", np.random.default_rng(0).normal(size=(30, 3, 3)))
    arguments = (f"{place}/nets.py:TimeFirst", "--input", place / "time_first.npy", "--rules", "batch_axis")
    right = call("lint", *arguments, "--batch-axis", 1)
    assert (right.code, "Not checked" in right.out) == (0, False)
    assert "no axis of the answer (3, 4) has the 30 rows" in call("lint", *arguments).out


def test_a_file_may_import_what_lies_beside_it(call, place):
    before = list(sys.path)
    (place / "lintparts.py").write_text("from torch import nn\nreader = nn.GRU(3, 4, batch_first=True)\n")
    (place / "main.py").write_text("from lintparts import reader\n")
    assert call("lint", f"{place}/main.py:reader", "--input", place / "batch.npy").code == 0
    assert sys.path == before
    sys.modules.pop("lintparts")


NAMES = "FILE.py:NAME"
WRONG = {
    "nets.py": (
        f"model: expected {NAMES}, got",
        "Net, LastStep, MixedUp, TimeFirst",
        "build, loud, own_loss",
        "model",
    ),
    "nets:build": (f'model: expected {NAMES}, got "', "Name a file of Python"),
    "other.py:build": ("other.py: expected a file of Python, got none",),
    "nets.py:buidl": ('expected a function, class or model "buidl", got none. Did you mean "build"?',),
    "nets.py:number": ("expected number to be a function that builds the model", "got int"),
    "nets.py:nothing": ("expected nothing() to return a torch.nn.Module, got int. Return the model",),
    "nets.py:breaks": (
        "nets.py line 87: expected breaks() to build a model without arguments, got ValueError: no weights here.",
    ),
    "nets.py:leaves": ("line 91: expected leaves() to build a model without arguments, got SystemExit: 0",),
    "nets.py:projecting": ("the model: expected a layer without projection",),
    "nets.py:QuasiLSTM": (
        "expected torch.nn.LSTM, GRU and RNN",
        "got QuasiLSTM, whose gates cannot be recovered",
    ),
    "nets.py:own_loss": ("missing 2 required positional arguments",),
}


@pytest.mark.parametrize("target", WRONG)
def test_models_that_are_refused(call, place, target):
    refused(call("lint", f"{place}/{target}", "--input", place / "batch.npy"), *WRONG[target])


def test_a_file_that_does_not_run(call, place):
    (place / "bad.py").write_text("import torch\ndef build(:\n")
    refused(
        call("lint", f"{place}/bad.py:build", "--input", place / "batch.npy"),
        "bad.py line 2: expected a file that can be imported, got SyntaxError",
    )
    (place / "bad.py").write_text("import torch\n\nimport no_such_thing\n")
    refused(
        call("lint", f"{place}/bad.py:build", "--input", place / "batch.npy"),
        "bad.py line 3: expected a file that can be imported, got ModuleNotFoundError: No module named",
    )


def test_inputs_that_are_refused(call, place):
    def wrong(*arguments):
        return call("lint", f"{place}/nets.py:build", *arguments)

    np.save(place / "narrow.npy", np.zeros((2, 5, 7)))
    refused(
        wrong("--input", place / "narrow.npy"),
        "nets.py line 21: expected build to run on an input of shape (2, 5, 7), got RuntimeError",
    )
    refused(wrong("--input", place / "none.npy"), "none.npy: expected a file that can be read, got: No such")
    refused(wrong("--input", place / "nets.py"), "expected a file type for", "Valid: .npy, .pt, .pth")
    (place / "torn.npy").write_bytes(b"\x93NUMPY")
    refused(wrong("--input", place / "torn.npy"), "expected saved tensors, got a file that is none, damaged")
    np.save(place / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    refused(wrong("--input", place / "objects.npy"), "or needs pickle")
    torch.save({"x": "text"}, place / "text.pt")
    refused(wrong("--input", place / "text.pt"), "expected a tensor or several, got str")
    good = ("--input", place / "batch.npy")
    refused(wrong(*good, "--lengths", place / "batch.npy"), "expected lengths, one whole number for each row")
    refused(wrong(*good, "--targets", place / "batch.npy"), "expected targets, one whole number for each row")
    refused(wrong(*good, "--loss", "cross_entrpy"), 'Did you mean "cross_entropy"?')
    refused(wrong(*good, "--rules", "paddin"), 'Did you mean "padding"?')
    refused(wrong(*good, "--batch-axis", 2), "batch_axis: expected 0 or 1, got 2")
    np.save(place / "two.npy", np.array([1, 2]))
    refused(wrong(*good, "--lengths", place / "two.npy"), "lengths: expected shape (3,), got (2,)")


def test_fresh_weights_give_the_same_numbers_again(call, place):
    (place / "fresh.py").write_text(
        "from torch import nn\ndef build(): return nn.LSTM(3, 8, batch_first=True)\n"
    )
    arguments = ("lint", f"{place}/fresh.py:build", "--input", place / "batch.npy", "--rules", "forget_bias")
    first, second = call(*arguments), call(*arguments)
    assert first.code == 1
    assert first.out == second.out


def test_the_door_leaves_nothing_behind(call, place):
    call("lint", f"{place}/nets.py:build", "--input", place / "batch.npy")
    assert not [name for name in sys.modules if name.startswith("_linted")]
    assert {path.name for path in Path(place).iterdir()} >= {"nets.py", "batch.npy"}
