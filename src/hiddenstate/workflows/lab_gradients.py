"""Why LSTM: how far the gradient reaches back through fresh cells, on random sequences."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from hiddenstate.errors import SettingsError
from hiddenstate.inspection.gradients import gradient_flow
from hiddenstate.layers import Stacked
from hiddenstate.records import GradientFlow
from hiddenstate.seeding import seed_everything
from hiddenstate.workflows.lab_cells import Start, chosen_starts

INPUT_SIZE = 64


@dataclass(frozen=True, kw_only=True)
class GradientLab:
    """What is measured. Raises `SettingsError` for values out of their range and unknown cells."""

    length: int = 200
    """T: the longest distance, and the length that chrono is told."""
    sequences: int = 32
    """Random sequences for each set of weights: standard normal numbers, 64 a step."""
    draws: int = 3
    """Sets of fresh weights of each cell that are averaged over."""
    hidden_size: int = 64
    cells: tuple[str, ...] | None = None
    """Keys of `STARTS`; None: all."""
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("length", 2), ("sequences", 1), ("draws", 1), ("hidden_size", 1)):
            if getattr(self, name) < least:
                raise SettingsError(
                    f"{name}: expected {least} or more, got {getattr(self, name)}. Correct the value."
                )
        chosen_starts(self.cells)


def run_gradient_lab(lab: GradientLab) -> list[GradientFlow]:
    """The flow of each cell with fresh weights, in float64: in float32 it would fall to 0 on the way.

    The loss is one random direction of the last hidden state, so that it enters at the last step alone.
    """
    with double_precision():
        return [
            _mean([_one_draw(lab, start, lab.seed + draw) for draw in range(lab.draws)])
            for start in chosen_starts(lab.cells)
        ]


def _one_draw(lab: GradientLab, start: Start, seed: int) -> GradientFlow:
    """One set of weights on one set of sequences; every cell reads the same ones."""
    seed_everything(seed, "sequences")
    x = torch.randn(lab.sequences, lab.length + 1, INPUT_SIZE)
    direction = torch.randn(lab.hidden_size) / lab.hidden_size**0.5
    seed_everything(seed, "weights", start.name)
    stack = start.build(INPUT_SIZE, lab.hidden_size, lab.length)

    def loss(model: Stacked) -> Tensor:
        outputs, _ = model(x)  # (sequences, length + 1, hidden)
        # A sum, so that the norm of a row is that of its own loss.
        total: Tensor = (outputs[:, -1] @ direction).sum()
        return total

    (flow,) = gradient_flow(stack, loss, weights="fresh weights")
    return replace(flow, name=start.name)


def _mean(flows: Sequence[GradientFlow]) -> GradientFlow:
    """The mean norms of several draws of one cell."""
    biases = [bias for flow in flows if flow.keep_bias for bias in flow.keep_bias]
    sizes = [flow.largest_eigenvalue for flow in flows if flow.largest_eigenvalue is not None]
    return replace(
        flows[0],
        norms={symbol: np.mean([flow.norms[symbol] for flow in flows], axis=0) for symbol in flows[0].norms},
        sequences=sum(flow.sequences for flow in flows),
        keep_bias=(min(biases), max(biases)) if biases else None,
        largest_eigenvalue=max(sizes) if sizes else None,
    )


@contextmanager
def double_precision() -> Iterator[None]:
    """Within this block new tensors have float64; afterwards what they had before."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)
