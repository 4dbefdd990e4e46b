"""A saved classifier's networks with their temperature: what its program must equal."""

from typing import Literal

import numpy as np
import torch

from hiddenstate.parity.backends import Network
from hiddenstate.parity.networks import own_states, run_network
from hiddenstate.parity.steps import Arrays
from hiddenstate.tasks.temperature import soften
from hiddenstate.workflows.classes.saved import SavedClassifier


def network_of(saved: SavedClassifier) -> Network:
    """A function of numbered words, as `ClassifyTask.predict_levels` goes on from there."""
    task = saved.task

    def run(inputs: Arrays, path: Literal["loop", "auto"]) -> Arrays:
        outputs = [
            run_network(model, own_states(inputs, number, len(saved.models)), path)
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
