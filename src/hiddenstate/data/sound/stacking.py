"""Neighbouring frames side by side as one step: with overlap, what a linear layer makes of them is a convolution."""

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


def frames_side_by_side(frames: Frames, stack: int) -> Frames:
    """(time, features) -> (⌈time / stack⌉, stack · features), without overlap; zeros fill up the last step.

    >>> frames_side_by_side(np.array([[1.0], [2.0], [3.0]], np.float32), stack=2).tolist()
    [[1.0, 2.0], [3.0, 0.0]]
    """
    missing = -len(frames) % stack
    whole = np.pad(frames, ((0, missing), (0, 0))) if missing else frames
    return np.ascontiguousarray(whole).reshape(-1, stack * frames.shape[1])
