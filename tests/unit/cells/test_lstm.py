import math

import pytest
import torch

from hiddenstate.cells import LSTMCell, LSTMState
from hiddenstate.errors import SettingsError


def test_32_units_on_64_features_have_12416_parameters() -> None:
    assert sum(parameter.numel() for parameter in LSTMCell(64, 32).parameters()) == 12_416


def test_one_step_by_hand() -> None:
    cell = LSTMCell(1, 1)
    with torch.no_grad():
        cell.W.zero_(), cell.U.zero_()
        # In the order i, f, C̃, o: gates of 0.5, 0.75 and 0.2, a candidate of tanh(1).
        cell.b.copy_(torch.tensor([0.0, math.log(3.0), 1.0, math.log(0.25)]))
    state, gates = cell.step(torch.ones(1, 1), LSTMState(torch.ones(1, 1), torch.full((1, 1), 2.0)))
    assert gates.f.item() == pytest.approx(0.75)
    assert gates.i.item() == pytest.approx(0.5)
    assert gates.C_tilde.item() == pytest.approx(math.tanh(1.0))
    assert gates.o.item() == pytest.approx(0.2)
    C = 0.75 * 2.0 + 0.5 * math.tanh(1.0)
    assert state.C.item() == pytest.approx(C)
    assert state.h.item() == pytest.approx(0.2 * math.tanh(C))


def test_only_the_forget_bias_starts_at_one() -> None:
    b_i, b_f, b_C, b_o = LSTMCell(3, 4).b.detach().chunk(4)
    assert torch.equal(b_f, torch.ones(4))
    assert not torch.cat([b_i, b_C, b_o]).any()


def test_a_forget_bias_of_ones_own() -> None:
    assert torch.equal(LSTMCell(3, 4, forget_bias=-2.5).b.detach().chunk(4)[1], torch.full((4,), -2.5))


def test_chrono_spreads_the_memory_up_to_the_training_length() -> None:
    torch.manual_seed(0)
    b_i, b_f, b_C, b_o = LSTMCell(3, 2000, forget_bias="chrono", memory_steps=100).b.detach().chunk(4)
    memories = b_f.exp()
    assert memories.min() >= 1.0
    assert memories.max() <= 99.0 * (1 + 1e-6)  # exp of a float32 logarithm
    # Uniform over [1, 99]: the mean of 2000 draws has a standard error of 0.63.
    assert memories.mean().item() == pytest.approx(50.0, abs=3.0)
    assert torch.equal(b_i, -b_f)
    assert not torch.cat([b_C, b_o]).any()


@pytest.mark.parametrize("memory_steps", [None, 1])
def test_chrono_needs_the_training_length(memory_steps: int | None) -> None:
    with pytest.raises(SettingsError, match=f"memory_steps: expected at least 2 .* got {memory_steps}"):
        LSTMCell(3, 4, forget_bias="chrono", memory_steps=memory_steps)


def test_another_word_for_the_forget_bias_is_refused() -> None:
    with pytest.raises(SettingsError, match="expected a number or \"chrono\", got 'crono'"):
        LSTMCell(3, 4, forget_bias="crono")  # type: ignore[arg-type]


@pytest.mark.parametrize(("sizes", "name"), [((0, 4), "input_size"), ((3, 0), "hidden_size")])
def test_sizes_below_one_are_refused(sizes: tuple[int, int], name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}: expected at least 1, got 0"):
        LSTMCell(*sizes)
