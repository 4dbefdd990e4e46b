"""A saved tagger's networks: what its program must equal."""

from collections.abc import Sequence
from typing import Literal

from torch import nn

from hiddenstate.parity.backends import Network
from hiddenstate.parity.networks import own_states, run_network
from hiddenstate.parity.steps import Arrays


def network_of(models: Sequence[nn.Module]) -> Network:
    """A function of numbered words: the scores of each network."""

    def run(inputs: Arrays, path: Literal["loop", "auto"]) -> Arrays:
        outputs = [
            run_network(model, own_states(inputs, number, len(models)), path)
            for number, model in enumerate(models)
        ]
        return {f"scores{number}": output["scores"] for number, output in enumerate(outputs)}

    return run
