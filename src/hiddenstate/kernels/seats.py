"""The seats of a thread: how a sequence takes one, where it stands, and what moves in and out of memory.

`task` is a READING or a LEARNING; the fields used here are those that both have.
"""

from typing import Any, TypeAlias

from hiddenstate.kernels.compiling import inlined
from hiddenstate.kernels.pointers import at, claim, fetch_line, floats, integers
from hiddenstate.kernels.records import FLOAT_BYTES, LINE_BYTES
from hiddenstate.kernels.vector import LANES, Floats, load, store, zeros

Integers: TypeAlias = Any
"""Where int64 numbers begin in memory: a C pointer."""


@inlined
def seat_next(task: Any, rows: Integers, seat: int) -> bool:
    """Give the seat to the next sequence in the queue; False where the queue is empty."""
    place = claim(integers(task.next))
    if place >= task.sequences:
        return False
    rows[seat] = integers(task.order)[place]
    return True


@inlined
def move(
    rows: Integers, steps: Integers, first: Floats, second: Floats, seat: int, free: int, units: int
) -> None:
    """Move a sequence and its two (seats, units) states from its seat to one that has become free."""
    rows[free], steps[free] = rows[seat], steps[seat]
    copy(at(first, free * units), at(first, seat * units), units)
    copy(at(second, free * units), at(second, seat * units), units)


@inlined
def frame_time(task: Any, row: int, time_step: int) -> int:
    """Where in its sequence a step finds its frame."""
    last: int = integers(task.lengths)[row] - 1
    return last - time_step if task.reverse else time_step


@inlined
def any_beyond(steps: Integers, taken: int) -> bool:
    """Whether any seat is past its sequence's first step."""
    beyond = False
    for seat in range(taken):
        beyond |= steps[seat] > 0
    return beyond


@inlined
def start(out: Floats, array: int, row: int, units: int) -> None:
    """Copy one row of the (rows, units) array at that address; zeros where there is no array."""
    if array:
        copy(out, at(floats(array), row * units), units)
    else:
        fill_zeros(out, units)


@inlined
def finish(array: int, row: int, state: Floats, units: int) -> None:
    """Write one row of the (rows, units) array at that address, if there is one."""
    if array:
        copy(at(floats(array), row * units), state, units)


@inlined
def apply_mask(out: Floats, source: Floats, task: Any, row: int) -> None:
    """Compute out = source ⊙ that row's mask."""
    mask = at(floats(task.mask), row * task.units)
    for u in range(0, task.units, LANES):
        store(out, u, load(source, u) * load(mask, u))


@inlined
def copy(out: Floats, source: Floats, count: int) -> None:
    """Copy whole vectors."""
    for u in range(0, count, LANES):
        store(out, u, load(source, u))


@inlined
def fill_zeros(out: Floats, count: int) -> None:
    """Fill whole vectors with zeros."""
    for u in range(0, count, LANES):
        store(out, u, zeros())


@inlined
def fetch(address: int, count: int) -> None:
    """Ask for that many floats before they are needed: memory works while the product is computed."""
    for line in range(address, address + FLOAT_BYTES * count, LINE_BYTES):
        fetch_line(line)
