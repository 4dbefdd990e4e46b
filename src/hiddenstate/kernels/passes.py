"""Run a forward or backward pass: share it out over threads, and give each of them memory to work in."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hiddenstate.kernels import library, threads
from hiddenstate.kernels.records import (
    FLOAT_BYTES,
    JOB,
    PACKING,
    SCRATCH_HEAD_BYTES,
    SEATS,
    TILE_ROWS,
    UNIT_BLOCK,
)

Tasks = NDArray[Any]
"""One READING or LEARNING record for each direction."""


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
    record = np.zeros(1, PACKING)
    record[0] = (packed, source, depth, columns, transposed)
    threads.run(library.kernel("pack"), record.ctypes.data, 1)


def run_pass(kind: Literal["forward", "backward"], tasks: Tasks, thread_count: int) -> None:
    """Compute all sequences of all directions; sets the field `next` of `tasks` itself.

    The arrays whose addresses stand in `tasks` must stay alive until it returns.
    """
    counters = np.zeros(1 + len(tasks), np.int64)
    tasks["next"] = counters.ctypes.data + counters.itemsize * np.arange(1, 1 + len(tasks))
    sequences = int(tasks["sequences"].sum())
    thread_count = max(1, min(thread_count, -(-sequences // TILE_ROWS)))
    share = -(-sequences // thread_count)

    units, gates = int(tasks["units"].max()), int(tasks["gates"].max())
    inputs = _round_up(int(tasks["input"].max()), UNIT_BLOCK)
    floats = SEATS * (inputs + (3 + 2 * gates) * units) + (gates + 1) * units
    scratch_bytes = SCRATCH_HEAD_BYTES + FLOAT_BYTES * floats
    scratch = aligned_zeros(thread_count * scratch_bytes)

    job = np.zeros(1, JOB)
    job[0] = (
        len(tasks),
        tasks.ctypes.data,
        counters.ctypes.data,
        scratch.ctypes.data,
        scratch_bytes,
        min(SEATS, _round_up(share, TILE_ROWS)),
    )
    threads.run(library.kernel(kind), job.ctypes.data, thread_count)


def _round_up(size: int, block: int) -> int:
    return -(-size // block) * block


def aligned_zeros(size: int, alignment: int = 64) -> NDArray[np.uint8]:
    """Zeroed bytes that begin at a cache line: a vector across two lines takes twice as long to read."""
    block = np.zeros(size + alignment, np.uint8)
    first = -block.ctypes.data % alignment
    return block[first : first + size]
