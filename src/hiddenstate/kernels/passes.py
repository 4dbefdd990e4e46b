"""Run a forward or backward pass: share it out over threads, and give each of them memory to work in."""

from array import array
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hiddenstate.kernels import library, threads
from hiddenstate.kernels.records import (
    FLOAT_BYTES,
    LEARNING,
    LINE_BYTES,
    READING,
    SCRATCH_HEAD_BYTES,
    SEATS,
    TILE_ROWS,
    UNIT_BLOCK,
    filled,
)

RECORDS = {"forward": READING, "backward": LEARNING}

Task = dict[str, int]
"""The fields of a READING or LEARNING record, one direction's; a field that is left out is 0."""


def units_for(hidden_size: int) -> int:
    """The width of arrays inside the kernels.

    >>> units_for(100)
    112
    """
    return _round_up(hidden_size, UNIT_BLOCK)


def pack(packed: int, source: int, *, depth: int, columns: int, transposed: bool) -> None:
    """Bring a (depth, columns) float32 matrix into packed order; both by their address.

    With `transposed`, the source holds (columns, depth).
    """
    record = array("q", (packed, source, depth, columns, transposed))  # the fields of PACKING
    threads.run(library.kernel("pack"), record.buffer_info()[0], 1)


def run_pass(kind: Literal["forward", "backward"], tasks: Sequence[Task], thread_count: int) -> None:
    """Compute all sequences of all directions; sets the field `next` of `tasks` itself.

    The arrays whose addresses stand in `tasks` must stay alive until it returns.
    """
    sequences = sum(task["sequences"] for task in tasks)
    thread_count = max(1, min(thread_count, -(-sequences // TILE_ROWS)))
    share = -(-sequences // thread_count)

    first = tasks[0]  # all directions have the same sizes
    units, gates, inputs = first["units"], first["gates"], _round_up(first["input"], UNIT_BLOCK)
    floats = SEATS * (inputs + (3 + 2 * gates) * units) + (gates + 2) * units + first["memory_width"]
    scratch_bytes = _round_up(SCRATCH_HEAD_BYTES + FLOAT_BYTES * floats, LINE_BYTES)
    scratch = aligned_zeros(thread_count * scratch_bytes)

    counters = array("q", bytes(8 * (1 + len(tasks))))
    workers, size = counters.buffer_info()[0], counters.itemsize
    for place, task in enumerate(tasks, start=1):
        task["next"] = workers + place * size
    records = filled(RECORDS[kind], tasks)
    job = array("q", (len(tasks), records.buffer_info()[0], workers, scratch.ctypes.data, scratch_bytes,
                      min(SEATS, _round_up(share, TILE_ROWS))))  # fmt: skip  # the fields of JOB
    threads.run(library.kernel(kind), job.buffer_info()[0], thread_count)


def _round_up(size: int, block: int) -> int:
    return -(-size // block) * block


def aligned_zeros(size: int) -> NDArray[np.uint8]:
    """Zeroed bytes that begin at a cache line: a vector across two lines takes twice as long to read."""
    block = np.zeros(size + LINE_BYTES, np.uint8)
    first = -block.ctypes.data % LINE_BYTES
    return block[first : first + size]
