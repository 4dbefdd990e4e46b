import math

import pytest
import torch

from hiddenstate.cells import GRUCell, GRUState


def test_one_step_by_hand() -> None:
    cell = GRUCell(1, 1)
    with torch.no_grad():
        cell.W.zero_(), cell.U.zero_()
        # In the order r, z, n: gates of 0.5 and 0.75, an input part of 0.25.
        cell.b.copy_(torch.tensor([0.0, math.log(3.0), 0.25]))
        cell.U[2] = 0.5
        cell.b_hn.fill_(1.0)
    state, gates = cell.step(torch.ones(1, 1), GRUState(torch.full((1, 1), 2.0)))
    assert gates.r.item() == pytest.approx(0.5)
    assert gates.z.item() == pytest.approx(0.75)
    assert gates.a_hn.item() == pytest.approx(2.0)
    n = math.tanh(0.25 + 0.5 * 2.0)  # the reset gate scales the recurrent product and its bias
    assert gates.n.item() == pytest.approx(n)
    assert state.h.item() == pytest.approx(0.25 * n + 0.75 * 2.0)


def test_a_dropped_hidden_state_is_still_carried_on() -> None:
    cell = GRUCell(1, 1)
    with torch.no_grad():
        cell.b[1] = 50.0  # z = 1: keep everything
    state, _ = cell.step(torch.ones(1, 1), GRUState(torch.full((1, 1), 0.5)), torch.zeros(1, 1))
    assert state.h.item() == 0.5


def test_only_the_update_bias_starts_at_one() -> None:
    cell = GRUCell(3, 4)
    b_r, b_z, b_n = cell.b.detach().chunk(3)
    assert torch.equal(b_z, torch.ones(4))
    assert not torch.cat([b_r, b_n, cell.b_hn.detach()]).any()


def test_chrono_sets_the_update_bias() -> None:
    b_r, b_z, b_n = GRUCell(3, 500, forget_bias="chrono", memory_steps=30).b.detach().chunk(3)
    assert b_z.min() >= 0.0
    assert 2.0 < b_z.max() <= math.log(29.0) + 1e-6  # a float32 logarithm
    assert not torch.cat([b_r, b_n]).any()
