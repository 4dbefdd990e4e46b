"""A convolution over time as neighbouring frames side by side: what a linear layer makes of them is its output."""

import numpy as np

from hiddenstate.data.sound.frontend import Frames


def stack_frames(frames: Frames, context: int, stride: int) -> Frames:
    """(time, features) -> (⌈time / stride⌉, context · features): each frame with those before it, every `stride`-th.

    Zeros stand before the first frame, so that nothing waits for what comes: a stream can have it.

    >>> stack_frames(np.array([[1.0], [2.0], [3.0]], np.float32), context=2, stride=1).tolist()
    [[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]]
    """
    padded = np.concatenate([np.zeros((context - 1, frames.shape[1]), np.float32), frames])
    windows = np.lib.stride_tricks.sliding_window_view(padded, context, axis=0)  # (time, features, context)
    return np.ascontiguousarray(windows[::stride].transpose(0, 2, 1)).reshape(-1, context * frames.shape[1])
