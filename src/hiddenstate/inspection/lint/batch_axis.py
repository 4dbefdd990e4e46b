"""Rows that influence each other: batch and time mixed up."""

import torch
from torch import Tensor, nn

from hiddenstate.inspection.calls import recurrent_layers
from hiddenstate.inspection.lint.probe import Probe, Unchecked
from hiddenstate.records import Finding


def batch_axis(probe: Probe) -> list[Finding]:
    """Change one row, and see whether the answers of others change."""
    if probe.rows < 2:
        raise Unchecked("it takes at least two rows; hand in a larger batch")
    answer = probe.answer()
    for row in (0, probe.rows - 1):  # rows read as steps reach only later ones, or only earlier ones
        gaps = probe.difference(answer, probe.answer(_with_other_row(probe, row)))
        gaps[row] = 0.0
        if gaps.any():
            return [_finding(probe, row, gaps)]
    return []


def _finding(probe: Probe, row: int, gaps: Tensor) -> Finding:
    touched = int(gaps.argmax())
    place, problem, remedy = _explained(probe)
    return Finding(
        rule="batch_axis",
        place=place,
        problem=problem,
        proof=f"Only row {row} of the input is changed: "
        f"the answer of row {touched} changes by {gaps[touched]:.3g}.",
        number=float(gaps[touched]),
        remedy=remedy,
    )


def _with_other_row(probe: Probe, row: int) -> Tensor:
    """The inputs with row `row` turned around, or drawn anew where it reads the same both ways."""
    inputs = probe.inputs.clone()
    rows = inputs.movedim(probe.batch_axis, 0)
    steps = int(probe.real_steps()[row])
    old = rows[row, :steps].clone()
    if inputs.is_floating_point():
        chance = torch.Generator().manual_seed(0)
        rows[row, :steps] = old.flip(0) + torch.randn(old.shape, generator=chance).to(old) * (
            old.std(correction=0) + 0.1
        )
    else:
        rows[row, :steps] = old.flip(0)
        if torch.equal(rows[row, :steps], old):
            rows[row, :steps] = rows[row - 1].flatten()[0]
    return inputs


def _explained(probe: Probe) -> tuple[str, str, str]:
    """Place, problem and remedy: a layer whose axes are the wrong way round, where there is one."""
    for place, _, layer in recurrent_layers(probe.model):
        if isinstance(layer, nn.RNNBase) and layer.batch_first != (probe.batch_axis == 0):
            wanted, given = ("(batch, time, feature)", "(time, batch, feature)")
            if not layer.batch_first:
                wanted, given = given, wanted
            fix = "batch_first=True" if probe.batch_axis == 0 else "batch_first=False"
            return (
                place,
                f"batch_first={layer.batch_first}: the layer takes {wanted} and is given {given}, "
                "so it reads rows as steps.",
                f"Build it with {fix}, or transpose its input.",
            )
    return (
        "",
        "Rows of a batch influence each other.",
        "Look for a softmax, mean or reshape over the axis of the batch (axis "
        f"{probe.batch_axis}), or say which axis that is (batch_axis).",
    )
