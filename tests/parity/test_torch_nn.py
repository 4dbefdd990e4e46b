"""A stack of layers computes what the torch.nn module with the same weights computes."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from hiddenstate.errors import ShapeError
from hiddenstate.layers import Bidirectional, BothStates, Recurrent, Stacked

TORCH_LAYERS: dict[str, type[nn.RNNBase]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
BATCH, TIME, INPUT, HIDDEN = 5, 7, 3, 4

every_kind = pytest.mark.parametrize("name", TORCH_LAYERS)
every_depth = pytest.mark.parametrize("num_layers", [1, 2])
every_direction = pytest.mark.parametrize("bidirectional", [False, True], ids=["forwards", "both"])
every_path = pytest.mark.parametrize("path", ["loop", "fused"])


def make_pair(name: str, num_layers: int, bidirectional: bool, path: str = "auto") -> tuple[Stacked, Any]:
    """Torch's module with random weights, and our stack that has taken them over."""
    torch.manual_seed(1)
    theirs = TORCH_LAYERS[name](
        INPUT, HIDDEN, num_layers=num_layers, bidirectional=bidirectional, batch_first=True
    ).double()
    ours = Stacked(name, INPUT, hidden_size=HIDDEN, num_layers=num_layers, bidirectional=bidirectional)
    ours.double().load_torch_weights(theirs.state_dict())
    for module in ours.modules():
        if isinstance(module, Recurrent):
            module.path = path  # type: ignore[assignment]
    return ours, theirs


def one_direction_each(states: tuple[Any, ...]) -> list[Any]:
    """The cells' states in torch's order: layer by layer, forward before backward."""
    return [
        state
        for layer in states
        for state in (layer if isinstance(layer, BothStates) else BothStates(layer, None))
        if state is not None
    ]


def as_torch(states: tuple[Any, ...]) -> Any:
    """Our final states in torch's form: (layers·directions, batch, hidden), two of these for an LSTM."""
    parts = [torch.stack(part) for part in zip(*one_direction_each(states), strict=True)]
    return tuple(parts) if len(parts) > 1 else parts[0]


def assert_same(ours: Any, theirs: Any) -> None:
    """Equal up to float64 rounding over TIME steps and two layers."""
    ours = ours if isinstance(ours, tuple) else (ours,)
    theirs = theirs if isinstance(theirs, tuple) else (theirs,)
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-12)


@every_kind
@every_depth
@every_direction
@every_path
def test_whole_sequences(name: str, num_layers: int, bidirectional: bool, path: str) -> None:
    ours, theirs = make_pair(name, num_layers, bidirectional, path)
    x = torch.randn(BATCH, TIME, INPUT, dtype=torch.float64)
    outputs, states = ours(x)
    their_outputs, their_state = theirs(x)
    assert_same(outputs, their_outputs)
    assert_same(as_torch(states), their_state)


@every_kind
@every_depth
@every_direction
@every_path
def test_lengths_equal_packed_sequences(name: str, num_layers: int, bidirectional: bool, path: str) -> None:
    ours, theirs = make_pair(name, num_layers, bidirectional, path)
    x, lengths = torch.randn(BATCH, TIME, INPUT, dtype=torch.float64), torch.tensor([3, 7, 1, 5, 3])
    outputs, states = ours(x, lengths)
    packed, their_state = theirs(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))
    their_outputs, _ = pad_packed_sequence(packed, batch_first=True, total_length=TIME)
    assert_same(outputs, their_outputs)
    assert_same(as_torch(states), their_state)


@every_kind
@every_direction
def test_an_initial_state_is_used(name: str, bidirectional: bool) -> None:
    ours, theirs = make_pair(name, 2, bidirectional)
    x = torch.randn(BATCH, TIME, INPUT, dtype=torch.float64)
    _, states = ours(x)
    outputs, _ = ours(x, state=states)
    their_outputs, _ = theirs(x, as_torch(states))
    assert_same(outputs, their_outputs)


@every_kind
@every_depth
@every_direction
def test_weights_go_there_and_back(name: str, num_layers: int, bidirectional: bool) -> None:
    ours, theirs = make_pair(name, num_layers, bidirectional)
    twin = type(theirs)(INPUT, HIDDEN, num_layers=num_layers, bidirectional=bidirectional, batch_first=True)
    twin.double().load_state_dict(ours.torch_weights())
    again = Stacked(name, INPUT, hidden_size=HIDDEN, num_layers=num_layers, bidirectional=bidirectional)
    again.double().load_torch_weights(twin.state_dict())
    x = torch.randn(BATCH, TIME, INPUT, dtype=torch.float64)
    assert_same(twin(x)[0], theirs(x)[0])
    for mine, other in zip(ours.parameters(), again.parameters(), strict=True):
        assert torch.equal(mine, other)


@every_kind
def test_gradients_of_the_weights(name: str) -> None:
    ours, theirs = make_pair(name, 2, True)
    x = torch.randn(BATCH, TIME, INPUT, dtype=torch.float64)
    ours(x)[0].square().sum().backward()
    theirs(x)[0].square().sum().backward()
    last = ours.layers[1]
    assert isinstance(last, Bidirectional)
    cell = last.backwards.cell
    # The merged bias has the gradient of either of torch's two; GRU's candidate keeps them apart.
    assert_same(cell.W.grad, theirs.weight_ih_l1_reverse.grad)
    assert_same(cell.U.grad, theirs.weight_hh_l1_reverse.grad)
    assert_same(cell.b.grad, theirs.bias_ih_l1_reverse.grad)
    if name == "gru":
        assert_same(cell.b_hn.grad, theirs.bias_hh_l1_reverse.grad[2 * HIDDEN :])


@every_kind
def test_float32_on_torchs_cpu_kernels(name: str) -> None:
    ours, theirs = make_pair(name, 2, True)
    ours.float(), theirs.float()
    x = torch.randn(BATCH, TIME, INPUT)
    # float32 rounding over 7 steps and two layers; the two biases are also added in another order.
    torch.testing.assert_close(ours(x)[0], theirs(x)[0], rtol=0, atol=2e-6)


def test_a_module_without_bias() -> None:
    theirs = nn.GRU(INPUT, HIDDEN, bias=False, batch_first=True)
    ours = Stacked("gru", INPUT, hidden_size=HIDDEN)
    ours.load_torch_weights(theirs.state_dict())
    x = torch.randn(BATCH, TIME, INPUT)
    torch.testing.assert_close(ours(x)[0], theirs(x)[0], rtol=0, atol=2e-6)  # float32 rounding


@pytest.mark.parametrize(
    ("theirs", "message"),
    [
        (nn.LSTM(INPUT, HIDDEN, num_layers=2), "expected 1 layer.*got also weight_ih_l1.*Check num_layers"),
        (nn.LSTM(INPUT, HIDDEN, bidirectional=True), "got also weight_ih_l0_reverse"),
        (nn.LSTM(INPUT, HIDDEN, proj_size=2), "got also weight_hr_l0"),
        (nn.LSTM(INPUT + 1, HIDDEN), r"expected \"weight_ih_l0\" of shape \(16, 3\), got \(16, 4\)"),
        (nn.GRU(INPUT, HIDDEN), r"expected \"weight_ih_l0\" of shape \(16, 3\), got \(12, 3\)"),
    ],
    ids=["too deep", "two directions", "projection", "other input", "other cell"],
)
def test_weights_that_do_not_fit_are_refused_and_change_nothing(theirs: nn.Module, message: str) -> None:
    ours = Stacked("lstm", INPUT, hidden_size=HIDDEN)
    before: list[Tensor] = [parameter.clone() for parameter in ours.parameters()]
    with pytest.raises(ShapeError, match=message):
        ours.load_torch_weights(theirs.state_dict())
    for old, new in zip(before, ours.parameters(), strict=True):
        assert torch.equal(old, new)


def test_missing_weights_are_named() -> None:
    theirs = nn.LSTM(INPUT, HIDDEN)
    ours = Stacked("lstm", INPUT, hidden_size=HIDDEN, bidirectional=True)
    with pytest.raises(ShapeError, match='expected an entry "weight_ih_l0_reverse"'):
        ours.load_torch_weights(theirs.state_dict())
