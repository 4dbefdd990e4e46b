"""Sequences in which the same inputs come again and again, as the words of a text do."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import embedding

from hiddenstate.errors import ShapeError


class Repeated(NamedTuple):
    """A batch of sequences given by its different inputs: a layer multiplies each of them by W only once.

    A layer takes it in place of x (batch, time, input) and computes the same.

    >>> x = Repeated(torch.tensor([[0.0, 1.0], [2.0, 3.0]]), torch.tensor([[1, 0, 1]]))
    >>> x.steps()
    tensor([[[2., 3.],
             [0., 1.],
             [2., 3.]]])
    """

    inputs: Tensor
    """(different, input)"""
    places: Tensor
    """(batch, time) int64: which of them stands at each step."""

    def steps(self) -> Tensor:
        """(batch, time, input) as any layer takes it."""
        return embedding(self.places, self.inputs)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(batch, time, input)."""
        rows, steps = self.places.shape
        return rows, steps, self.inputs.shape[1]

    def check(self) -> None:
        """Raise `ShapeError` unless each place is that of an input."""
        inputs, places = self.inputs, self.places
        fits = inputs.ndim == places.ndim == 2 and places.dtype == torch.int64
        if not fits:
            raise ShapeError(
                f"expected inputs (different, input) and places (batch, time) of torch.int64, got "
                f"{tuple(inputs.shape)} and {tuple(places.shape)} of {places.dtype}. Convert them."
            )
        if places.numel():
            lowest, highest = (int(bound) for bound in torch.aminmax(places))
            if lowest < 0 or highest >= len(inputs):
                raise ShapeError(
                    f"places: expected 0 to {len(inputs) - 1}, one of the inputs, got {lowest} to {highest}. "
                    "Count from 0."
                )
