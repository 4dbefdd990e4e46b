"""Every cell of the table goes through one checklist."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from hiddenstate.cells import CELLS, Cell
from hiddenstate.errors import SettingsError

BATCH, INPUT, HIDDEN = 3, 4, 5

TORCH_CELLS: dict[str, type[nn.RNNCellBase]] = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}

every_cell = pytest.mark.parametrize("name", CELLS)
every_torch_cell = pytest.mark.parametrize("name", TORCH_CELLS)


def make_cell(name: str) -> Cell[Any, Any]:
    """A cell in float64 with every parameter random, so that no zero bias hides a mistake."""
    torch.manual_seed(7)
    cell = CELLS[name](INPUT, HIDDEN).double()
    for parameter in cell.parameters():
        nn.init.normal_(parameter, std=0.7)
    return cell


def make_state(cell: Cell[Any, Any]) -> tuple[Tensor, ...]:
    """A random state, of any size a cell may reach."""
    return cell.make_state(*(torch.randn_like(part) for part in cell.initial_state(BATCH)))


@every_cell
def test_gradients_agree_with_finite_differences(name: str) -> None:
    cell = make_cell(name)
    x_t = torch.randn(BATCH, INPUT, dtype=torch.float64, requires_grad=True)
    state = [part.requires_grad_() for part in make_state(cell)]

    def run(x_t: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        after, gates = cell.step(x_t, cell.make_state(*rest[: len(state)]))
        return (*after, *gates)

    assert torch.autograd.gradcheck(run, (x_t, *state, *cell.parameters()))


@every_cell
def test_a_step_changes_neither_the_cell_nor_the_state(name: str) -> None:
    cell = make_cell(name)
    state = make_state(cell)
    before = [part.clone() for part in (*state, *cell.parameters())]
    after, _ = cell.step(torch.randn(BATCH, INPUT, dtype=torch.float64), state)
    for old, new in zip(before, (*state, *cell.parameters()), strict=True):
        assert torch.equal(old, new)
    assert not torch.equal(after[0], state[0])


@every_cell
def test_the_initial_state_is_zero_in_the_cells_precision(name: str) -> None:
    state = make_cell(name).initial_state(BATCH)
    for part in state:
        assert part.shape == (BATCH, HIDDEN)
        assert part.dtype == torch.float64
        assert not part.any()


@every_cell
def test_rows_do_not_see_each_other(name: str) -> None:
    cell = make_cell(name)
    state, x_t = make_state(cell), torch.randn(BATCH, INPUT, dtype=torch.float64)
    together, _ = cell.step(x_t, state)
    for row in range(BATCH):
        alone, _ = cell.step(x_t[row : row + 1], cell.make_state(*(part[row : row + 1] for part in state)))
        for whole, single in zip(together, alone, strict=True):
            # Both are one product of float64 numbers near 1, summed in another order.
            torch.testing.assert_close(whole[row], single[0], rtol=0, atol=1e-13)


@every_cell
def test_a_mask_of_ones_is_no_mask_and_one_of_zeros_hides_h_from_the_gates(name: str) -> None:
    cell = make_cell(name)
    state, x_t = make_state(cell), torch.randn(BATCH, INPUT, dtype=torch.float64)
    plain, plain_gates = cell.step(x_t, state)
    unmasked, _ = cell.step(x_t, state, torch.ones_like(state[0]))
    assert torch.equal(plain[0], unmasked[0])
    _, hidden_gates = cell.step(x_t, state, torch.zeros_like(state[0]))
    _, blind_gates = cell.step(x_t, cell.make_state(torch.zeros_like(state[0]), *state[1:]))
    for masked, blind, seeing in zip(hidden_gates, blind_gates, plain_gates, strict=True):
        assert torch.equal(masked, blind)
        assert not torch.equal(masked, seeing)


@every_torch_cell
def test_weights_go_to_torch_and_back(name: str) -> None:
    cell = make_cell(name)
    twin = TORCH_CELLS[name](INPUT, HIDDEN).double()
    twin.load_state_dict(cell.torch_weights(suffix=""))
    back = CELLS[name](INPUT, HIDDEN).double()
    back.load_torch_weights(twin.state_dict(), suffix="")
    for here, there in zip(cell.parameters(), back.parameters(), strict=True):
        assert torch.equal(here, there)

    state, x_t = make_state(cell), torch.randn(BATCH, INPUT, dtype=torch.float64)
    theirs: Any = twin(x_t, state if len(state) > 1 else state[0])
    theirs = theirs if isinstance(theirs, tuple) else (theirs,)
    ours, _ = cell.step(x_t, state)
    for our_part, their_part in zip(ours, theirs, strict=True):
        # The same sums of about ten float64 numbers near 1 in another order.
        torch.testing.assert_close(our_part, their_part, rtol=0, atol=1e-13)


@pytest.mark.parametrize("name", sorted(CELLS.keys() - TORCH_CELLS.keys()))
def test_a_cell_that_torch_lacks_says_so(name: str) -> None:
    cell = make_cell(name)
    message = (
        f"torch weights: expected an RNN, LSTM or GRU, got the {cell.label}, which torch.nn does not have"
    )
    with pytest.raises(SettingsError, match=message):
        cell.torch_weights()
    with pytest.raises(SettingsError, match=message):
        cell.load_torch_weights(nn.LSTM(INPUT, HIDDEN).state_dict())


@every_torch_cell
def test_random_weights_of_torch_are_taken_over(name: str) -> None:
    twin = TORCH_CELLS[name](INPUT, HIDDEN).double()
    cell = CELLS[name](INPUT, HIDDEN).double()
    cell.load_torch_weights(twin.state_dict(), suffix="")
    state, x_t = make_state(cell), torch.randn(BATCH, INPUT, dtype=torch.float64)
    theirs: Any = twin(x_t, state if len(state) > 1 else state[0])
    ours, _ = cell.step(x_t, state)
    torch.testing.assert_close(
        ours[0], theirs[0] if isinstance(theirs, tuple) else theirs, rtol=0, atol=1e-13
    )


@every_cell
def test_a_state_dict_restores_every_parameter(name: str) -> None:
    cell = make_cell(name)
    other = CELLS[name](INPUT, HIDDEN).double()
    other.load_state_dict(cell.state_dict())
    x_t = torch.randn(BATCH, INPUT, dtype=torch.float64)
    state = make_state(cell)
    assert torch.equal(cell.step(x_t, state)[0][0], other.step(x_t, state)[0][0])


@every_cell
def test_recurrent_blocks_start_orthogonal_and_input_blocks_within_glorots_bound(name: str) -> None:
    torch.manual_seed(0)
    cell = CELLS[name](40, 30)
    count = len(cell.blocks)
    for block in cell.U.detach().chunk(count):
        # Orthogonal up to float32 rounding of a 30 x 30 decomposition.
        torch.testing.assert_close(block @ block.T, torch.eye(30), rtol=0, atol=1e-5)
    bound = (6 / (40 + 30)) ** 0.5  # of one block: not of all blocks taken as one matrix
    for block in cell.W.detach().chunk(count):
        assert 0.97 * bound < block.abs().max() <= bound
