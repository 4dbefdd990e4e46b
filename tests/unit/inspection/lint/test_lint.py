"""Every rule on a module that has the mistake and on ones that have not."""

import math
import re
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional

from hiddenstate.errors import InspectionError, SettingsError, ShapeError
from hiddenstate.inspection.lint import RULES, lint
from hiddenstate.layers import Stacked
from hiddenstate.models.many_to_one import ManyToOne

from . import models

LENGTHS = torch.tensor([9, 4, 7])


def x(rows=3, steps=9):
    return torch.randn(rows, steps, 3, generator=torch.Generator().manual_seed(5))


def padded():
    real = torch.arange(9) < LENGTHS.unsqueeze(1)
    return x() * real.unsqueeze(-1)


def found(rule, model, inputs, lengths=None, **settings):
    report = lint(model, inputs, lengths, rules=[rule], **settings)
    assert not report.unchecked, report
    assert all(finding.rule == rule for finding in report.findings)
    return report.findings


def number_in(text):
    return float(re.findall(r"\d+\.?\d*(?:e-?\d+)?", text)[-1])


def test_the_last_step_of_a_layer_that_reads_both_ways():
    model = models.LastStepBothWays()
    (finding,) = found("last_step", model, x())
    assert finding.place == "reader"
    assert "at step 9, where it has seen 1 of 9 steps" in finding.problem
    model.eval()
    with torch.no_grad():
        outputs, _ = model.reader(x())
        gap = model.answer(outputs[:, -1]) - model.answer(
            torch.cat([outputs[:, -1, :8], outputs[:, 0, 8:]], dim=1)
        )
    assert finding.number == pytest.approx(float(gap.abs().max()), rel=1e-5)
    assert number_in(finding.proof) == pytest.approx(finding.number, rel=0.01)


def test_the_last_real_step_of_a_packed_sequence_is_no_better():
    (finding,) = found("last_step", models.PackedLast(), padded(), LENGTHS)
    assert "where it has seen 1 of" in finding.problem


@pytest.mark.parametrize("model", [models.EndsOfBoth(), models.MaxBothWays(), models.Reader()])
def test_ends_of_both_directions_and_pools_are_right(model):
    assert found("last_step", model, x()) == ()


@pytest.mark.parametrize("pool", ["last", "mean", "max", "additive"])
def test_our_own_models_have_none_of_the_mistakes(pool):
    model = ManyToOne(Stacked("lstm", 3, hidden_size=8, bidirectional=True), pool=pool, output_size=4)
    report = lint(model, padded(), LENGTHS, loss=functional.cross_entropy)
    assert report.clean, report
    assert report.unchecked == ()


def test_batch_and_time_mixed_up():
    (finding,) = found("batch_axis", models.MixedUp(), x())
    assert finding.place == "reader"
    assert (
        "batch_first=False: the layer takes (time, batch, feature) and is given (batch, time, feature)"
        in finding.problem
    )
    assert "Only row 0 of the input is changed: the answer of row" in finding.proof
    assert number_in(finding.proof) == pytest.approx(finding.number, rel=0.01)
    assert finding.number > 0.01


def test_mixed_up_the_other_way_round_and_as_many_rows_as_steps():
    (finding,) = found("batch_axis", models.Tagger(), x(), batch_axis=1)
    assert "batch_first=True" in finding.problem
    assert "Build it with batch_first=False" in finding.remedy
    assert len(found("batch_axis", models.MixedUp(), x(5, 5))) == 1


def test_rows_apart_are_right():
    assert found("batch_axis", models.Reader(), x()) == ()
    assert found("batch_axis", models.TimeFirst(), x(), batch_axis=1) == ()
    assert found("batch_axis", models.Words(), torch.tensor([[3, 3, 3], [4, 4, 4]])) == ()


def test_other_ways_to_mix_rows_are_found_too():
    (finding,) = found("batch_axis", models.OverTheBatch(), x())
    assert finding.place == ""
    assert "softmax" in finding.remedy


def test_a_single_row_cannot_be_checked():
    report = lint(models.Reader(), x(1), rules=["batch_axis"])
    assert report.unchecked == (("batch_axis", "it takes at least two rows; hand in a larger batch"),)


def test_padding_in_the_mean():
    (finding,) = found("padding", models.MeanOfAll(), padded(), LENGTHS)
    assert "5 steps of padding are in the mean (or sum) over 9 steps of row 1" in finding.problem
    assert finding.place == "reader"
    assert "The padding of row 1 is filled with other numbers: its answer changes by" in finding.proof
    assert finding.number > 0.01


def test_padding_as_the_last_step():
    (finding,) = found("padding", models.Reader(), padded(), LENGTHS)
    assert re.search(
        r"read at step 9, where row (1|2) has only padding: it ends at step (4|7)", finding.problem
    )


def test_padding_read_by_the_backward_direction():
    (finding,) = found("padding", models.BackwardReadsPadding(), padded(), LENGTHS)
    assert "The backward direction reads the padding before it reads the real steps" in finding.problem


def test_padding_of_words_is_found_by_the_embedding():
    words = torch.tensor([[5, 6, 7, 8], [9, 3, 0, 0]])
    (finding,) = found("padding", models.Words(), words)
    assert "5 more steps of padding are added to row" in finding.proof
    assert "only padding" in finding.problem


@pytest.mark.parametrize("model", [models.MeanOfReal(), models.Packed()])
def test_masked_and_packed_are_right(model):
    assert found("padding", model, padded(), LENGTHS) == ()


def test_answers_at_real_steps_of_a_forward_tagger_are_right():
    assert found("padding", models.Tagger(), padded(), LENGTHS) == ()
    (finding,) = found("padding", type("Both", (models.Tagger,), {"both": True})(), padded(), LENGTHS)
    assert "backward direction" in finding.problem


def test_padding_that_is_not_known_is_not_checked():
    report = lint(models.MeanOfAll(), x(), rules=["padding"])
    assert report.unchecked == (("padding", "it is not known which steps are padding; give lengths"),)


@pytest.mark.parametrize(
    "loss",
    [
        nn.CrossEntropyLoss(),
        functional.cross_entropy,
        lambda scores, targets: functional.cross_entropy(scores, targets),
    ],
)
def test_softmax_before_cross_entropy(loss):
    targets = torch.tensor([0, 1, 2])
    (finding,) = found("softmax", models.Softmaxed(), x(), loss=loss, targets=targets)
    # A sure and right answer of four classes: log(e + 3) - 1.
    assert finding.number == pytest.approx(math.log(math.e + 3) - 1)
    assert "still costs 0.744" in finding.proof
    with torch.no_grad():
        answer = models.Softmaxed().eval()(x()).double()
    assert f"is {float(functional.cross_entropy(answer, targets)):.3g} and would be" in finding.proof


def test_what_the_negative_log_likelihood_is_given():
    (finding,) = found("softmax", models.Softmaxed(), x(), loss=nn.NLLLoss())
    assert finding.problem == "The loss takes log-probabilities and is given probabilities."
    assert finding.number < 0
    (finding,) = found("softmax", models.Reader(), x(), loss=nn.NLLLoss())
    assert "raw scores" in finding.problem


@pytest.mark.parametrize(
    ("model", "loss"),
    [
        (models.Reader(), nn.CrossEntropyLoss()),
        (models.LogSoftmaxed(), nn.NLLLoss()),
        (models.LogSoftmaxed(), nn.CrossEntropyLoss()),
        (models.Softmaxed(), lambda answer, targets: ((answer - functional.one_hot(targets, 4)) ** 2).mean()),
    ],
)
def test_losses_that_fit_are_right(model, loss):
    assert found("softmax", model, x(), loss=loss) == ()


def test_a_loss_that_is_not_known_is_not_checked():
    report = lint(models.Softmaxed(), x(), rules=["softmax"])
    assert "give loss" in report.unchecked[0][1]
    report = lint(models.Reader(), x(), rules=["softmax"], loss=nn.MSELoss())
    assert "does not take classes" in report.unchecked[0][1]


def test_a_forget_bias_of_zero():
    torch.manual_seed(0)
    model = nn.LSTM(3, 64, batch_first=True)
    inputs = x(2, 30)
    (finding,) = found("forget_bias", model, inputs)
    from hiddenstate.inspection import trace

    assert finding.number == pytest.approx(float(trace(model, inputs)[0].values["f"].mean()))
    assert "the sequences have up to 30" in finding.proof
    assert len(found("forget_bias", nn.LSTM(3, 64, batch_first=True, bias=False), inputs)) == 1


def test_forget_biases_of_one_short_sequences_and_grus_are_right():
    assert found("forget_bias", models.Reader(), x(2, 30)) == ()
    assert found("forget_bias", nn.LSTM(3, 64, batch_first=True), x(2, 3)) == ()
    assert found("forget_bias", nn.GRU(3, 64, batch_first=True), x(2, 30)) == ()


def test_state_that_goes_on_from_call_to_call():
    model = models.Stateful()
    (finding,) = found("carried_state", model, x())
    assert finding.place == "state"
    assert finding.number > 0
    assert model.state is None, "the model is left as it was found"
    model.eval()
    with torch.no_grad():
        first, second = model(x()), model(x())
    assert finding.number == pytest.approx(float((first - second).abs().max()), rel=1e-5)


@pytest.mark.parametrize("model", [models.Reader(), models.AlwaysDrops()])
def test_models_without_a_state_and_random_ones_are_right(model):
    assert found("carried_state", model, x()) == ()


def test_all_rules_at_once_leave_the_model_as_it_was():
    model = models.Stateful().train()
    model.drop.eval()
    before = {name: part.clone() for name, part in model.state_dict().items()}
    report = lint(model, x())
    assert [finding.rule for finding in report.findings] == ["carried_state"]
    assert {rule for rule, _ in report.unchecked} == {"padding", "softmax"}
    assert (model.training, model.drop.training) == (True, False)
    assert not model.reader._forward_hooks
    for name, part in model.state_dict().items():
        torch.testing.assert_close(part, before[name])
    assert "[carried_state] state: The state of one call" in str(report)
    assert "[padding] not checked" in str(report)


def test_a_clean_report_says_so():
    assert str(lint(models.Reader(), x(), rules=["last_step"])) == "No classic mistake found."


def test_projections_and_other_modules():
    model = nn.LSTM(3, 8, proj_size=2, batch_first=True)
    with pytest.raises(InspectionError, match="without projection"):
        lint(model, x())
    with pytest.raises(InspectionError, match="with a recurrent layer"):
        lint(nn.Linear(3, 3), x())


def test_inputs_and_rules_that_do_not_fit():
    with pytest.raises(InspectionError, match="expected a tensor with a batch and a time axis"):
        lint(models.Reader(), torch.zeros(3))
    with pytest.raises(ShapeError, match=r"lengths: expected shape \(3,\), got \(2,\)"):
        lint(models.Reader(), x(), torch.tensor([1, 2]))
    with pytest.raises(SettingsError, match='Did you mean "padding"'):
        lint(models.Reader(), x(), rules=["paddin"])


def test_every_rule_has_a_finding_of_its_name_here():
    text = Path(__file__).read_text(encoding="utf-8")
    assert all(f'found("{rule}"' in text for rule in RULES)


def test_a_stack_whose_backward_direction_reads_padding():
    model = models.BackwardReadsPadding()
    model.reader = nn.LSTM(3, 8, num_layers=2, batch_first=True, bidirectional=True)
    (finding,) = found("padding", model, padded(), LENGTHS)
    assert "The backward direction reads the padding" in finding.problem
    assert "forward" not in vars(model.reader)
