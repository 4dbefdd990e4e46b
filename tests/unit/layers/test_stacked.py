import math
from typing import Any

import pytest
import torch

from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.layers import Bidirectional, Recurrent, Stacked


def cells(stack: Stacked) -> list[Any]:
    return [module.cell for module in stack.modules() if isinstance(module, Recurrent)]


def test_each_layer_reads_the_one_below() -> None:
    stack = Stacked("gru", 3, hidden_size=4, num_layers=2)
    x, lengths = torch.randn(2, 5, 3), torch.tensor([5, 2])
    lower, lower_state = stack.layers[0](x, lengths)
    upper, upper_state = stack.layers[1](lower, lengths)
    outputs, states = stack(x, lengths)
    assert torch.equal(outputs, upper)
    assert torch.equal(states[0].h, lower_state.h)
    assert torch.equal(states[1].h, upper_state.h)


def test_the_final_state_continues_the_sequence() -> None:
    stack = Stacked("lstm", 3, hidden_size=4, num_layers=2).double()
    x = torch.randn(2, 5, 3, dtype=torch.float64)
    whole, _ = stack(x)
    _, states = stack(x[:, :3])
    rest, _ = stack(x[:, 3:], state=states)
    torch.testing.assert_close(rest, whole[:, 3:], rtol=0, atol=1e-13)  # the same sums, blocked differently


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("forget_bias", [1.0, -3.0])
def test_the_forget_bias_starts_there_in_every_layer_and_direction(
    bidirectional: bool, forget_bias: float
) -> None:
    stack = Stacked(
        "lstm", 3, hidden_size=4, num_layers=3, bidirectional=bidirectional, forget_bias=forget_bias
    )
    assert len(cells(stack)) == (6 if bidirectional else 3)
    for cell in cells(stack):
        assert torch.equal(cell.b.detach().chunk(4)[1], torch.full((4,), forget_bias))


def test_chrono_differs_in_every_layer_and_stays_within_the_training_length() -> None:
    stack = Stacked("lstm", 3, hidden_size=50, num_layers=2, forget_bias="chrono", memory_steps=20)
    first, second = (cell.b.detach().chunk(4)[1] for cell in cells(stack))
    assert not torch.equal(first, second)
    for b_f in (first, second):
        assert b_f.min() >= 0.0
        assert 2.0 < b_f.max() <= math.log(19.0) + 1e-6  # a float32 logarithm


@pytest.mark.parametrize(("bidirectional", "kind"), [(False, Recurrent), (True, Bidirectional)])
def test_sizes_run_through_the_stack(bidirectional: bool, kind: type) -> None:
    stack = Stacked("rnn", 3, hidden_size=4, num_layers=2, bidirectional=bidirectional)
    assert all(isinstance(layer, kind) for layer in stack.layers)
    assert stack.output_size == (8 if bidirectional else 4)
    assert [cell.input_size for cell in cells(stack)] == ([3, 3, 8, 8] if bidirectional else [3, 4])
    assert stack(torch.zeros(2, 5, 3))[0].shape == (2, 5, stack.output_size)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell": "lsmt"}, 'expected a cell, got "lsmt". Did you mean "lstm"'),
        ({"num_layers": 0}, "num_layers: expected at least 1, got 0"),
        ({"hidden_size": 0}, "hidden_size: expected at least 1, got 0"),
        (
            {"cell": "rnn", "forget_bias": "chrono", "memory_steps": 9},
            "expected a cell with a gate that keeps",
        ),
        ({"forget_bias": "chrono"}, "memory_steps: expected at least 2"),
    ],
)
def test_settings_that_make_no_stack_are_refused(options: dict[str, Any], message: str) -> None:
    options = {"cell": "lstm", "hidden_size": 4} | options
    with pytest.raises(SettingsError, match=message):
        Stacked(options.pop("cell"), 3, **options)


def test_a_state_for_another_number_of_layers_is_refused() -> None:
    stack = Stacked("gru", 3, hidden_size=4, num_layers=2)
    _, states = stack(torch.zeros(2, 5, 3))
    with pytest.raises(ShapeError, match="expected one for each of the 2 layers, got 1"):
        stack(torch.zeros(2, 5, 3), state=states[:1])


def test_saved_weights_are_restored() -> None:
    stack = Stacked("gru", 3, hidden_size=4, num_layers=2, bidirectional=True)
    other = Stacked("gru", 3, hidden_size=4, num_layers=2, bidirectional=True)
    x = torch.randn(2, 5, 3)
    assert not torch.equal(stack(x)[0], other(x)[0])
    other.load_state_dict(stack.state_dict())
    assert torch.equal(stack(x)[0], other(x)[0])
