"""How long the units of a trained candidate remember, from the gates that keep their state."""

from collections.abc import Sequence

import numpy as np
from torch import nn

from hiddenstate.errors import InspectionError
from hiddenstate.inspection.memory import half_life, memory
from hiddenstate.inspection.trace import trace
from hiddenstate.plots.numerals import number
from hiddenstate.workflows.comparing.arena import Bench, Reach

LONGEST = 0.9
"""Quantile of the units that remember longest."""


def reach_of(bench: Bench, model: nn.Module) -> Reach | None:
    """What the units of all recurrent layers keep from step to step, on test rows; None where nothing tells it."""
    try:
        layers = memory(trace(model, bench.read(next(iter(bench.answers.epoch(1)))))).layers
    except InspectionError:
        return None
    kept = np.concatenate([layer.kept for layer in layers])
    kept = kept[np.isfinite(kept)]
    if not len(kept):
        return None
    return Reach(float(np.median(kept)), float(np.quantile(kept, LONGEST)))


def half_lives(reaches: Sequence[Reach]) -> tuple[float, float]:
    """Steps until half is lost: of the middle unit, and of the tenth that remembers longest; mean over the seeds.

    >>> half_lives([Reach(0.5, 0.5)])
    (1.0, 1.0)
    """
    kept = np.mean([(one.middle, one.longest) for one in reaches], axis=0)
    middle, longest = half_life(kept).tolist()
    return middle, longest


def reach_words(reaches: Sequence[Reach]) -> str:
    """The same for people.

    >>> reach_words([Reach(0.5, 0.5)])
    'after 1.00 steps (the longest tenth: 1.00)'
    """
    middle, longest = (number(value) if np.isfinite(value) else "endless" for value in half_lives(reaches))
    return f"after {middle} steps (the longest tenth: {longest})"
