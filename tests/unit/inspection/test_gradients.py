import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from hiddenstate.errors import InspectionError
from hiddenstate.inspection import before_and_after, gradient_flow, remedy
from hiddenstate.inspection.tapped import tapped
from hiddenstate.layers import DropoutSettings, Stacked
from hiddenstate.models.many_to_one import ManyToOne

STEPS = 9
CELLS = ("rnn", "lstm", "gru")
TORCH = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}


def at_the_end(x, direction):
    return lambda model: (model(x)[0][:, -1] @ direction).sum()


@pytest.fixture
def x():
    torch.manual_seed(1)
    return torch.randn(3, STEPS, 4, dtype=torch.float64)


@pytest.fixture
def direction():
    torch.manual_seed(2)
    return torch.randn(5, dtype=torch.float64)


def cut_in_two(model, x, direction, k, parts):
    """The reference: stop k steps before the end, go on from the state, and differentiate by it."""
    with torch.no_grad():
        _, state = model(x[:, : STEPS - k])
    leaves = [part.detach().clone().requires_grad_(True) for part in parts(state)]
    h, *C = leaves
    if C:  # h follows from C: h = o ⊙ tanh(C)
        h = h + (h / torch.tanh(C[0])).detach() * (torch.tanh(C[0]) - torch.tanh(C[0]).detach())
    state = (h, *C)
    outputs, _ = model(x[:, STEPS - k :], None, [state]) if isinstance(model, Stacked) else model(
        x[:, STEPS - k :], state if C else h
    )  # fmt: skip
    grads = torch.autograd.grad((outputs[:, -1] @ direction).sum(), leaves)
    return [float(grad.reshape(3, -1).norm(dim=-1).mean()) for grad in grads]


@pytest.mark.parametrize("cell", CELLS)
def test_norms_are_those_of_a_sequence_cut_in_two(x, direction, cell):
    torch.manual_seed(0)
    model = Stacked(cell, 4, hidden_size=5).double()
    (flow,) = gradient_flow(model, at_the_end(x, direction))
    for k in range(1, STEPS - 1):
        expected = cut_in_two(model, x, direction, k, lambda state: state[0])
        assert [flow.norms[symbol][k] for symbol in flow.norms] == pytest.approx(expected, rel=1e-10)
    assert flow.norms["h"][0] == pytest.approx(float(direction.norm()))
    assert (flow.distance, flow.sequences, list(flow.norms)) == (STEPS - 1, 3, ["h", "C"][: len(flow.norms)])


@pytest.mark.parametrize("kind", TORCH)
def test_layers_that_torch_made_give_the_same(x, direction, kind):
    torch.manual_seed(0)
    model = TORCH[kind](4, 5, batch_first=True).double()

    def parts(state):
        return (
            [part.transpose(0, 1) for part in state] if isinstance(state, tuple) else [state.transpose(0, 1)]
        )

    class Turned(nn.Module):  # torch wants the layers in front
        def forward(self, x, state=None):
            hx = None
            if state is not None:
                hx = (
                    tuple(s.transpose(0, 1) for s in state)
                    if isinstance(state, tuple)
                    else state.transpose(0, 1)
                )
            return model(x, hx)

    (flow,) = gradient_flow(model, at_the_end(x, direction))
    for k in (1, 4):
        expected = cut_in_two(Turned(), x, direction, k, parts)
        assert [flow.norms[symbol][k] for symbol in flow.norms] == pytest.approx(expected, rel=1e-10)
    assert flow.name == "layer 1"


def variants(kind):
    """(module, arguments) in all forms that torch takes."""
    torch.manual_seed(0)
    x = torch.randn(3, 6, 4)
    first = {"batch_first": True}
    yield TORCH[kind](4, 5, **first), (x,)
    yield TORCH[kind](4, 5), (x.transpose(0, 1),)
    yield TORCH[kind](4, 5, num_layers=2, bidirectional=True, dropout=0.5, **first), (x,)
    yield TORCH[kind](4, 5, bias=False), (x[0],)
    start = torch.randn(1, 3, 5)
    yield TORCH[kind](4, 5, **first), (x, (start, 2 * start) if kind == "LSTM" else start)
    start = torch.randn(4, 3, 5)
    both = TORCH[kind](4, 5, num_layers=2, bidirectional=True, **first)
    yield both, (x, (start, 2 * start) if kind == "LSTM" else start)


def flat(values):
    return (
        [values] if isinstance(values, torch.Tensor) else [part for value in values for part in flat(value)]
    )


@pytest.mark.parametrize("kind", TORCH)
def test_a_tapped_model_answers_as_before_in_every_form(kind):
    for model, args in variants(kind):
        model.eval()
        plain = flat(model(*args))
        with tapped(model) as taps:
            seen = flat(model(*args))
        for one, other in zip(plain, seen, strict=True):
            torch.testing.assert_close(one, other, atol=2e-6, rtol=1e-5)
        assert all(len(tap.states) == 6 for tap in taps)
        assert not model._forward_hooks


def test_packed_rows_are_aligned_at_their_own_ends():
    torch.manual_seed(0)
    model = nn.GRU(4, 5, batch_first=True, bidirectional=True)
    x, lengths = torch.randn(2, 6, 4), torch.tensor([6, 3])

    def loss(model):
        packed = pack_padded_sequence(x, lengths, batch_first=True)
        outputs, _ = pad_packed_sequence(model(packed)[0], batch_first=True)
        # Each direction at the step that it computes last.
        return outputs[0, 5, :5].sum() + outputs[1, 2, :5].sum() + outputs[:, 0, 5:].sum()

    def one(row, steps):
        def loss(model):
            outputs, _ = model(x[row : row + 1, :steps])
            return outputs[0, -1, :5].sum() + outputs[0, 0, 5:].sum()

        return gradient_flow(model, loss)

    both = gradient_flow(model, loss)
    for direction in (0, 1):
        long, short = one(0, 6)[direction].norms["h"], one(1, 3)[direction].norms["h"]
        expected = [*((long[:3] + short) / 2), *long[3:]]
        np.testing.assert_allclose(both[direction].norms["h"], expected, rtol=1e-4)
    assert both[1].name.endswith("backward")


def test_the_model_stays_as_it_was():
    torch.manual_seed(0)
    stack = Stacked("lstm", 3, hidden_size=4, num_layers=2, dropout=DropoutSettings(0.5, 0.5, 0.5))
    model = ManyToOne(stack, pool="additive", output_size=1).train()
    model.recurrent.layers[1].eval()
    x = torch.randn(2, 5, 3)

    def loss(model):
        return model(x, torch.tensor([5, 2])).values.sum()

    first, again = gradient_flow(model, loss), gradient_flow(model, loss)
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.norms["C"], other.norms["C"])  # dropout is off
    assert model.training
    assert [layer.training for layer in model.recurrent.layers] == [True, False]
    assert all(layer.path == "auto" and "step" not in vars(layer.cell) for layer in model.recurrent.layers)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_what_enters_at_the_last_step_alone(x, direction):
    torch.manual_seed(0)
    model = Stacked("lstm", 4, hidden_size=5).double()

    def mean(model):
        return (model(x)[0].mean(dim=1) @ direction).sum()

    (at_end,) = gradient_flow(model, at_the_end(x, direction))
    (everywhere,) = gradient_flow(model, mean)
    (last,) = gradient_flow(model, mean, entering="last")
    np.testing.assert_allclose(last.norms["C"], at_end.norms["C"] / STEPS, rtol=1e-9)
    assert everywhere.norms["C"][5] > 2 * last.norms["C"][5]
    assert last.entering == "last"

    def ragged(model):
        return model(x, torch.tensor([9, 4, 2]))[0].sum()

    with pytest.raises(InspectionError, match=r'entering: expected sequences of one length for "last"'):
        gradient_flow(model, ragged, entering="last")


def test_an_rnn_explodes_vanishes_or_carries_by_its_weights():
    x = torch.zeros(2, 30, 3, dtype=torch.float64)
    found = {}
    for size in (0.5, 1.0, 1.6):
        torch.manual_seed(0)
        model = Stacked("rnn", 3, hidden_size=4).double()
        with torch.no_grad():
            model.layers[0].cell.U.mul_(size)  # orthogonal, and tanh' = 1 at zero: the norm is size^k exactly
        (flow,) = gradient_flow(model, lambda model: model(x)[0][:, -1, 0].sum())
        np.testing.assert_allclose(flow.relative(), size ** np.arange(29.0), rtol=1e-5)
        found[size] = flow
    assert [flow.fate for flow in found.values()] == ["vanishes", "carries", "explodes"]
    assert found[0.5].reach() == 11
    assert found[0.5].decades_lost(11) == pytest.approx(10 * np.log10(2), rel=1e-5)
    assert found[1.6].growth() == pytest.approx(1.6**28, rel=1e-5)
    assert found[0.5].start == "largest |λ| of U 0.50"
    assert "Exchange the cell" in remedy(found[0.5])
    assert "more than 11 steps back" in remedy(found[0.5])
    assert "training.clip_norm = 1" in remedy(found[1.6])
    assert "Nothing to change" in remedy(found[1.0])


@pytest.mark.parametrize(
    ("bias", "advice"), [(0.0, "starts at a bias of 0.0: set forget_bias=1.0"), (1.0, 'forget_bias="chrono"')]
)
def test_the_remedy_of_a_forgetful_lstm_is_its_bias(bias, advice):
    torch.manual_seed(0)
    x = torch.randn(4, 80, 16)
    model = Stacked("lstm", 16, hidden_size=16, forget_bias=bias)
    (flow,) = gradient_flow(model, lambda model: model(x)[0][:, -1].sum())
    assert flow.fate == "vanishes"
    assert flow.start == f"forget bias {bias:.1f}"
    assert advice in remedy(flow)


def test_before_and_after_stand_side_by_side():
    torch.manual_seed(0)
    fresh, trained = (Stacked("lstm", 2, hidden_size=3, forget_bias=bias) for bias in (1.0, 4.0))
    x = torch.randn(2, 6, 2)
    flows = before_and_after(fresh, trained, lambda model: model(x)[0][:, -1].sum())
    assert [(flow.weights, flow.start) for flow in flows] == [
        ("fresh weights", "forget bias 1.0"),
        ("after training", "forget bias 4.0"),
    ]
    assert flows[1].decades_lost(4) < flows[0].decades_lost(4)


def test_one_step_leaves_nothing_to_compare():
    (flow,) = gradient_flow(
        Stacked("gru", 2, hidden_size=3), lambda model: model(torch.ones(1, 1, 2))[0].sum()
    )
    assert (flow.distance, flow.fate) == (0, "unknown")
    assert np.isnan(flow.decades_lost(20))
    assert "Nothing to compare" in remedy(flow)


@pytest.mark.parametrize(
    ("model", "loss", "message"),
    [
        (nn.Linear(2, 3), lambda m: m(torch.ones(2)).sum(), "expected a module with a recurrent layer"),
        (nn.RNN(2, 3, nonlinearity="relu"), lambda m: m(torch.ones(4, 2))[0].sum(), "got the mode RNN_RELU"),
        (nn.LSTM(2, 3, proj_size=1), lambda m: m(torch.ones(4, 2))[0].sum(), "got proj_size=1"),
        (nn.GRU(2, 3), lambda m: m(torch.ones(4, 2))[0], r"got a tensor of shape \(4, 3\)"),
        (nn.GRU(2, 3), lambda m: m(torch.ones(4, 2))[0].sum() * float("nan"), "got nan"),
        (nn.GRU(2, 3), lambda m: 1.0, "got float"),
        (nn.GRU(2, 3), lambda m: torch.ones(1, requires_grad=True).sum(), "depends on a recurrent layer"),
        (Stacked("gru", 2, hidden_size=3), lambda m: m(torch.ones(4, 0, 2))[0].sum(), "at least one step"),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_into_is_refused_in_words(model, loss, message):
    with pytest.raises(InspectionError, match=message):
        gradient_flow(model, loss)
