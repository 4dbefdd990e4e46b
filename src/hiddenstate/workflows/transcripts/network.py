"""A saved transcriber's networks and the mean of their probabilities: what its program must equal."""

from typing import Literal

import numpy as np

from hiddenstate.parity.backends import Network
from hiddenstate.parity.networks import own_states, run_network
from hiddenstate.parity.steps import Arrays
from hiddenstate.tasks.ctc import mean_logs
from hiddenstate.workflows.transcripts.saved import SavedTranscriber


def network_of(saved: SavedTranscriber) -> Network:
    """A function of steps of frames side by side, as `TranscribeTask.log_probabilities` goes on from there."""

    def run(inputs: Arrays, path: Literal["loop", "auto"]) -> Arrays:
        members = len(saved.models)
        outputs = [
            run_network(model, own_states(inputs, number, members), path)
            for number, model in enumerate(saved.models)
        ]
        logs = mean_logs([output["log_probabilities"] for output in outputs])
        steps = np.arange(logs.shape[1]) < inputs["lengths"][:, np.newaxis]
        return {"log_probabilities": np.where(steps[..., np.newaxis], logs, 0)}

    return run
