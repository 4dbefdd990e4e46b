"""Shuffled rows of tensors."""

import pytest
import torch

from hiddenstate.errors import ShapeError
from hiddenstate.training import TensorBatches, TrainingSettings


def rows(batches, number):
    return [row for (x, _) in batches.epoch(number) for row in x.tolist()]


def test_every_row_once_in_an_order_of_seed_and_epoch():
    x = torch.arange(10)
    batches = TensorBatches([x, 2 * x], TrainingSettings(batch_size=4))
    assert len(batches) == 3
    assert [len(x) for x, _ in batches.epoch(1)] == [4, 4, 2]
    assert all(torch.equal(y, 2 * x) for x, y in batches.epoch(1))
    assert sorted(rows(batches, 1)) == list(range(10))
    assert rows(batches, 2) == rows(batches, 2)
    assert rows(batches, 1) != rows(batches, 2)
    other = TensorBatches([x, x], TrainingSettings(batch_size=4, seed=1))
    assert rows(other, 1) != rows(batches, 1)


def test_tensors_that_do_not_fit_together_are_refused():
    with pytest.raises(ShapeError, match=r"one number of rows above 0, got \[2, 3\]"):
        TensorBatches([torch.zeros(2), torch.zeros(3)], TrainingSettings())
    with pytest.raises(ShapeError, match=r"got \[0\]"):
        TensorBatches([torch.zeros(0)], TrainingSettings())
