"""The records through which kernels are called: sizes and addresses, each an int64.

`units` is the hidden size rounded up to whole vectors (UNIT_BLOCK), and arrays inside the kernels have that width: the
units that were added stay 0. A frame is one real step of one sequence; the frames of all sequences stand
one after the other, so there is no padding: sequence `row` has `lengths[row]` frames from `first_frame[row]`.
"""

import functools
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def _record(*fields: str) -> Any:
    return np.dtype([(field, np.int64) for field in fields])


STEP = _record(
    "units",
    "hidden",  # the hidden size itself
    "inputs",  # (gates·units) W x_t of this frame
    "recurrent",  # (gates·units) U h_{t-1} of this frame
    "h",  # (units) h_{t-1} on entry, h_t on return
    "C",  # (units) C_{t-1} on entry, C_t on return, for cells that have it
    "kept",  # (gates·units) written: the gates, for the backward pass
    "memory",  # (memory_width) written: what else the backward pass needs
    "b",  # (gates·units) the biases
    "extra",  # (units, any number of them) parameters of the cell beyond W, U and b
)
"""One step of one sequence: what a cell's `forward` gets."""

STEP_BACK = _record(
    "units",
    "hidden",
    "kept",  # (gates·units) as `forward` wrote it; overwritten by the gradient of W x_t
    "memory",  # (memory_width) as `forward` wrote it; may be overwritten too, see the cell
    "memory_before",  # (units) C_{t-1}, for cells that have it
    "h_before",  # (units) h_{t-1}
    "d_h",  # (units) gradient of h_t on entry; on return that part of h_{t-1}'s which skips the product
    "d_C",  # (units) gradient of C_t on entry, of C_{t-1} on return
    "d_recurrent",  # (gates·units) written: gradient of U h_{t-1}
    "extra",  # as in STEP
    "d_extra",  # gradients of parameters, to be added to; which ones, see `kinds`
)
"""One step of one sequence backwards: what a cell's `backward` gets."""

_DIRECTION = (
    "units",
    "hidden",  # the hidden size itself
    "gates",
    "reverse",  # 1: each sequence is read from its own end
    "cell",  # the compiled `forward` or `backward` of the cell
    "U",  # packed as `product.multiply` wants it
    "b",
    "extra",
    "mask",  # (rows, units) factors of the h that enters U h (recurrent dropout), or 0
    "sequences",  # how many sequences have steps
    "order",  # (sequences) int64 their rows, longest first
    "next",  # int64 counter: the place in `order` to be taken next
    "lengths",  # (rows) int64
    "first_frame",  # (rows) int64
    "input",  # features of x; 0 where the products with W are computed elsewhere
    "kept",  # (frames, gates·units) the gates
    "memory",  # (frames, memory_width) what else the cell's `backward` needs
    "memory_width",
    "carried",  # (frames, units) with zoneout: C_t as it is carried on; else it is the memory's first vector
    "zone",  # 0, or the share of each unit's state that is kept (zoneout), in strides of
    "zone_row",  # from row to row
    "zone_step",  # and from step to step
    "zone_C",  # and from those of h to those of C
    "seen",  # (frames, input + units) x_t and h_{t-1}
)

READING = _record(
    *_DIRECTION,
    "x",  # (rows, steps, input), in strides of
    "x_row",  # this many floats from row to row
    "x_step",  # and from step to step
    "W",  # packed
    "places",  # 0, or (rows, steps) int64: x has no input, but holds products W x, and this says where W x_t is
    "places_row",  # from row to row
    "keep",  # 1: a backward pass will follow; kept, memory and seen are written
    "outputs",  # (rows, steps, hidden) written, h_t; strides as those of x
    "outputs_row",
    "outputs_step",
    "h_start",  # (rows, units), or 0 for zeros
    "C_start",
    "h_end",  # (rows, units) written
    "C_end",
)
"""One direction of a forward pass."""

LEARNING = _record(
    *_DIRECTION,
    "C_start",  # (rows, units)
    "W",  # packed for d_x; 0: the gradient of x is not wanted
    "d_x",  # (rows, steps, input) written; strides as READING's
    "d_x_row",
    "d_x_step",
    "d_outputs",  # as READING's outputs, or 0 for zeros
    "d_outputs_row",
    "d_outputs_step",
    "d_h_end",  # (rows, units), or 0 for zeros
    "d_C_end",
    "d_h_start",  # (rows, units) written
    "d_C_start",
    "start_matters",  # 1: the gradient of the initial state is wanted
    "d_extra",  # (threads, d_extra_width) gradients that each thread adds up
    "d_extra_width",
)
"""One direction of a backward pass. It overwrites `kept`, masks h in `seen`, may overwrite `memory`: see the cell."""

JOB = _record(
    "directions",
    "tasks",  # one READING or LEARNING for each direction
    "workers",  # int64 counter: how many threads have begun
    "scratch",  # each thread's own memory
    "scratch_bytes",
    "seats",  # sequences that a thread reads side by side, at most SEATS
)
"""What each thread gets."""

PACKING = _record(
    "packed",  # written
    "source",  # (depth, columns)
    "depth",
    "columns",
    "transposed",  # 1: the source is (columns, depth)
)
"""The arguments of `packing.pack`."""

SEATS = 8
"""Sequences that a thread reads side by side: two tiles of a matrix product."""
TILE_ROWS = 4
"""Rows that a matrix product computes together: fewer cost nearly as much."""
UNIT_BLOCK = 16
"""Arrays inside the kernels are as wide as the hidden size rounded up to this, the longest of all vectors."""
FLOAT_BYTES = 4
LINE_BYTES = 64
SCRATCH_HEAD_BYTES = 8 * (2 * SEATS + 16)
"""At the head of a thread's scratch memory: row and step of each seat, and the record for the cell."""


def filled(kind: Any, records: Sequence[Mapping[str, int]]) -> "array[int]":
    """Records of that kind with those fields, one after the other; a field that is left out is 0.

    Raises `KeyError` for a field that the kind does not have.
    """
    places = _places(kind)
    numbers = array("q", bytes(kind.itemsize * len(records)))
    for start, record in enumerate(records):
        if unknown := record.keys() - places.keys():
            raise KeyError(f"expected fields {kind.names}, got also {sorted(unknown)}. Correct the name.")
        for name, value in record.items():
            numbers[start * len(places) + places[name]] = value
    return numbers


@functools.cache
def _places(kind: Any) -> dict[str, int]:
    return {name: place for place, name in enumerate(kind.names)}
