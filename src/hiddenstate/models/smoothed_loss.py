"""The loss over a large vocabulary: output layer, softmax and label smoothing in one, with one table of scores."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def smoothed_loss(readouts: Tensor, table: Tensor, bias: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    """The mean cross-entropy of n steps, `smoothing` of the probability spread over all pieces.

    readouts (n, size), table (pieces, size), bias (pieces,), targets (n,). The same as
    ``cross_entropy(readouts @ table.T + bias, targets, label_smoothing=smoothing)``; the gradient of the scores is
    written over the scores themselves, so a step makes one table of (n, pieces) where autograd would make four.
    Source of the smoothing: Szegedy et al. (2016), section 7.
    """
    loss: Tensor = _SmoothedLoss.apply(readouts, table, bias, targets, smoothing)  # type: ignore[no-untyped-call]
    return loss


class _SmoothedLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, readouts: Tensor, table: Tensor, bias: Tensor, targets: Tensor, smoothing: float
    ) -> Tensor:
        count, pieces = len(targets), len(table)
        scores = torch.addmm(bias, readouts, table.T)  # (n, pieces)
        norms = scores.logsumexp(dim=1)  # (n,)
        chosen = scores.gather(1, targets.unsqueeze(1)).squeeze(1)  # (n,)
        loss = norms - (1 - smoothing) * chosen - smoothing * scores.mean(dim=1)
        if any(ctx.needs_input_grad[:3]):
            scores.sub_(norms.unsqueeze(1)).exp_().sub_(smoothing / pieces)
            scores[torch.arange(count), targets] -= 1 - smoothing
            ctx.save_for_backward(readouts, table, scores)
        return loss.mean()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_loss: Tensor) -> tuple[Tensor | None, ...]:
        readouts, table, d_scores = ctx.saved_tensors
        share = d_loss / len(readouts)
        d_readouts = d_scores @ table * share
        return d_readouts, d_scores.T @ readouts * share, d_scores.sum(0) * share, None, None
