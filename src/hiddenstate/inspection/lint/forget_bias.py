"""A forget gate that starts half shut: torch's LSTM adds nothing to its bias."""

import numpy as np

from hiddenstate.inspection.lint.probe import Probe
from hiddenstate.inspection.memory import half_life
from hiddenstate.inspection.trace import trace
from hiddenstate.records import Finding

LOW_BIAS = 0.25
LOW_GATE = 0.65
LONG = 4.0
"""Sequences of so many half-lives need a longer memory."""


def forget_bias(probe: Probe) -> list[Finding]:
    """Measure the forget gates on the input, where their biases are about zero."""
    probe.restore()
    arguments = (probe.inputs, *probe.others)
    found = trace(probe.model, arguments, probe.lengths if probe.takes_lengths else None)
    findings = []
    for layer in found.layers:
        if layer.cell != "lstm" or layer.weights is None or not layer.lengths.any():
            continue
        bias = float(layer.weights.b[layer.weights.block("f")].mean())
        kept = float(layer.steps()["f"].mean())
        life = float(half_life(np.array([kept]))[0])
        longest = int(layer.lengths.max())
        if abs(bias) < LOW_BIAS and kept < LOW_GATE and longest > LONG * life:
            findings.append(
                Finding(
                    rule="forget_bias",
                    place=layer.place,
                    problem=f"The forget gate's biases are about 0 (mean {bias:.2g}) in {layer.name}.",
                    proof=f"On this input it keeps {kept:.3g} of the cell state a step: half is lost after {life:.2g} "
                    f"steps, and the sequences have up to {longest}.",
                    number=kept,
                    remedy="Before training set the forget block of bias_ih (rows hidden to 2 · hidden) to 1, "
                    "or spread it with chrono initialisation.",
                )
            )
    return findings
