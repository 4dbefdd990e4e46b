from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor

from hiddenstate.cells import CELLS, Cell, GRUCell, LSTMCell
from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.layers import Bidirectional, Recurrent
from hiddenstate.layers import bidirectional as bidirectional_file
from hiddenstate.layers import ragged as ragged_file
from hiddenstate.layers import recurrent as recurrent_file


class _LeakyState(NamedTuple):
    h: Tensor


class _LeakyCell(Cell[_LeakyState, tuple[()]]):
    """A cell that torch has no fused operation for."""

    label = "Leaky cell"
    blocks = ("h",)

    def step(
        self, x_t: Tensor, state: _LeakyState, h_mask: Tensor | None = None
    ) -> tuple[_LeakyState, tuple[()]]:
        return _LeakyState(0.5 * state.h + x_t @ self.W.T), ()

    def initial_state(self, batch_size: int) -> _LeakyState:
        return _LeakyState(self.b.new_zeros(batch_size, self.hidden_size))

    def make_state(self, *parts: Tensor) -> _LeakyState:
        return _LeakyState(*parts)


@pytest.fixture
def fused_calls(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The cells that went through the fused path."""
    calls: list[Any] = []
    fused = recurrent_file.fused_forward

    def watch(cell: Any, *rest: Any) -> Any:
        calls.append(cell)
        return fused(cell, *rest)

    monkeypatch.setattr(recurrent_file, "fused_forward", watch)
    return calls


def test_auto_takes_the_fused_path_unless_the_hidden_state_is_dropped(fused_calls: list[Any]) -> None:
    x = torch.randn(2, 3, 4)
    plain, dropping = Recurrent(LSTMCell(4, 5)), Recurrent(LSTMCell(4, 5), recurrent_dropout=0.5)
    plain(x)
    assert fused_calls == [plain.cell]
    dropping(x)
    assert fused_calls == [plain.cell]
    dropping.eval()(x)
    assert fused_calls == [plain.cell, dropping.cell]


def test_the_loop_can_be_asked_for(fused_calls: list[Any]) -> None:
    layer = Recurrent(LSTMCell(4, 5), path="loop")
    layer(torch.randn(2, 3, 4))
    assert fused_calls == []
    layer.path = "fused"
    layer(torch.randn(2, 3, 4))
    assert fused_calls == [layer.cell]


@pytest.fixture
def kernel_calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many directions went through the kernels in each call."""
    calls: list[int] = []
    run = ragged_file.ragged_directions

    def watch(cells: Any, *rest: Any, **named: Any) -> Any:
        calls.append(len(cells))
        return run(cells, *rest, **named)

    monkeypatch.setattr(ragged_file, "ragged_directions", watch)
    monkeypatch.setattr(bidirectional_file, "ragged_directions", watch)
    return calls


def test_rows_of_different_lengths_go_through_the_kernels(kernel_calls: list[int]) -> None:
    x, lengths = torch.randn(2, 3, 4), torch.tensor([3, 1])
    Recurrent(LSTMCell(4, 5))(x, lengths)
    Bidirectional(LSTMCell(4, 5), LSTMCell(4, 5))(x)
    Recurrent(GRUCell(4, 5))(x)
    assert kernel_calls == [1, 2, 1]
    Recurrent(LSTMCell(4, 5))(x)  # one LSTM over equal lengths: torch calls oneDNN
    Recurrent(LSTMCell(4, 5), path="loop")(x, lengths)
    Recurrent(LSTMCell(4, 5).double())(x.double(), lengths)
    assert len(kernel_calls) == 3


@pytest.mark.parametrize("cell", [LSTMCell, GRUCell])
@pytest.mark.parametrize("both", [False, True])
def test_a_dropped_hidden_state_gives_the_same_in_the_loop_and_in_the_kernels(
    cell: type[Any], both: bool, kernel_calls: list[int]
) -> None:
    layer: Any = Recurrent(cell(4, 5), recurrent_dropout=0.5)
    if both:
        layer = Bidirectional(cell(4, 5), cell(4, 5), recurrent_dropout=0.5)
    results = []
    for path in ("auto", "loop"):
        for part in layer.modules():
            if isinstance(part, Recurrent):
                part.path = path  # type: ignore[assignment]
        torch.manual_seed(1)
        x = torch.randn(3, 6, 4, requires_grad=True)
        outputs, _ = layer(x, torch.tensor([6, 0, 3]))
        layer.zero_grad()
        outputs.square().sum().backward()
        results.append([outputs, x.grad, *(weight.grad for weight in layer.parameters())])
    assert len(kernel_calls) == 1
    for kernel, loop in zip(*results, strict=True):
        torch.testing.assert_close(kernel, loop, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("training", [False, True])
def test_zoneout_gives_the_same_in_the_loop_and_in_the_kernels(
    name: str, both: bool, training: bool, kernel_calls: list[int]
) -> None:
    cells = [CELLS[name](4, 5) for _ in range(1 + both)]
    layer: Any = (Bidirectional if both else Recurrent)(*cells, recurrent_dropout=0.5, zoneout=0.3)
    layer.train(training)
    results = []
    for path in ("auto", "loop"):
        for part in layer.modules():
            if isinstance(part, Recurrent):
                part.path = path  # type: ignore[assignment]
        torch.manual_seed(1)
        x = torch.randn(3, 6, 4, requires_grad=True)
        outputs, _ = layer(x, torch.tensor([6, 0, 3]))
        layer.zero_grad()
        outputs.square().sum().backward()
        results.append([outputs, x.grad, *(weight.grad for weight in layer.parameters())])
    assert kernel_calls == [1 + both]
    for kernel, loop in zip(*results, strict=True):
        torch.testing.assert_close(kernel, loop, rtol=1e-5, atol=1e-5)


def test_zoneout_keeps_that_share_of_the_state_and_its_mean_outside_training() -> None:
    torch.manual_seed(0)
    layer = Recurrent(LSTMCell(3, 400), zoneout=0.25)
    x, start = torch.randn(8, 1, 3), LSTMCell(3, 400).make_state(torch.rand(8, 400), torch.rand(8, 400))
    new, _ = layer.cell.step(x[:, 0], start)
    _, drawn = layer(x, state=start)
    for before, after in zip(start, drawn, strict=True):
        # 3,200 units at a share of 0.25: a standard error of 0.008.
        assert abs(float((before == after).float().mean()) - 0.25) < 0.03
    _, mean = layer.eval()(x, state=start)
    for before, after, whole in zip(start, mean, new, strict=True):
        torch.testing.assert_close(after, 0.25 * before + 0.75 * whole)


def test_a_cell_without_a_fused_operation_runs_in_the_loop() -> None:
    layer = Recurrent(_LeakyCell(4, 5))
    outputs, state = layer(torch.randn(2, 3, 4), torch.tensor([3, 1]))
    assert torch.equal(outputs[0, 2], state.h[0])
    assert torch.equal(outputs[1, 0], state.h[1])


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Recurrent(GRUCell(4, 5), path="fussed"), 'got "fussed". Did you mean "fused"'),  # type: ignore[arg-type]
        (
            lambda: Recurrent(GRUCell(4, 5), path="fused", recurrent_dropout=0.1),
            "with recurrent dropout or zoneout, got",
        ),
        (lambda: Recurrent(_LeakyCell(4, 5), path="fused"), 'for the Leaky cell, got "fused"'),
        (lambda: Recurrent(GRUCell(4, 5), recurrent_dropout=1.0), "recurrent_dropout: expected a share"),
        (lambda: Recurrent(GRUCell(4, 5), input_dropout=1.0), "expected a share"),
        (lambda: Recurrent(GRUCell(4, 5), zoneout=1.0), "zoneout: expected a share"),
        (lambda: Recurrent(GRUCell(4, 5), path="fused", zoneout=0.1), "or zoneout, got"),
    ],
)
def test_what_cannot_be_computed_is_refused(build: Any, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        build()


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (torch.zeros(2, 3, 5), r"expected shape \(batch, time, 4\), got \(2, 3, 5\)"),
        (torch.zeros(3, 4), r"expected shape \(batch, time, 4\), got \(3, 4\)"),
        (torch.zeros(2, 3, 4, dtype=torch.float64), "expected torch.float32 .* got torch.float64"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(x: Tensor, message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        Recurrent(GRUCell(4, 5))(x)


@pytest.mark.parametrize(
    "state",
    [(torch.zeros(2, 5),), (torch.zeros(2, 5), torch.zeros(2, 6)), (torch.zeros(5), torch.zeros(5))],
    ids=["no C", "other size", "no batch"],
)
def test_a_state_that_does_not_fit_is_refused(state: Any) -> None:
    with pytest.raises(
        ShapeError, match=r"state: expected tensors of shapes \(\(2, 5\), \(2, 5\)\) for the LSTM"
    ):
        Recurrent(LSTMCell(4, 5))(torch.zeros(2, 3, 4), state=state)


def test_lengths_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError, match="lengths: expected 0 to 3"):
        Recurrent(GRUCell(4, 5))(torch.zeros(2, 3, 4), torch.tensor([4, 1]))


def test_two_directions_need_two_cells() -> None:
    cell = GRUCell(4, 5)
    with pytest.raises(SettingsError, match="backward_cell: expected a cell of its own"):
        Bidirectional(cell, cell)


def test_directions_have_weights_and_names_of_their_own() -> None:
    layer = Bidirectional(LSTMCell(4, 5), LSTMCell(4, 5))
    assert not torch.equal(layer.forwards.cell.W, layer.backwards.cell.W)
    assert layer.label == "Bidirectional LSTM"
    assert layer.backwards.label == "LSTM, backwards"
    assert "reverse=True" in repr(layer.backwards)
