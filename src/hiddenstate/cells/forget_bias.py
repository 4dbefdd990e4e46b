"""How the bias of the gate that keeps (LSTM: f, GRU: z) starts: how long a new cell remembers."""

from typing import Literal

import torch
from torch import Tensor

from hiddenstate.errors import SettingsError

ForgetBias = float | Literal["chrono"]
"""A number for every unit, or "chrono": a spread of memory lengths up to the training length."""

DEFAULT_FORGET_BIAS = 1.0


def starting_forget_bias(hidden_size: int, forget_bias: ForgetBias, memory_steps: int | None) -> Tensor:
    """(hidden,) starting bias of the gate that keeps.

    With a number b, every unit keeps σ(b) of its memory at each step: 73 % at 1. With "chrono", unit k
    starts with a memory of about T_k steps, T_k drawn uniformly from [1, T_max - 1]: b_k = log T_k, where
    T_max is `memory_steps`, the longest dependency expected (usually the training length in steps).

    Raises `SettingsError` for another word, or for "chrono" without `memory_steps` of at least 2.

    Sources: Gers, Schmidhuber & Cummins (2000), "Learning to forget"; Jozefowicz, Zaremba & Sutskever
    (2015), section 5; Tallec & Ollivier (2018), "Can recurrent neural networks warp time?", eq. 16.

    >>> starting_forget_bias(2, 1.0, None)
    tensor([1., 1.])
    """
    if isinstance(forget_bias, int | float):
        return torch.full((hidden_size,), float(forget_bias))
    if forget_bias != "chrono":
        raise SettingsError(f'forget_bias: expected a number or "chrono", got {forget_bias!r}. Use 1.0.')
    if memory_steps is None or memory_steps < 2:
        raise SettingsError(
            f'memory_steps: expected at least 2 for forget_bias "chrono", got {memory_steps}. '
            "Give the training length in steps."
        )
    return torch.empty(hidden_size).uniform_(1.0, memory_steps - 1.0).log_()
