"""Batches of windows: every window once in an epoch, the order fixed by seed and epoch."""

import numpy as np
import pytest
import torch

from hiddenstate.data.batches import WindowBatches, WindowShape
from hiddenstate.data.clock import Clock
from hiddenstate.data.panel import Panel, Repairs, Series
from hiddenstate.data.windows import Origins


@pytest.fixture
def panel():
    clock = Clock(np.datetime64("2014-01-01", "s"), 3600)
    steps = np.arange(60, dtype=np.float32)[:, None]
    series = Series("", clock, steps, 100 + steps, steps[:, :0], np.zeros(60, dtype=bool))
    return Panel((series,), ("y",), ("k",), (), Repairs(), "a.csv")


def batches(panel, **changes):
    origins = Origins(np.zeros(50, dtype=np.int64), np.arange(5, 55))
    arguments = {"batch_size": 16, "seed": 3, **changes}
    return WindowBatches(
        panel, origins, WindowShape(lookback=5, horizon=2, calendar=("time_of_day",)), **arguments
    )


def firsts(parts):
    """The first target of each window, batch by batch."""
    return [batch.future_targets[:, 0, 0].tolist() for batch in parts]


def joined(parts):
    return [value for part in parts for value in part]


def test_an_epoch_has_every_window_once(panel):
    parts = firsts(batches(panel).epoch(0))
    assert [len(part) for part in parts] == [16, 16, 16, 2]
    assert len(batches(panel)) == 4
    assert sorted(joined(parts)) == list(range(5, 55))
    assert joined(parts) != list(range(5, 55))


def test_a_resumed_run_draws_what_an_uninterrupted_one_draws(panel):
    uninterrupted = batches(panel)
    epochs = [firsts(uninterrupted.epoch(number)) for number in range(3)]
    assert firsts(batches(panel).epoch(2)) == epochs[2]
    assert epochs[1] != epochs[2]
    assert firsts(batches(panel, seed=4).epoch(2)) != epochs[2]


def test_fewer_steps_take_another_part_of_the_windows_each_epoch(panel):
    short = batches(panel, steps_per_epoch=2)
    assert len(short) == 2
    parts = [firsts(short.epoch(number)) for number in range(2)]
    assert [len(part) for part in parts[0]] == [16, 16]
    assert sorted(joined(parts[0])) != sorted(joined(parts[1]))
    assert len(batches(panel, steps_per_epoch=9)) == 4


def test_windows_in_order_are_tensors_of_the_right_steps(panel):
    parts = list(batches(panel).in_order())
    assert joined(firsts(parts)) == list(range(5, 55))
    batch = parts[1]
    assert batch.past_targets.shape == (16, 5, 1)
    assert batch.past_known.shape == (16, 5, 5)
    assert batch.future_known.dtype == torch.float32
    torch.testing.assert_close(batch.future_known[..., 0], 100 + batch.future_targets[..., 0])
    torch.testing.assert_close(batch.past_targets[:, -1, 0] + 1, batch.future_targets[:, 0, 0])
