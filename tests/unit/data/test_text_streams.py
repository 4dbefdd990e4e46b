"""A long text as batches that go on where the last one ended."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from hiddenstate.data.text_streams import LEAST_STEPS, TextStreams
from hiddenstate.errors import InputError


def streams(length=4000, restart=0.0, **more):
    return TextStreams(
        np.arange(length), **{"batch_size": 3, "window": 5, "restart": restart, "seed": 1, **more}
    )


def test_each_batch_goes_on_and_targets_follow_inputs():
    own = streams()
    batches = list(own.epoch(1))
    assert len(batches) == len(own)
    assert own.rows == 3
    for batch in batches:
        step = batch.targets - batch.inputs
        assert bool(((step == 1) | (batch.targets == 0)).all())
    for before, after in pairwise(batches):
        assert torch.equal(before.targets[:, -1], after.inputs[:, 0])
        assert before.carried is after.carried


def test_epochs_differ_and_repeat():
    own = streams()
    first, again, other = (next(own.epoch(number)) for number in (1, 1, 2))
    assert torch.equal(first.inputs, again.inputs)
    assert not torch.equal(first.inputs, other.inputs)
    assert first.carried is not again.carried


def test_rows_begin_anew_as_often_as_said():
    fresh = torch.cat([batch.fresh for batch in streams(20_000, restart=0.25).epoch(1)])
    assert fresh.float().mean().item() == pytest.approx(0.25, abs=0.03)
    assert not any(batch.fresh.any() for batch in streams().epoch(1))


def test_a_short_text_has_fewer_stretches():
    assert streams(5 * LEAST_STEPS * 2 + 1).rows == 2
    assert streams(6).rows == 1
    with pytest.raises(InputError, match="than the window of 5 to learn from, got 5"):
        streams(5)
