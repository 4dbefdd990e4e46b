"""What training lowers, in scaled units. Where the truth is unknown (NaN) a cell does not count.

Every loss takes outputs (B, H, C, Q), targets (B, H, C) and levels (Q) and returns the mean over known
cells, zero where nothing is known.

>>> outputs, truth = torch.tensor([[[[1.0, 3.0]]]]), torch.tensor([[[2.0]]])
>>> round(float(pinball(outputs, truth, (0.1, 0.9))), 3)
0.1
"""

from collections.abc import Callable

import torch
from torch import Tensor

from hiddenstate.errors import ShapeError

Levels = tuple[float, ...]


def pinball(outputs: Tensor, targets: Tensor, levels: Levels) -> Tensor:
    """Quantile loss, mean over levels: its minimum is the quantile of each level.

    For level τ and error e = y - f: max(τ e, (τ - 1) e). Source: Koenker & Bassett (1978).
    """
    error, known = _errors(outputs, targets)  # (B, H, C, Q), (B, H, C, 1)
    tau = torch.tensor(levels, dtype=outputs.dtype, device=outputs.device)
    return _mean(torch.maximum(tau * error, (tau - 1.0) * error), known)


def pinball_with_point(outputs: Tensor, targets: Tensor, levels: Levels) -> Tensor:
    """`pinball` plus the absolute error of the level nearest to one half.

    The median is the point forecast; alone it would be one level among many.
    """
    middle = min(range(len(levels)), key=lambda place: abs(levels[place] - 0.5))
    point = absolute(outputs[..., middle : middle + 1], targets, (0.5,))
    return pinball(outputs, targets, levels) + point


def absolute(outputs: Tensor, targets: Tensor, levels: Levels) -> Tensor:
    """Mean absolute error; its minimum is the median."""
    error, known = _errors(outputs, targets)
    return _mean(error.abs(), known)


def squared(outputs: Tensor, targets: Tensor, levels: Levels) -> Tensor:
    """Mean squared error; its minimum is the mean."""
    error, known = _errors(outputs, targets)
    return _mean(error**2, known)


LOSSES: dict[str, Callable[[Tensor, Tensor, Levels], Tensor]] = {
    "pinball": pinball_with_point,
    "absolute": absolute,
    "squared": squared,
}


def _errors(outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Errors (B, H, C, Q), zero where the truth is unknown, and where it is known (B, H, C, 1)."""
    if outputs.shape[:-1] != targets.shape:
        raise ShapeError(
            f"expected outputs of shape {(*targets.shape, 'levels')}, got {tuple(outputs.shape)}. "
            "Put the levels on the last axis."
        )
    truth = targets.unsqueeze(-1)  # (B, H, C, 1)
    known = torch.isfinite(truth)
    # Filled before the subtraction: a NaN there would reach the gradient as 0 · NaN.
    return torch.where(known, truth, outputs.detach()) - outputs, known


def _mean(losses: Tensor, known: Tensor) -> Tensor:
    """Mean over known cells and all levels."""
    kept = torch.where(known, losses, 0.0)
    return kept.sum() / (known.sum() * losses.shape[-1]).clamp(min=1)
