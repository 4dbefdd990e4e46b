"""The forward and backward pass of one or more cells over the same frames: tensors in, kernels, tensors out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import torch
from torch import Tensor

from hiddenstate.kernels import library, passes
from hiddenstate.kernels.kinds import KINDS, Kind
from hiddenstate.layers.frames import Frames
from hiddenstate.layers.lengths import valid_steps
from hiddenstate.layers.widening import Widening


class Kept(NamedTuple):
    """What the backward pass of one direction needs, each (frames, ...)."""

    gates: Tensor
    memory: Tensor
    seen: Tensor
    """x_t beside h_{t-1}."""
    carried: Tensor | None = None
    """With zoneout, C_t as the next step sees it."""


@dataclass(frozen=True)
class Plan:
    """What a pass needs to know beyond tensors."""

    cell: str
    """The name of the cell's kernels."""
    reverse: tuple[bool, ...]
    """Of each direction, whether it reads from each row's own end."""
    widening: Widening
    frames: Frames
    places: Tensor | None = None
    """(rows, steps) int64: which of the products each step takes, where they are computed before the pass."""

    @property
    def kind(self) -> Kind:
        """What the cell's kernels need."""
        return KINDS[self.cell]

    @cached_property
    def places_of_frames(self) -> Tensor:
        """(frames,) the place of each real step."""
        assert self.places is not None
        real = valid_steps(torch.from_numpy(self.frames.lengths), self.frames.steps)
        return self.places.masked_select(real)

    @cached_property
    def fields(self) -> passes.Task:
        """Those fields of a task that are the same in all directions and both passes."""
        frames, widening = self.frames, self.widening
        return {
            "units": widening.units,
            "hidden": widening.hidden,
            "gates": widening.blocks,
            "memory_width": self.kind.memory * widening.units,
            "sequences": len(frames.longest_first),
            **frames.addresses,
        }


class Direction(NamedTuple):
    """The tensors of one direction: the cell's parameters, its initial state, its recurrent mask."""

    W: Tensor | None
    """None where there are products."""
    products: Tensor | None
    """(different inputs, blocks · units) W x of each, for `Plan.places`; None where x itself is read."""
    U: Tensor
    b: Tensor | None
    """None only among gradients."""
    extra: Tensor | None
    """What the cell has beyond W, U and b."""
    h: Tensor | None
    C: Tensor | None
    mask: Tensor | None
    zone: Tensor | None
    """(rows or 1, steps or 1, parts of the state, hidden) the share of each unit that zoneout keeps, or None."""


def forward_pass(
    plan: Plan, x: Tensor | None, directions: Sequence[Direction], *, keep: bool
) -> tuple[Tensor, list[Tensor], list[Kept]]:
    """Read x (rows, steps, input), or the products, in all directions; `keep` what a backward pass will need.

    Returns the outputs (rows, steps, directions · hidden), zero in the padding; the final h and, for an
    LSTM, C of each direction; and what was kept of each.
    """
    frames, widening = plan.frames, plan.widening
    like = directions[0].U
    outputs = _new_padded(plan, like, len(directions) * widening.hidden)
    kept: list[Kept] = []
    finals: list[Tensor] = []

    input_size = 0 if x is None else x.shape[2]
    shared = plan.fields | {"keep": int(keep), "input": input_size}
    shared["cell"] = library.kernel(f"{plan.cell}.forward")
    if x is not None:
        x = x if x.stride(2) == 1 else x.contiguous()
        shared |= _columns("x", x, 0)
    if plan.places is not None:
        shared |= {"places": plan.places.data_ptr(), "places_row": plan.places.stride(0)}
    tasks: list[passes.Task] = []
    alive: list[Any] = []
    for place, (reverse, direction) in enumerate(zip(plan.reverse, directions, strict=True)):
        arrays = {
            "W": None if direction.W is None else widening.pack_W(direction.W, back=False),
            "U": widening.pack_U(direction.U, back=False),
            "b": None if direction.b is None else widening.rows(direction.b),
            "h_start": widening.columns_or_none(direction.h),
            "C_start": widening.columns_or_none(direction.C),
            "mask": widening.columns_or_none(direction.mask),
            "extra": widening.vectors(direction.extra),
            "zone": widening.columns_or_none(direction.zone),
        }
        if direction.products is not None:
            arrays["x"] = direction.products.contiguous()
        if keep:
            widths = (widening.blocks * widening.units, shared["memory_width"], input_size + widening.units)
            gates, memory, seen = (like.new_empty(frames.count, width) for width in widths)
            arrays |= {"kept": gates, "memory": memory, "seen": seen}
            kept.append(Kept(gates, memory, seen))
            if direction.zone is not None:
                arrays["carried"] = like.new_empty(frames.count, widening.units)
                kept[-1] = kept[-1]._replace(carried=arrays["carried"])
        for name in plan.kind.parts:
            start = arrays[f"{name}_start"]  # stays where a row has no step
            finals.append(_copy_or_zeros(start, like, plan))
            arrays[f"{name}_end"] = finals[-1]
        alive += arrays.values()
        output = _columns("outputs", outputs, place * widening.hidden)
        tasks.append(shared | output | _addresses(arrays) | _strides(arrays["zone"]) | {"reverse": reverse})
    passes.run_pass("forward", tasks, torch.get_num_threads())
    return outputs, [widening.narrow_columns(final) for final in finals], kept


def backward_pass(
    plan: Plan,
    directions: Sequence[Direction],
    kept: Sequence[Kept],
    d_outputs: Tensor | None,
    d_finals: Sequence[Tensor | None],
    *,
    x_matters: bool,
    start_matters: bool,
) -> tuple[Tensor | None, list[tuple[Tensor | None, Tensor | None]], list[Tensor | None]]:
    """Gradients from those of the outputs and the final states, which are None where they are zero.

    Returns the gradient of x, if `x_matters`, and those of the initial (h, C) of each direction, (rows, hidden)
    each, if `start_matters`; and of each direction what the cell's kernel has learnt, (threads, ...), see `Kind`.
    In `kept` the gates become the gradients of W x_t, a part of the memory those of U h_{t-1} that differ, and
    h_{t-1} becomes what U was multiplied by.
    """
    widening = plan.widening
    parts = len(d_finals) // len(directions)  # of a state: h, or h and C
    starts: list[tuple[Tensor | None, Tensor | None]] = [(None, None)] * len(directions)
    if d_outputs is not None and d_outputs.stride(2) != 1:
        d_outputs = d_outputs.contiguous()

    input_size = kept[0][2].shape[1] - widening.units
    shared = plan.fields | {"start_matters": int(start_matters), "input": input_size}
    shared["cell"] = library.kernel(f"{plan.cell}.backward")
    tasks: list[passes.Task] = []
    alive: list[Any] = []
    d_xs: list[Tensor] = []
    learnt: list[Tensor | None] = []
    for place, (direction, each) in enumerate(zip(directions, kept, strict=True)):
        seen = each.seen
        task = shared | {"reverse": plan.reverse[place]}
        task["d_extra_width"] = plan.kind.learnt * widening.units
        if d_outputs is not None:
            task |= _columns("d_outputs", d_outputs, place * widening.hidden)
        W = None
        if x_matters and direction.W is not None:
            W = widening.pack_W(direction.W, back=True)
            d_xs.append(_new_padded(plan, seen, direction.W.shape[1]))
            task |= _columns("d_x", d_xs[-1], 0)
        d_final = [widening.columns_or_none(part) for part in d_finals[place * parts :][:parts]]
        d_h_end, d_C_end = (*d_final, None)[:2]
        d_h_start = d_C_start = None
        if start_matters:  # of a row without steps it is the gradient of its end
            d_h_start, d_C_start = (_copy_or_zeros(part, seen, plan) for part in (d_h_end, d_C_end))
            starts[place] = (widening.narrow_columns(d_h_start), widening.narrow_columns(d_C_start))
        arrays = {
            "kept": each.gates,
            "memory": each.memory,
            "seen": seen,
            "carried": each.carried,
            "W": W,
            "U": widening.pack_U(direction.U, back=True),
            "C_start": _copy_or_zeros(widening.columns_or_none(direction.C), seen, plan),
            "d_h_end": d_h_end,
            "d_C_end": d_C_end,
            "d_h_start": d_h_start,
            "d_C_start": d_C_start,
            "mask": widening.columns_or_none(direction.mask),
            "extra": widening.vectors(direction.extra),
            "zone": widening.columns_or_none(direction.zone),
            "d_extra": _room_to_learn(plan, seen),
        }
        alive += arrays.values()
        learnt.append(arrays["d_extra"])
        tasks.append(task | _addresses(arrays) | _strides(arrays["zone"]))
    passes.run_pass("backward", tasks, torch.get_num_threads())
    for other in d_xs[1:]:
        d_xs[0] += other
    return d_xs[0] if d_xs else None, starts, learnt


def _room_to_learn(plan: Plan, like: Tensor) -> Tensor | None:
    """Zeros for the gradients that each thread adds up, where the cell's kernel does."""
    count = plan.kind.learnt
    return like.new_zeros(torch.get_num_threads(), count * plan.widening.units) if count else None


def _strides(zone: Tensor | None) -> passes.Task:
    """The fields of a task that say where in a zone the numbers of a step are: 0 for an axis of length 1."""
    if zone is None:
        return {}
    rows, steps, parts, units = zone.shape
    row, step = zone.stride()[:2]
    return {
        "zone_row": row if rows > 1 else 0,
        "zone_step": step if steps > 1 else 0,
        "zone_C": (parts - 1) * units,
    }


def _addresses(arrays: Mapping[str, Tensor | None]) -> passes.Task:
    """The fields of a task that hold these arrays, which must stay alive meanwhile."""
    return {field: array.data_ptr() for field, array in arrays.items() if array is not None}


def _columns(field: str, array: Tensor, first: int) -> passes.Task:
    """The fields of a task that hold an array (rows, steps, ...) from its column `first` on."""
    return {
        field: array.data_ptr() + array.element_size() * first,
        f"{field}_row": array.stride(0),
        f"{field}_step": array.stride(1),
    }


def _new_padded(plan: Plan, like: Tensor, size: int) -> Tensor:
    """Room for (rows, steps, size), zero in the padding."""
    new = like.new_zeros if plan.frames.has_padding else like.new_empty
    return new(plan.frames.rows, plan.frames.steps, size)


def _copy_or_zeros(array: Tensor | None, like: Tensor, plan: Plan) -> Tensor:
    """A copy of the (rows, units) array, or zeros where there is none."""
    return like.new_zeros(plan.frames.rows, plan.widening.units) if array is None else array.clone()
