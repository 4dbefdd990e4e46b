"""Recordings of hours in bounded memory: the network reads pieces, the search goes from pause to pause."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from hiddenstate.data.sound import Frames
from hiddenstate.tasks.alphabet import BLANK
from hiddenstate.tasks.ctc import Logs

Read = Callable[[Frames, Any], tuple[Logs, Any]]
"""A network at work: prepared frames of whole steps (but at a recording's end) and the state to go on from, None for
a fresh one -> (steps, 1 + letters) log probabilities, and the state after them."""
LONGEST_WHOLE = 6000
"""Frames that are read at once, a minute of them; longer recordings are read in pieces."""
PIECE_STEPS = 1000
"""Steps of the network that a piece answers for."""
OVERLAP_STEPS = 100
"""Steps on each side that a network of both directions reads beside them, so that it knows what is around."""
LONGEST_SEARCH = 1000
"""Steps that are searched together; a pause is looked for in their second half."""


def read_in_pieces(
    read: Read,
    frames: Frames,
    *,
    stack: int,
    both: bool,
    piece: int = PIECE_STEPS,
    overlap: int = OVERLAP_STEPS,
) -> Logs:
    """(frames, features) -> (steps, 1 + letters) log probabilities; `stack` frames make a step.

    A network of one direction carries its state over: the same numbers as in one go. One of `both` directions reads
    `overlap` steps more on each side of a piece, and forgets what is farther away.
    """
    steps = -(-len(frames) // stack)
    parts = []
    state: Any = None
    for first in range(0, steps, piece):
        last = min(first + piece, steps)
        start, stop = (max(0, first - overlap), min(steps, last + overlap)) if both else (first, last)
        logs, after = read(frames[start * stack : stop * stack], None if both else state)
        state = None if both else after
        parts.append(logs[first - start : last - start])
    return np.concatenate(parts)


def cut_at_pauses(logs: Logs, *, longest: int = LONGEST_SEARCH) -> Iterator[tuple[int, Logs]]:
    """The number of the first step of each part, and the part; cut where "no letter" is surest for three steps.

    >>> logs = np.log(np.tile([0.2, 0.8], (10, 1)))
    >>> logs[6:9, 0] = np.log(0.99)
    >>> [(first, len(part)) for first, part in cut_at_pauses(logs, longest=9)]
    [(0, 7), (7, 3)]
    """
    first = 0
    while len(logs) - first > longest:
        middle = first + longest // 2
        silent = logs[middle : first + longest, BLANK]
        around = np.minimum(np.minimum(silent[:-2], silent[1:-1]), silent[2:])
        cut = middle + 1 + int(around.argmax())
        yield first, logs[first:cut]
        first = cut
    yield first, logs[first:]
