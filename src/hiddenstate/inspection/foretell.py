"""How much each unit of a text surprises a language model, and what it had expected in its place."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from hiddenstate.data.vocabulary import UNKNOWN
from hiddenstate.errors import InputError
from hiddenstate.inspection.modes import evaluation_mode
from hiddenstate.records import Foretold
from hiddenstate.records.foretold import Shares
from hiddenstate.tasks.generate import GenerateTask

MOST = 5
"""Units that are named at each step."""
NEVER_SEEN = "(unknown)"
"""What the number stands for that units have which training never showed."""


def foretell(task: GenerateTask, model: nn.Module, text: str, *, most: int = MOST) -> Foretold:
    """Read `text` from an empty memory; `most` of the likeliest units are named at each step.

    The surprise is that of `GenerateTask.measure` with the memory carried. Raises `InputError` for an empty text.
    """
    units = task.units.cut(text)
    if not units:
        raise InputError('text: expected at least one character, got "". Give the beginning of a text.')
    numbers = torch.from_numpy(task.units.numbers(units))
    with evaluation_mode(model), torch.no_grad():
        logs = model(numbers[None]).logits[0].double().log_softmax(dim=-1).numpy()  # (n, units)
    nats = np.full(len(units), np.nan)
    nats[1:] = -logs[np.arange(len(units) - 1), numbers[1:].numpy()]
    names = list(task.units.forms)
    names[UNKNOWN] = NEVER_SEEN
    shares = tuple(_likeliest(step, names, most) for step in logs)
    return Foretold(tuple(units), nats, ((), *shares[:-1]), shares[-1])


def _likeliest(logs: NDArray[np.float64], names: list[str], most: int) -> Shares:
    order = [number for number in np.argsort(-logs, kind="stable").tolist() if names[number]]
    return tuple((names[number], float(np.exp(logs[number]))) for number in order[:most])
