"""Traces of torch's own layers, against the cell's steps in NumPy and torch's own cells."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from hiddenstate.errors import InspectionError, ShapeError
from hiddenstate.inspection import trace

from . import reference

KINDS = {
    "lstm": (nn.LSTM, {}),
    "gru": (nn.GRU, {}),
    "rnn": (nn.RNN, {}),
    "rnn_relu": (nn.RNN, {"nonlinearity": "relu"}),
}
# Rounding of the fused operation against one step after the other.
TOLERANCES = {torch.float64: 1e-12, torch.float32: 1e-5}


def build(kind, **settings):
    torch.manual_seed(3)
    cls, extra = KINDS[kind]
    return cls(4, 6, **extra, **settings)


def assert_equals_reference(found, module, x, lengths, tolerance, start=None):
    """Every layer and direction of a trace, against steps in NumPy; x: (batch, time, feature)."""
    weights = module.state_dict()
    read = x.double().numpy()
    directions = 2 if module.bidirectional else 1
    assert len(found.layers) == module.num_layers * directions
    for number in range(module.num_layers):
        outputs = []
        for layer in found.layers[number * directions : (number + 1) * directions]:
            backward = layer.direction == "backward"
            assert (layer.number, layer.lengths.tolist()) == (number, list(lengths))
            p = reference.parameters(weights, f"_l{number}" + ("_reverse" if backward else ""))
            place = number * directions + backward
            for row, length in enumerate(lengths):
                first = {} if start is None else {"h": start[0][place, row], "C": start[-1][place, row]}
                expected = reference.run(layer.cell, read[row, :length], p, reverse=backward, **first)
                for symbol, values in expected.items():
                    error = np.abs(layer.values[symbol][row, :length] - values).max()
                    assert error <= tolerance, (layer.name, symbol, row, error)
                assert np.isnan(layer.values["h"][row, length:]).all()
            outputs.append(np.nan_to_num(layer.values["h"]).astype(np.float64))
        read = np.concatenate(outputs, axis=-1)


@pytest.mark.parametrize("dtype", TOLERANCES, ids=str)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "settings", [{}, {"bias": False}, {"num_layers": 3, "bidirectional": True, "dropout": 0.5}]
)
def test_every_gate_of_a_padded_batch(kind, settings, dtype):
    module = build(kind, batch_first=True, **settings).to(dtype)
    x = torch.randn(3, 40, 4, dtype=dtype)
    assert_equals_reference(trace(module, x), module, x, (40, 40, 40), TOLERANCES[dtype])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_packed_sequences_in_any_order_with_states(kind, bidirectional):
    module = build(kind, num_layers=2, bidirectional=bidirectional).double()
    x, lengths = torch.randn(4, 9, 4, dtype=torch.float64), (3, 9, 1, 5)
    shape = (2 * (1 + bidirectional), 4, 6)
    start = [torch.randn(shape, dtype=torch.float64) for _ in range(2 if kind == "lstm" else 1)]
    packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    found = trace(module, (packed, tuple(start) if kind == "lstm" else start[0]))
    # A packed sequence is itself a tuple; alone it is one argument.
    assert_equals_reference(found, module, x, lengths, 1e-12, [part.numpy() for part in start])
    alone = trace(module, packed)
    assert_equals_reference(alone, module, x, lengths, 1e-12)


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_torchs_own_cell_says_the_same(kind):
    module = build(kind, batch_first=True).double()
    cell = {"lstm": nn.LSTMCell, "gru": nn.GRUCell, "rnn": nn.RNNCell}[kind](4, 6).double()
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in module.state_dict().items()})
    x = torch.randn(2, 30, 4, dtype=torch.float64)
    values = trace(module, x)[0].values
    state = None
    for t in range(30):
        state = cell(x[:, t], state)
        h, C = state if kind == "lstm" else (state, None)
        assert np.abs(values["h"][:, t] - h.detach().numpy()).max() <= 1e-12
        if C is not None:
            assert np.abs(values["C"][:, t] - C.detach().numpy()).max() <= 1e-12


def test_time_first_and_a_single_sequence():
    module = build("gru")
    x = torch.randn(8, 3, 4)
    first = trace(module, x)
    assert first[0].shape == (3, 8, 6)
    single = trace(module, x[:, 1])
    assert single[0].shape == (1, 8, 6)
    np.testing.assert_allclose(single[0].values["z"][0], first[0].values["z"][1], atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_without_a_step_and_one_step(kind):
    module = build(kind, batch_first=True, num_layers=2, bidirectional=True).double()
    x = torch.randn(4, 5, 4, dtype=torch.float64)
    x[2] = torch.nan  # whatever stands in the padding
    found = trace(module, x, torch.tensor([5, 1, 0, 2]))
    assert_equals_reference(found, module, x, (5, 1, 0, 2), 1e-12)
    assert found[0].row(2)["h"].shape == (0, 6)


@pytest.mark.parametrize("lengths", [None, torch.tensor([0, 0])])
@pytest.mark.parametrize("batch_first", [True, False])
def test_an_input_without_any_step(lengths, batch_first):
    module = build("lstm", batch_first=batch_first, num_layers=2)
    x = torch.randn(2, 0, 4) if batch_first else torch.randn(0, 2, 4)
    found = trace(module, x, lengths)
    assert [layer.shape for layer in found.layers] == [(2, 0, 6)] * 2
    assert found[0].lengths.tolist() == [0, 0]


class Tagger(nn.Module):
    """Somebody's own module: packs, uses dropout, and changes the layer's output in place."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 4)
        self.drop = nn.Dropout(0.9)
        self.reader = nn.LSTM(4, 6, bidirectional=True)
        self.answer = nn.Linear(12, 3)

    def forward(self, words, lengths):
        x = self.drop(self.embed(words))
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        outputs, _ = pad_packed_sequence(self.reader(packed)[0], batch_first=True)
        return self.answer(self.drop(outputs.relu_()))


def test_a_layer_inside_somebodys_module():
    torch.manual_seed(0)
    model = Tagger().train()
    model.drop.eval()
    words, lengths = torch.randint(20, (3, 7)), torch.tensor([2, 7, 4])
    found = trace(model, words, lengths)
    assert [layer.place for layer in found.layers] == ["reader", "reader"]
    with torch.no_grad():
        x = model.embed(words)
    assert_equals_reference(found, model.reader, x, (2, 7, 4), 1e-5)
    assert model.training
    assert not model.drop.training, "each part is put back into its own mode"
    assert not model.reader._forward_hooks
    again = trace(model, (words, lengths))
    np.testing.assert_array_equal(again[1].values["f"], found[1].values["f"])


@pytest.mark.parametrize("num_layers", [1, 2])
def test_what_a_model_changes_in_place_does_not_reach_the_record(num_layers):
    class InPlace(nn.Module):
        def __init__(self):
            super().__init__()
            self.reader = build("gru", batch_first=True, num_layers=num_layers)

        def forward(self, x):
            outputs, _ = self.reader(x)
            x.zero_()
            return outputs.zero_()

    model, x = InPlace(), torch.randn(2, 5, 4)
    before = x.clone()
    assert_equals_reference(trace(model, x), model.reader, before, (5, 5), 1e-5)


def test_a_record_does_not_change_with_the_model():
    module = build("lstm", batch_first=True)
    found = trace(module, torch.randn(1, 3, 4))
    before = found[0].weights.W.copy()
    with torch.no_grad():
        module.weight_ih_l0.zero_()
    np.testing.assert_array_equal(found[0].weights.W, before)


def test_ten_thousand_steps_stay_exact():
    module = build("lstm", batch_first=True).double()
    x = torch.randn(1, 10_000, 4, dtype=torch.float64)
    assert_equals_reference(trace(module, x), module, x, (10_000,), 1e-12)


class OwnLSTM(nn.Module):
    def forward(self, x):
        return x


class Doubled(nn.GRU):
    """A layer that does something of its own."""

    def forward(self, input, hx=None):
        outputs, state = super().forward(input, hx)
        return outputs, state


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("pack", [False, True])
def test_a_stack_gives_its_model_the_same_while_it_is_watched(kind, pack):
    module = build(kind, num_layers=3, bidirectional=True, dropout=0.5, batch_first=True).double()
    heard = []

    class Around(nn.Module):
        def __init__(self):
            super().__init__()
            self.reader = module

        def forward(self, x, *start):
            heard.append(self.reader(x, *start))
            return heard[-1]

    x = torch.randn(3, 7, 4, dtype=torch.float64)
    start = torch.randn(6, 3, 6, dtype=torch.float64)
    if pack:
        x = pack_padded_sequence(x, torch.tensor([2, 7, 4]), batch_first=True, enforce_sorted=False)
    arguments = (x, (start, start) if kind == "lstm" else start)
    model = Around().eval()
    with torch.no_grad():
        model(*arguments)
    trace(model, arguments)
    (plain, plain_state), (watched, watched_state) = heard
    torch.testing.assert_close(watched, plain, rtol=0, atol=1e-12)
    torch.testing.assert_close(watched_state, plain_state, rtol=0, atol=1e-12)
    assert "forward" not in vars(module)


def test_a_single_layer_with_a_forward_of_its_own_is_read():
    module = Doubled(4, 6, batch_first=True).double()
    x = torch.randn(2, 5, 4, dtype=torch.float64)
    assert_equals_reference(trace(module, x), module, x, (5, 5), 1e-12)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (Doubled(4, 6, num_layers=2), ["torch's own forward for a stack of 2 layers", "got that of Doubled"]),
        (nn.LSTM(4, 6, proj_size=2), ["without projection", "proj_size=2", "proj_size=0"]),
        (nn.Sequential(nn.Linear(4, 4), nn.ReLU()), ["with a recurrent layer", "Linear, ReLU, Sequential"]),
        (nn.Sequential(nn.GRU(4, 4), OwnLSTM()), ["1: expected", "got OwnLSTM", "Exchange the layer"]),
        (nn.Sequential(nn.LSTMCell(4, 4)), ["0: expected", "got LSTMCell"]),
    ],
    ids=["own forward", "projection", "none", "unknown", "cell"],
)
def test_what_cannot_be_looked_into_is_refused(model, words):
    with pytest.raises(InspectionError) as caught:
        trace(model, torch.randn(2, 3, 4))
    assert all(word in str(caught.value) for word in words), caught.value


def test_layers_that_are_not_used_are_named():
    class Idle(nn.Module):
        def __init__(self):
            super().__init__()
            self.spare = nn.GRU(4, 4)

        def forward(self, x):
            return x

    with pytest.raises(InspectionError, match="a pass without them"):
        trace(Idle(), torch.randn(1, 2, 4))


def test_lengths_that_do_not_fit():
    with pytest.raises(ShapeError, match="expected 0 to 5"):
        trace(build("gru", batch_first=True), torch.randn(2, 5, 4), torch.tensor([6, 1]))


def test_inputs_that_do_not_fit():
    with pytest.raises(ShapeError, match="expected 4 features on the last axis, got 5"):
        trace(build("gru", batch_first=True), torch.randn(2, 5, 5))
