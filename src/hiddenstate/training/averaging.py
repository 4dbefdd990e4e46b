"""Averaged weights: an exponential moving average over the steps, often better than the last step's."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import final

import torch
from torch import Tensor, nn


@final
class AveragedWeights:
    """The running average of a model's parameters.

    After step t (counted from 1) each average moves towards its parameter by 1 - d_t, where
    d_t = min(decay, (1 + t) / (10 + t)): in the first steps it follows quickly, so that the initial
    weights do not linger. Source: Polyak and Juditsky (1992); the warm-up as in TensorFlow.
    """

    def __init__(self, parameters: Sequence[nn.Parameter], decay: float) -> None:
        self.decay = decay
        self.parameters: list[Tensor] = list(parameters)
        self.averages: list[Tensor] = [parameter.detach().clone() for parameter in parameters]

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the parameters as they are after `step` (counted from 1)."""
        decay = min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self.averages, self.parameters, 1 - decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Within this block the model's parameters are the averages; afterwards the raw ones again."""
        raw = [parameter.detach().clone() for parameter in self.parameters]
        try:
            self.put(self.averages)
            yield
        finally:
            self.put(raw)

    @torch.no_grad()
    def put(self, values: Sequence[Tensor]) -> None:
        """Copy `values` into the model's parameters, whose memory stays where it is."""
        for parameter, value in zip(self.parameters, values, strict=True):
            parameter.copy_(value)
