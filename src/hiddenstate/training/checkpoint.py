"""The state of a training run on the disk, so that a killed run can go on.

One safetensors file: the tensors, and everything else as JSON in its header. One file because one
rename is indivisible: weights and step counter can never come from different epochs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from hiddenstate.bundle.disk import write_file
from hiddenstate.errors import TrainingError
from hiddenstate.training.weights import digest

CHECKPOINT = "checkpoint.safetensors"
FORMAT = 1
_HEADER = "hiddenstate"
_REMEDY = "Resume with the same settings, model and data, or start again without resuming."


@dataclass(frozen=True)
class Checkpoint:
    """A run at the end of an epoch."""

    identity: Mapping[str, Mapping[str, Any]]
    """What must be the same for a run to go on from here, by topic; values as JSON has them."""
    facts: Mapping[str, Any]
    """Counters and the learning curve; values as JSON has them."""
    tensors: Mapping[str, Tensor]
    """Weights, best weights, averages and the optimiser's memory, by a name with slashes."""


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint in `folder`. Raises `OutputError`; the earlier one is then untouched."""
    tensors = {
        name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in checkpoint.tensors.items()
    }
    header = {
        "format": FORMAT,
        "digest": digest(sorted(tensors.items())),
        "identity": checkpoint.identity,
        "facts": checkpoint.facts,
    }
    write_file(folder / CHECKPOINT, save(tensors, {_HEADER: json.dumps(header)}))


def read_checkpoint(folder: Path) -> Checkpoint | None:
    """The checkpoint in `folder`, ``None`` where there is none.

    Raises `TrainingError` for a damaged one or one of another format.
    """
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {})[_HEADER])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        number = header["format"]
        if number == FORMAT and header["digest"] != digest(sorted(tensors.items())):
            raise ValueError("contents that do not match their digest")
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise TrainingError(
            f"{path}: expected a checkpoint, got: {error}. Delete it and train from the start."
        ) from None
    if number != FORMAT:
        raise TrainingError(
            f"{path}: expected checkpoint format {FORMAT}, got {number}. "
            "Resume with the version that wrote it."
        )
    return Checkpoint(header["identity"], header["facts"], tensors)


def check_identity(path: Path, saved: Mapping[str, Any], present: Mapping[str, Any]) -> None:
    """Raise `TrainingError` naming the first thing in which the saved run and the present one differ."""
    for topic in present:
        then, now = saved.get(topic, {}), present[topic]
        for key in (*now, *(key for key in then if key not in now)):
            if then.get(key) != now.get(key):
                raise TrainingError(
                    f"{path}: expected a checkpoint of the same {topic}, got one with {key} = "
                    f"{then.get(key, 'not set')} where this run has {now.get(key, 'not set')}. {_REMEDY}"
                )
