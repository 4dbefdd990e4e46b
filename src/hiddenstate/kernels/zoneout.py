"""Zoneout: units that keep their state for a step. It is applied around any cell's arithmetic.

s_t = z_t ⊙ s_{t-1} + (1 - z_t) ⊙ s̃_t, where s̃_t is what the cell computes: the state h, and C where there is one.
"""

from typing import Any

from hiddenstate.kernels.compiling import inlined
from hiddenstate.kernels.pointers import at, floats
from hiddenstate.kernels.vector import LANES, Floats, load, store


@inlined
def zone_of(task: Any, row: int, time: int) -> Floats:
    """Where the numbers z of that step stand: (units) for h, and `zone_C` floats on, for C."""
    return at(floats(task.zone), row * task.zone_row + time * task.zone_step)


@inlined
def keep_some(state: Floats, before: Floats, z: Floats, units: int) -> None:
    """From s̃_t in `state` and s_{t-1} to s_t."""
    for u in range(0, units, LANES):
        kept = load(z, u)  # with 0 and 1 this form is exact
        store(state, u, kept * load(before, u) + (1 - kept) * load(state, u))


@inlined
def split_gradient(d_state: Floats, past: Floats, z: Floats, units: int) -> None:
    """From the gradient of s_t to that of s̃_t, in its place, and to what goes past the cell to s_{t-1}."""
    for u in range(0, units, LANES):
        d_s_t, kept = load(d_state, u), load(z, u)
        store(past, u, kept * d_s_t)
        store(d_state, u, d_s_t - kept * d_s_t)


@inlined
def add(out: Floats, more: Floats, units: int) -> None:
    """Compute out += more."""
    for u in range(0, units, LANES):
        store(out, u, load(out, u) + load(more, u))
