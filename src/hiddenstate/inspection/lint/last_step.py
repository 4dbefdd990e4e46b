"""``outputs[:, -1]`` of a layer that reads both ways: there the backward direction has read a single step."""

from functools import partial

import torch
from torch import Tensor, nn

from hiddenstate.inspection.calls import recurrent_layers
from hiddenstate.inspection.lint.layer_outputs import exchanged, step_gradients
from hiddenstate.inspection.lint.probe import Probe
from hiddenstate.layers import Bidirectional
from hiddenstate.records import Finding


def last_step(probe: Probe) -> list[Finding]:
    """Look where the answer reads the backward direction, and let it read that where it ends instead."""
    findings = []
    for place, _, layer in recurrent_layers(probe.model):
        if not (isinstance(layer, Bidirectional) or (isinstance(layer, nn.RNNBase) and layer.bidirectional)):
            continue
        gradient = step_gradients(probe, layer)
        if gradient is None or gradient.shape[1] < 2:
            continue
        back = gradient[..., gradient.shape[2] // 2 :].abs().amax(dim=-1) > 0  # (batch, time)
        # The one step that a row's answer is read at; rows that read none or several are right or no matter.
        at = torch.where(back.sum(dim=1) == 1, back.int().argmax(dim=1), 0)  # (batch,)
        if not at.any():
            continue
        with exchanged(layer, partial(_backward_at_its_end, at=at)):
            better = probe.answer()
        gaps = probe.difference(probe.answer(), better)
        row = int(gaps.argmax())
        step, steps = int(at[row]), int(probe.real_steps()[row])
        if gaps[row] > 0:
            findings.append(_finding(place, row, float(gaps[row]), step, steps))
    return findings


def _backward_at_its_end(outputs: Tensor, lengths: Tensor | None, *, at: Tensor) -> Tensor:
    """The backward features of step `at` exchanged for those of the first step, where that direction ends."""
    outputs = outputs.clone()
    rows, half = torch.arange(len(outputs)), outputs.shape[2] // 2
    outputs[rows, at, half:] = outputs[:, 0, half:]
    return outputs


def _finding(place: str, row: int, gap: float, step: int, steps: int) -> Finding:
    read = max(1, steps - step)
    return Finding(
        rule="last_step",
        place=place,
        problem=f"The answer reads the backward direction at step {step + 1}, "
        f"where it has seen {read} of {steps} steps.",
        proof=f"Read where that direction ends, at step 1, the answer of row {row} changes by {gap:.3g}.",
        number=gap,
        remedy="Join h_n[-2] and h_n[-1] (or outputs[:, -1, :hidden] and outputs[:, 0, hidden:]), or pool over time.",
    )
