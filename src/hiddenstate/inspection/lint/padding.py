"""Padding that takes part in the answer: in a mean over time, as the last step, or read by the layer."""

import torch
from torch import Tensor, nn

from hiddenstate.errors import InspectionError
from hiddenstate.inspection.calls import recorded_calls, recurrent_layers
from hiddenstate.inspection.lint.layer_outputs import step_gradients
from hiddenstate.inspection.lint.probe import Probe, Unchecked, padding_number
from hiddenstate.records import Finding

ADDED = 5
"""Steps of padding that are added."""


def padding(probe: Probe) -> list[Finding]:
    """Change what stands in the padding, then add some, and see whether the answers change."""
    if probe.lengths is None:
        raise Unchecked("it is not known which steps are padding; give lengths")
    shorter = bool((probe.real_steps() < probe.steps).any())
    answer = probe.answer()
    try:
        longer: Tensor | None = probe.answer(more_padding(probe))
    except (RuntimeError, IndexError, ValueError):
        if not shorter:
            raise Unchecked("the model takes only inputs of one length, and no row has padding") from None
        longer = None
    by_step = answer.ndim > 2 if longer is None else longer.shape != answer.shape
    if shorter and probe.inputs.is_floating_point():
        gaps = _gaps(probe, answer, probe.answer(_other_padding(probe)), by_step)
        if gaps.any():
            return [_finding(probe, gaps, "The padding of row {row} is filled with other numbers")]
    gaps = torch.zeros(probe.rows) if longer is None else _gaps(probe, answer, longer, by_step)
    return (
        [_finding(probe, gaps, f"{ADDED} more steps of padding are added to row {{row}}")]
        if gaps.any()
        else []
    )


def _gaps(probe: Probe, one: Tensor, other: Tensor, by_step: bool) -> Tensor:
    """(batch,) differences; of answers for each step (`by_step`) those at real steps count."""
    if by_step:
        one, other = (_real_steps(probe, part) for part in (one, other))
        return probe.difference(one.movedim(0, probe.batch_axis), other.movedim(0, probe.batch_axis))
    return probe.difference(one, other)


def more_padding(probe: Probe) -> Tensor:
    """The inputs with some more steps of padding at the end of every row."""
    shape = list(probe.inputs.shape)
    shape[probe.time_axis] = ADDED
    number = 0 if probe.inputs.is_floating_point() else (padding_number(probe.model) or 0)
    return torch.cat([probe.inputs, probe.inputs.new_full(shape, number)], dim=probe.time_axis)


def _other_padding(probe: Probe) -> Tensor:
    rows = probe.inputs.movedim(probe.batch_axis, 0)
    real = torch.arange(rows.shape[1]) < probe.real_steps().unsqueeze(1)  # (batch, time)
    noise = torch.randn(rows.shape, generator=torch.Generator().manual_seed(0)).to(rows)
    shown = real.reshape(*real.shape, *(1,) * (rows.ndim - 2))
    return torch.where(shown, rows, rows + noise).movedim(0, probe.batch_axis)


def _real_steps(probe: Probe, answer: Tensor) -> Tensor:
    """(batch, time, ...) the answers at real steps, zero at others, cut to the steps that there were at first."""
    by_row = answer.movedim(probe.batch_axis, 0)
    if by_row.ndim < 2 or by_row.shape[0] != probe.rows or by_row.shape[1] < probe.steps:
        raise Unchecked(f"the answer {tuple(answer.shape)} changes its shape with the padding")
    by_row = by_row[:, : probe.steps]
    real = torch.arange(probe.steps) < probe.real_steps().unsqueeze(1)
    return by_row * real.reshape(*real.shape, *(1,) * (by_row.ndim - 2))


def _finding(probe: Probe, gaps: Tensor, done: str) -> Finding:
    row = int(gaps.argmax())
    place, problem, remedy = _explained(probe, row)
    return Finding(
        rule="padding",
        place=place,
        problem=problem,
        proof=f"{done.format(row=row)}: its answer changes by {gaps[row]:.3g}.",
        number=float(gaps[row]),
        remedy=remedy,
    )


def _explained(probe: Probe, row: int) -> tuple[str, str, str]:
    """Whether the layer reads padding before real steps, or what comes after it counts padded steps."""
    packing = "Give the lengths to the layer: pack_padded_sequence, or a layer that takes lengths."
    try:
        layers = recurrent_layers(probe.model)
        with recorded_calls(probe.model) as before:
            probe.answer()
        with recorded_calls(probe.model) as after:
            probe.answer(more_padding(probe))
    except (InspectionError, RuntimeError):
        return "", "Padding takes part in the answer.", packing
    length = int(probe.real_steps()[row])
    for one, other in zip(before, after, strict=True):
        fits = min(one.h.shape[1], other.h.shape[1]) >= length and len(one.h) == len(other.h) == probe.rows
        if fits and not torch.allclose(one.h[row, :length], other.h[row, :length], atol=1e-6):
            which = "backward direction" if one.direction == "backward" else "layer"
            return one.place, f"The {which} reads the padding before it reads the real steps.", packing
    return _pooled(probe, layers[-1], length, row)


def _pooled(probe: Probe, top: tuple[str, int, nn.Module], length: int, row: int) -> tuple[str, str, str]:
    place, _, layer = top
    gradient = step_gradients(probe, layer, probe.inputs if length < probe.steps else more_padding(probe))
    if gradient is not None and gradient.shape[0] == probe.rows and length < gradient.shape[1]:
        used = gradient[row].abs().amax(dim=-1) > 0  # (time,)
        padded = int(used[length:].sum())
        if padded == int(used.sum()) == 1:
            step = int(used.nonzero()[0]) + 1
            return (
                place,
                f"The answer is read at step {step}, where row {row} has only padding: it ends at step {length}.",
                "Take each row's own last step: outputs[torch.arange(batch), lengths - 1], "
                "or h_n of a packed sequence.",
            )
        if padded:
            return (
                place,
                f"{padded} steps of padding are in the mean (or sum) over {int(used.sum())} steps of row {row}.",
                "Mask the padded steps, and divide by each row's own length.",
            )
    return (
        place,
        "Steps of padding count in what is made of the layer's outputs (a mean over time, or the last step).",
        "Mask the padded steps, and divide by each row's own length.",
    )
