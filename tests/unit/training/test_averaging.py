"""Averaged weights against the formula, and their stay in the model."""

import pytest
import torch
from torch import nn

from hiddenstate.training.averaging import AveragedWeights


def test_averages_follow_the_formula():
    parameter = nn.Parameter(torch.tensor([1.0, 10.0]))
    averaged = AveragedWeights([parameter], decay=0.3)
    expected = parameter.detach().clone()
    for step, value in enumerate(([2.0, 0.0], [4.0, 5.0], [-1.0, 3.0], [0.0, 0.0]), start=1):
        parameter.data = torch.tensor(value)
        averaged.update(step)
        decay = min(0.3, (1 + step) / (10 + step))  # 2/11, 3/12, 4/13 -> 0.3
        expected = decay * expected + (1 - decay) * torch.tensor(value)
        torch.testing.assert_close(averaged.averages[0], expected)


def test_averages_move_in_and_out_even_after_an_error():
    parameter = nn.Parameter(torch.tensor([1.0]))
    averaged = AveragedWeights([parameter], decay=0.5)
    memory = parameter.data_ptr()
    averaged.put([torch.tensor([3.0])])
    inside = []

    def interrupted():
        with averaged.in_place():
            inside.append(parameter.item())
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    assert inside == [1.0]
    assert parameter.item() == 3.0
    assert averaged.averages[0].item() == 1.0
    assert parameter.data_ptr() == memory, "a flattened recurrent layer keeps its one block of memory"
