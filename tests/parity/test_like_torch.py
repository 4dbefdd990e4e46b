"""hiddenstate.layers.LSTM, GRU and RNN are torch.nn's, exchanged in one line."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from hiddenstate import layers
from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.inspection import gradient_flow, trace

PAIRS = {"lstm": (layers.LSTM, nn.LSTM), "gru": (layers.GRU, nn.GRU), "rnn": (layers.RNN, nn.RNN)}
BATCH, TIME, INPUT, HIDDEN = 5, 7, 3, 4
LENGTHS = torch.tensor([3, 7, 1, 5, 3])

every_kind = pytest.mark.parametrize("kind", PAIRS)
every_shape = pytest.mark.parametrize(
    "settings",
    [
        {},
        {"bidirectional": True},
        {"num_layers": 2, "bias": False},
        {"num_layers": 3, "bidirectional": True, "batch_first": True},
    ],
    ids=["plain", "both", "no bias", "deep"],
)


def pair(kind, dtype=torch.float64, **settings):
    """Ours and torch's, with the same weights."""
    ours, theirs = (made(INPUT, HIDDEN, **settings).to(dtype) for made in PAIRS[kind])
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert dict(ours.named_parameters()).keys() == dict(theirs.named_parameters()).keys()
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def made_input(settings, dtype=torch.float64):
    shape = (BATCH, TIME, INPUT) if settings.get("batch_first") else (TIME, BATCH, INPUT)
    return torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(3))


def state_for(theirs, dtype=torch.float64):
    shape = (theirs.num_layers * (1 + theirs.bidirectional), BATCH, HIDDEN)
    parts = tuple(torch.randn(shape, dtype=dtype) for _ in range(2 if theirs.mode == "LSTM" else 1))
    return parts if len(parts) > 1 else parts[0]


def assert_same(ours, theirs, tolerance=1e-12):
    """Equal up to rounding, in the same form: tensors, tuples and packed sequences."""
    assert type(ours) is type(theirs)
    if isinstance(ours, tuple):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            assert_same(one, other, tolerance)
    elif ours is not None:
        torch.testing.assert_close(ours, theirs, rtol=0, atol=tolerance)


@every_kind
@every_shape
def test_padded_input_with_and_without_a_state(kind, settings):
    ours, theirs = pair(kind, **settings)
    x, hx = made_input(settings), state_for(theirs)
    assert_same(ours(x), theirs(x))
    assert_same(ours(x, hx), theirs(x, hx))


@every_kind
@every_shape
@pytest.mark.parametrize("sorted_by_user", [False, True])
def test_packed_input(kind, settings, sorted_by_user):
    ours, theirs = pair(kind, **settings)
    lengths = LENGTHS.sort(descending=True).values if sorted_by_user else LENGTHS
    packed = pack_padded_sequence(
        made_input(settings), lengths, settings.get("batch_first", False), enforce_sorted=sorted_by_user
    )
    hx = state_for(theirs)
    assert_same(ours(packed, hx), theirs(packed, hx))
    assert_same(ours(packed), theirs(packed))


@every_kind
def test_a_single_sequence(kind):
    ours, theirs = pair(kind, bidirectional=True)
    x = torch.randn(TIME, INPUT, dtype=torch.float64)
    assert_same(ours(x), theirs(x))
    _, state = theirs(x)
    assert_same(ours(x, state), theirs(x, state))


@every_kind
@every_shape
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_lengths_do_what_packing_does_and_gradients_are_equal(kind, settings, dtype):
    ours, theirs = pair(kind, dtype, **settings)
    first = settings.get("batch_first", False)
    x, hx = made_input(settings, dtype), state_for(theirs, dtype)
    mine, yours = x.clone().requires_grad_(), x.clone().requires_grad_()
    outputs, state = ours(mine, hx, lengths=LENGTHS)
    packed = pack_padded_sequence(yours, LENGTHS, first, enforce_sorted=False)
    their_outputs, their_state = theirs(packed, hx)
    their_outputs, _ = pad_packed_sequence(their_outputs, first)
    tolerance = 1e-12 if dtype == torch.float64 else 2e-6
    assert_same((outputs, state), (their_outputs, their_state), tolerance)
    weights = torch.randn(outputs.shape, dtype=dtype)
    for read, final in ((outputs, state), (their_outputs, their_state)):
        last = final[0] if isinstance(final, tuple) else final
        ((read * weights).sum() + (last**2).sum()).backward()
    torch.testing.assert_close(mine.grad, yours.grad, rtol=0, atol=10 * tolerance)
    for (name, one), other in zip(ours.named_parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(
            one.grad, other.grad, rtol=1e-5, atol=20 * tolerance, msg=lambda text, n=name: f"{n}: {text}"
        )


@every_kind
def test_float32_goes_through_the_kernels(kind, monkeypatch):
    from hiddenstate.layers import ragged

    calls = []
    plain = ragged.forward_pass
    monkeypatch.setattr(ragged, "forward_pass", lambda *args, **more: calls.append(1) or plain(*args, **more))
    ours, _ = pair(kind, torch.float32, batch_first=True)
    ours(made_input({"batch_first": True}, torch.float32), lengths=LENGTHS)
    assert calls


def test_empty_rows_and_padding_have_no_effect():
    ours, _ = pair("lstm", torch.float32, batch_first=True, bidirectional=True)
    x = made_input({"batch_first": True}, torch.float32)
    lengths = torch.tensor([0, 7, 2, 5, 3])
    outputs, (h_n, c_n) = ours(x, lengths=lengths)
    assert not outputs[0].any()
    assert not h_n[:, 0].any()
    noisy = torch.where(torch.arange(TIME)[None, :, None] < lengths[:, None, None], x, torch.nan)
    assert_same(ours(noisy, lengths=lengths), (outputs, (h_n, c_n)))


def test_dropout_stands_between_the_layers_and_only_in_training():
    ours, theirs = pair("gru", num_layers=2, dropout=0.9)
    x = made_input({})
    assert_same(ours.eval()(x), theirs.eval()(x))
    torch.manual_seed(0)
    one, other = ours.train()(x)[0], ours(x)[0]
    assert not torch.equal(one, other)
    alone, their_own = pair("gru", num_layers=2, dropout=0.0)
    assert_same(alone.train()(x), their_own.train()(x))


@every_kind
def test_the_same_seed_gives_the_same_start_and_training_the_same_weights(kind):
    made = []
    for build in PAIRS[kind]:
        torch.manual_seed(7)
        made.append(build(INPUT, HIDDEN, batch_first=True))
    for one, other in zip(*(layer.parameters() for layer in made), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)
    x = made_input({"batch_first": True}, torch.float32)
    for layer in made:
        optimiser = torch.optim.Adam(layer.parameters(), 0.01)
        for _ in range(5):
            optimiser.zero_grad()
            (layer(x)[0] ** 2).mean().backward()
            optimiser.step()
    for one, other in zip(*(layer.parameters() for layer in made), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-4)


def test_a_copy_is_a_layer_of_its_own():
    ours, _ = pair("lstm")
    copied = copy.deepcopy(ours)
    with torch.no_grad():
        copied.weight_hh_l0.zero_()
    x = made_input({})
    assert not torch.equal(copied(x)[0], ours(x)[0])
    assert sum(part.numel() for part in ours.parameters()) == sum(
        part.numel() for part in nn.LSTM(INPUT, HIDDEN).parameters()
    )


def test_what_is_refused():
    with pytest.raises(SettingsError, match=r"proj_size: expected 0, got 2\. Layers with projections stay"):
        layers.LSTM(INPUT, HIDDEN, proj_size=2)
    with pytest.raises(SettingsError, match='nonlinearity: expected "tanh", got "relu"'):
        layers.RNN(INPUT, HIDDEN, nonlinearity="relu")
    ours = layers.LSTM(INPUT, HIDDEN, batch_first=True)
    packed = pack_padded_sequence(torch.randn(2, 3, INPUT), [3, 2], batch_first=True)
    with pytest.raises(ShapeError, match="lengths: expected none with a PackedSequence"):
        ours(packed, lengths=torch.tensor([3, 2]))
    with pytest.raises(ShapeError, match=r"hx: expected 2 tensor\(s\) of shape \(1, 2, 4\)"):
        ours(torch.randn(2, 3, INPUT), torch.zeros(1, 2, HIDDEN))
    with pytest.raises(ShapeError, match=r"hx: .*got \(1, 3, 4\), \(1, 3, 4\)"):
        ours(torch.randn(2, 3, INPUT), (torch.zeros(1, 3, HIDDEN),) * 2)
    with pytest.raises(ShapeError, match="input: expected 2 or 3 axes, got 1"):
        ours(torch.randn(3))
    with pytest.raises(ShapeError, match="Put the features on the last axis"):
        ours(torch.randn(2, 3, 5))


@every_kind
def test_traces_and_gradients_of_them_are_those_of_torchs(kind):
    ours, theirs = pair(kind, num_layers=2, bidirectional=True, batch_first=True)
    x = made_input({"batch_first": True})
    mine, yours = trace(ours, x, LENGTHS), trace(theirs, x, LENGTHS)
    assert len(mine.layers) == len(yours.layers) == 4
    for one, other in zip(mine.layers, yours.layers, strict=True):
        assert (one.name, one.cell) == (other.name, other.cell)
        for symbol, values in other.values.items():
            torch.testing.assert_close(
                torch.tensor(one.values[symbol]), torch.tensor(values), rtol=0, atol=1e-12, equal_nan=True
            )
    flows = [
        gradient_flow(layer, lambda model: model(x)[0][:, -1].sum(), weights="") for layer in (ours, theirs)
    ]
    for one, other in zip(*flows, strict=True):
        assert one.name == other.name
        torch.testing.assert_close(torch.tensor(one.norms["h"]), torch.tensor(other.norms["h"]))


def test_inside_a_module_lengths_reach_the_trace_and_the_gradient():
    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.reader = layers.LSTM(INPUT, HIDDEN, num_layers=2, bidirectional=True, batch_first=True)

        def forward(self, x, lengths):
            return self.reader(x, lengths=lengths)[0].sum(dim=1)

    model = Reader().double()
    x = made_input({"batch_first": True})
    found = trace(model, x, LENGTHS)
    expected = trace(model.reader, x, LENGTHS)
    for one, other in zip(found.layers, expected.layers, strict=True):
        assert one.lengths.tolist() == LENGTHS.tolist()
        for symbol, values in other.values.items():
            torch.testing.assert_close(
                torch.tensor(one.values[symbol]), torch.tensor(values), rtol=0, atol=1e-12, equal_nan=True
            )
    flow, *_ = gradient_flow(model, lambda inner: inner(x, LENGTHS).sum())
    assert flow.distance == TIME - 1
