"""A saved model's networks with their temperature: what its program must equal."""

from typing import Literal

import numpy as np
import torch

from hiddenstate.parity.backends import Network
from hiddenstate.parity.networks import own_states, run_network
from hiddenstate.parity.steps import Arrays
from hiddenstate.tasks.temperature import soften
from hiddenstate.workflows.hearing.saved import SavedHearing


def network_of(saved: SavedHearing) -> Network:
    """A function of stacked frames, as `HearTask.predict` goes on from there."""

    def run(inputs: Arrays, path: Literal["loop", "auto"]) -> Arrays:
        members = len(saved.models)
        outputs = [
            run_network(model, own_states(inputs, number, members), path)
            for number, model in enumerate(saved.models)
        ]
        logits = [torch.from_numpy(output["logits"]).double() for output in outputs]
        mean = torch.stack([torch.softmax(each, dim=-1) for each in logits]).mean(dim=0).numpy()
        return {
            "probabilities": soften(mean, saved.task.temperature),
            "attention": np.mean([output["attention"] for output in outputs], axis=0),
        }

    return run
