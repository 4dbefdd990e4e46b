"""Integrated gradients that are complete: as many points as that takes, where they are needed."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from hiddenstate.errors import InspectionError, ShapeError

Output = Callable[[Tensor], Tensor]
"""(B, *shape of the input) -> (B,): the number that is to be explained, of each row by itself."""

NODES, WEIGHTS = np.polynomial.legendre.leggauss(4)
FIRST_PIECES = 8
NARROWEST = 1e-5
"""Pieces of the line are not cut below this: what happens within is a jump."""
NOISE = 2e-3
"""Share of the tolerance below which a piece is exact whatever its width: single precision knows no better."""
AT_ONCE = 64
"""Rows of one call of the model."""


class Integrated(NamedTuple):
    """What `integrate` found."""

    shares: Tensor
    """Like the input: what each number contributed to the difference of the two outputs."""
    output: float
    """On the input."""
    baseline: float
    """On the baseline."""
    points: int
    """Gradients that were taken."""
    unresolved: float = 0.0
    """Size of what no gradient shows, because the output jumps: it was shared out by the size of the others' shares."""


def integrate(
    output: Output, x: Tensor, baseline: Tensor, *, tolerance: float = 1e-4, most_points: int = 4096
) -> Integrated:
    """(x - x') times the mean gradient of `output` on the straight line from the baseline x' to x.

    ::

        share_i = (x_i - x'_i) ∫_0^1 ∂F(x' + a (x - x')) / ∂x_i da,     Σ_i share_i = F(x) - F(x')

    The sum on the right is known beforehand, and so is that of any piece of the line: pieces whose quadrature
    misses it are cut in two until all errors together are below `tolerance` (in the unit of the output). Where
    the output as good as jumps (a recurrent network may tip over from one fixed point to another), or when
    `most_points` are used up, the remainder of a piece is shared out in proportion to the size of the shares
    there, and counted in `unresolved`: the sum is right, its distribution is a guess.

    `output` must treat each row of a batch by itself and be deterministic (evaluation mode).
    Raises `ShapeError` for a baseline of another shape, `InspectionError` where the output is not one finite
    number a row with a gradient.

    Source: Sundararajan, Taly & Yan (2017), "Axiomatic attribution for deep networks", eq. 1.

    >>> found = integrate(lambda rows: (rows**2).sum(dim=1), torch.tensor([1.0, 2.0]), torch.zeros(2))
    >>> [round(float(share), 4) for share in found.shares]
    [1.0, 4.0]
    """
    if x.shape != baseline.shape:
        raise ShapeError(
            f"baseline: expected the shape {tuple(x.shape)} of the input, got {tuple(baseline.shape)}. "
            "Give one number for each of the input's."
        )
    x, baseline = x.detach(), baseline.detach()
    direction = x - baseline
    shares = torch.zeros_like(x, dtype=torch.float64)
    edges = np.linspace(0.0, 1.0, FIRST_PIECES + 1)
    known = dict(zip(edges, _values(output, baseline, direction, edges), strict=True))
    first, last = float(known[0.0]), float(known[1.0])
    if x.numel() == 0 or not bool(direction.any()):
        return Integrated(shares, last, first, 0)
    pieces = list(pairwise(edges))
    points, unresolved = 0, 0.0
    while pieces:
        points += len(pieces) * len(NODES)
        # What may still be wrong is shared out by width: a piece that is exact enough is done with.
        wrong: list[tuple[float, float]] = []
        for (low, high), gradient in zip(
            pieces, _gradients(output, baseline, direction, pieces), strict=True
        ):
            change = gradient * direction * (high - low)  # (shape of x)
            missed = float(known[high] - known[low]) - float(change.sum())
            if abs(missed) <= max(0.5 * tolerance * (high - low), NOISE * tolerance):
                shares += change
            elif high - low > NARROWEST and points + 2 * len(NODES) * (len(wrong) + 1) <= most_points:
                wrong.append((low, high))
            else:
                shares += _closed(change, missed)
                unresolved += abs(missed)
        middles = np.array([(low + high) / 2 for low, high in wrong])
        known |= dict(zip(middles, _values(output, baseline, direction, middles), strict=True))
        pieces = [
            half
            for (low, high), middle in zip(wrong, middles, strict=True)
            for half in ((low, middle), (middle, high))
        ]
    return Integrated(shares, last, first, points, unresolved)


def _closed(change: Tensor, missed: float) -> Tensor:
    """Shares of one piece that add up, though their gradient did not see what happened there."""
    sizes = change.abs()
    total = float(sizes.sum())
    return change + missed * (sizes / total if total > 0 else torch.full_like(change, 1 / change.numel()))


def _values(output: Output, baseline: Tensor, direction: Tensor, places: np.ndarray) -> np.ndarray:
    """The output at places of the line, without a gradient."""
    found = []
    with torch.no_grad():
        for rows in _rows(baseline, direction, places):
            found.append(_checked(output(rows), len(rows)).double().numpy(force=True))
    return np.concatenate(found) if found else np.zeros(0)


def _gradients(
    output: Output, baseline: Tensor, direction: Tensor, pieces: list[tuple[float, float]]
) -> Iterator[Tensor]:
    """The mean gradient over each piece, float64, by Gauss and Legendre's rule."""
    places = np.concatenate([(low + high) / 2 + NODES * (high - low) / 2 for low, high in pieces])
    weights = torch.from_numpy(WEIGHTS / 2).to(baseline.device)
    for rows in _rows(baseline, direction, places):
        rows.requires_grad_(True)
        with torch.enable_grad():
            value = _checked(output(rows), len(rows))
            if not value.requires_grad:
                raise InspectionError(
                    "output: expected one that depends on the input, got one without a gradient. "
                    "Compute it from the rows that are passed in, with torch operations."
                )
            (gradient,) = torch.autograd.grad(value.sum(), rows)
        for piece in torch.split(gradient.double(), len(NODES)):
            yield torch.tensordot(weights, piece, dims=1)


def _rows(baseline: Tensor, direction: Tensor, places: np.ndarray) -> Iterator[Tensor]:
    """Points of the line as batches; a multiple of the nodes of a piece in each."""
    for first in range(0, len(places), AT_ONCE):
        part = torch.from_numpy(places[first : first + AT_ONCE]).to(baseline)
        yield baseline + part.reshape(-1, *(1,) * baseline.ndim) * direction


def _checked(value: Tensor, rows: int) -> Tensor:
    if value.shape != (rows,) or not bool(torch.isfinite(value).all()):
        raise InspectionError(
            f"output: expected one finite number for each of {rows} rows, got shape {tuple(value.shape)}. "
            "Choose one class or one step, and look for NaN in the input."
        )
    return value
