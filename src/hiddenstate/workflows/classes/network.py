"""A saved classifier's networks with their temperature: what its program must equal."""

from typing import Literal

import numpy as np
import torch

from hiddenstate.parity.backends import Arrays, Network
from hiddenstate.parity.networks import run_network
from hiddenstate.tasks.temperature import soften
from hiddenstate.workflows.classes.saved import SavedClassifier


def network_of(saved: SavedClassifier) -> Network:
    """A function of numbered words, as `ClassifyTask.predict_levels` goes on from there."""
    task = saved.task

    def run(inputs: Arrays, path: Literal["loop", "auto"]) -> Arrays:
        outputs = [
            run_network(model, _own_states(inputs, number, len(saved.models)), path)
            for number, model in enumerate(saved.models)
        ]
        found = {"attention": np.mean([output["attention"] for output in outputs], axis=0)}
        for level in range(len(task.labels.levels)):
            logits = [torch.from_numpy(output[f"logits{level}"]).double() for output in outputs]
            each = [torch.sigmoid(one) if task.labels.multi else torch.softmax(one, dim=-1) for one in logits]
            mean = torch.stack(each).mean(dim=0).numpy()
            found[f"probabilities{level}"] = soften(mean, task.temperature, multi_label=task.labels.multi)
        return found

    return run


def _own_states(inputs: Arrays, member: int, members: int) -> Arrays:
    """The inputs of one network: the layers of all are numbered one after the other."""
    names = [name for name in inputs if name.startswith("layer")]
    each = len(names) // members
    own = names[member * each : (member + 1) * each]
    first = int(own[0].split(".")[0].removeprefix("layer")) if own else 0
    states = {}
    for name in own:
        layer, part = name.removeprefix("layer").split(".")
        states[f"layer{int(layer) - first}.{part}"] = inputs[name]
    return {name: value for name, value in inputs.items() if name not in names} | states
