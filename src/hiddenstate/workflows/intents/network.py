"""The networks of a saved reader of commands with their temperature: what its program must equal."""

from typing import Literal

import numpy as np
import torch

from hiddenstate.parity.backends import Network
from hiddenstate.parity.networks import own_states, run_network
from hiddenstate.parity.steps import Arrays
from hiddenstate.tasks.temperature import soften
from hiddenstate.workflows.intents.saved import SavedIntents


def network_of(saved: SavedIntents) -> Network:
    """A function of numbered words, as `IntentTask.predict` goes on from there."""

    def run(inputs: Arrays, path: Literal["loop", "auto"]) -> Arrays:
        outputs = [
            run_network(model, own_states(inputs, number, len(saved.models)), path)
            for number, model in enumerate(saved.models)
        ]
        logits = torch.stack([torch.from_numpy(output["logits"]) for output in outputs]).double()
        mean = torch.softmax(logits, dim=-1).mean(dim=0).numpy()
        return {
            "probabilities": soften(mean, saved.task.temperature),
            "attention": np.mean([output["attention"] for output in outputs], axis=0),
            **{f"scores{number}": output["scores"] for number, output in enumerate(outputs)},
        }

    return run
