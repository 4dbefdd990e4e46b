import pytest
import torch

from hiddenstate.cells import ElmanCell, ElmanGates, ElmanState
from hiddenstate.errors import SettingsError


def test_one_step_by_hand() -> None:
    cell = ElmanCell(1, 1)
    with torch.no_grad():
        cell.W.fill_(2.0), cell.U.fill_(-1.0), cell.b.fill_(0.5)
    state, gates = cell.step(torch.tensor([[0.25]]), ElmanState(torch.tensor([[0.75]])))
    # tanh(2 · 0.25 - 0.75 + 0.5)
    assert state.h.item() == pytest.approx(torch.tanh(torch.tensor(0.25)).item())
    assert gates == ElmanGates()


def test_it_has_no_forget_bias_to_set() -> None:
    with pytest.raises(SettingsError, match="forget_bias: expected a cell with a gate that keeps"):
        ElmanCell.create(2, 3, forget_bias="chrono", memory_steps=10)
    assert isinstance(ElmanCell.create(2, 3, forget_bias=1.0), ElmanCell)
