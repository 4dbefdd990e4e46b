"""The transcriber's steps: the same for a tensor in training and for an array without torch."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.data.sound.stacking import frames_side_by_side
from hiddenstate.models.transcriber import stacked


@given(length=st.integers(0, 20), features=st.integers(1, 4), stack=st.integers(1, 6))
def test_frames_stand_side_by_side_in_the_same_order_with_and_without_torch(length, features, stack):
    frames = np.arange(1, 1 + length * features, dtype=np.float32).reshape(length, features)
    steps = frames_side_by_side(frames, stack)
    assert steps.shape == (-(-length // stack), stack * features)
    np.testing.assert_array_equal(steps, stacked(torch.from_numpy(frames)[None], stack)[0].numpy())
