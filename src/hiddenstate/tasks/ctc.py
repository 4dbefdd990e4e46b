"""Connectionist temporal classification: paths of letters and blanks, the best of them, and when a letter is said.

Source: Graves et al. (2006), "Connectionist temporal classification".
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hiddenstate.program.numpy_arrays import TINY
from hiddenstate.tasks.alphabet import BLANK

Logs = NDArray[np.float32]
"""(steps, 1 + letters) log probabilities."""


class Said(NamedTuple):
    """One letter and the steps on which it is heard."""

    letter: int
    first: int
    last: int


def greedy(logs: Logs) -> list[Said]:
    """The most likely letter of each step; repeated ones are one, blanks none.

    >>> best = np.log(np.eye(3, dtype=np.float32)[[1, 1, 0, 1, 2]] + 1e-6)
    >>> [said.letter for said in greedy(best)]
    [1, 1, 2]
    """
    return _collapsed(logs.argmax(axis=1).tolist())


def mean_logs(parts: Sequence[Logs]) -> Logs:
    """The logarithm of the mean of several networks' probabilities, of at least `TINY`; that of one as it is.

    >>> mean_logs([np.log(np.float32([0.2])), np.log(np.float32([0.4]))]).round(4), float(np.log(0.3).round(4))
    (array([-1.204], dtype=float32), -1.204)
    """
    if len(parts) == 1:
        return parts[0]
    mean = np.mean([np.exp(part) for part in parts], axis=0)
    return np.asarray(np.log(np.maximum(mean, TINY)), np.float32)


def steps_needed(letters: Sequence[int] | NDArray[np.int64]) -> int:
    """The fewest steps on which `letters` can be written: a blank between two that are the same."""
    own = np.asarray(letters)
    return len(own) + int((own[1:] == own[:-1]).sum())


def align(logs: Logs, letters: Sequence[int]) -> list[Said]:
    """The most likely path that writes `letters`; empty where there are too few steps.

    Viterbi over blank, letter, blank, ..., blank.
    """
    if not letters or steps_needed(letters) > len(logs):
        return []
    states = np.full(2 * len(letters) + 1, BLANK)
    states[1::2] = letters
    jumps = np.zeros(len(states), dtype=bool)  # a blank between two different letters may be left out
    jumps[2:] = (states[2:] != BLANK) & (states[2:] != states[:-2])
    score = np.full(len(states), -np.inf)
    score[:2] = logs[0, states[:2]]
    back = np.zeros((len(logs), len(states)), dtype=np.int64)
    for step in range(1, len(logs)):
        options = np.full((3, len(states)), -np.inf)
        options[0] = score
        options[1, 1:] = score[:-1]
        options[2, 2:] = np.where(jumps[2:], score[:-2], -np.inf)
        back[step] = options.argmax(axis=0)
        score = options.max(axis=0) + logs[step, states]
    state = len(states) - 1 if score[-1] >= score[-2] else len(states) - 2
    path = []
    for step in range(len(logs) - 1, -1, -1):
        path.append(state)
        state -= int(back[step, state])
    return _of_states(path[::-1], letters)


def _of_states(path: Sequence[int], letters: Sequence[int]) -> list[Said]:
    steps: dict[int, list[int]] = {}
    for step, state in enumerate(path):
        if state % 2:
            steps.setdefault(state // 2, []).append(step)
    return [Said(letters[place], own[0], own[-1]) for place, own in sorted(steps.items())]


def _collapsed(best: Sequence[int]) -> list[Said]:
    result: list[Said] = []
    before = BLANK
    for step, letter in enumerate(best):
        if letter != BLANK and letter == before:
            result[-1] = result[-1]._replace(last=step)
        elif letter != BLANK:
            result.append(Said(letter, step, step))
        before = letter
    return result
