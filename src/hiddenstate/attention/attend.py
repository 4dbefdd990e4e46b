"""From scores to weights, and from weights to a context."""

from typing import NamedTuple

import torch
from torch import Tensor

from hiddenstate.errors import ShapeError


class Attended(NamedTuple):
    """What attention found, and where it looked."""

    context: Tensor
    """(batch, queries, feature), or (batch, feature) without a query: the values, weighed."""
    weights: Tensor
    """(batch, queries, time), or (batch, time) without a query: from 0 to 1, summing to 1 over valid steps."""


def masked_softmax(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """Weights over the last axis that sum to 1 where `mask` is true and are exactly 0 elsewhere.

    `mask` broadcasts to `scores`. A row with nothing valid gets zero weights and zero gradients, never NaN.

    >>> masked_softmax(torch.zeros(1, 3), torch.tensor([[True, True, False]]))
    tensor([[0.5000, 0.5000, 0.0000]])
    """
    if mask is None:
        return torch.softmax(scores, dim=-1)
    some_valid = mask.any(dim=-1, keepdim=True)
    # A softmax of -inf alone is NaN. It would be masked below, but anomaly detection would stop at it.
    lowest = scores.masked_fill(~mask, -torch.inf).masked_fill(~some_valid, 0.0)
    return torch.softmax(lowest, dim=-1).masked_fill(~mask, 0.0)


def attend(scores: Tensor, values: Tensor, mask: Tensor | None = None) -> Attended:
    """The values weighed by the softmax of their scores.

    scores: (batch, queries, time); values: (batch, time, feature); mask: (batch, time), true where a step
    is valid, None where all are. A row with nothing valid gives a zero context and zero weights. Values at
    masked steps must be finite: `clear_padding` makes them so, before the scores are taken.

    Raises `ShapeError` where the shapes do not fit together.
    """
    if scores.ndim != 3 or values.ndim != 3 or scores.shape[::2] != values.shape[:2]:
        raise ShapeError(
            "attention: expected scores (batch, queries, time) and values (batch, time, feature), "
            f"got {tuple(scores.shape)} and {tuple(values.shape)}. Check batch and time."
        )
    weights = masked_softmax(scores, None if mask is None else mask.unsqueeze(1))
    return Attended(weights @ values, weights)  # (batch, queries, feature), (batch, queries, time)


def clear_padding(values: Tensor, mask: Tensor | None) -> Tensor:
    """The values (batch, time, feature) with zeros where `mask` (batch, time) is false.

    Without it a NaN at a masked step would reach results and gradients as 0 · NaN.
    Raises `ShapeError` unless `mask` has one truth value for each step.
    """
    if mask is None:
        return values
    check_mask(values, mask)
    return values.masked_fill(~mask.unsqueeze(-1), 0.0)


def check_mask(values: Tensor, mask: Tensor) -> None:
    """Raise `ShapeError` unless `mask` has one truth value for each step of values (batch, time, feature)."""
    if mask.dtype != torch.bool or mask.shape != values.shape[:2]:
        raise ShapeError(
            f"mask: expected truth values of shape {tuple(values.shape[:2])}, got {mask.dtype} of shape "
            f"{tuple(mask.shape)}. Make it with layers.valid_steps(lengths, time)."
        )
