"""The arithmetic of the plain recurrent network, forwards and backwards, for one step of one sequence.

The equation is that of `hiddenstate.cells.ElmanCell`: h_t = tanh(W x_t + U h_{t-1} + b).
"""

from typing import Any

from hiddenstate.kernels.compiling import carray
from hiddenstate.kernels.pointers import floats
from hiddenstate.kernels.vector import LANES, load, store, tanh, zeros

GATES = 1


def forward(step: Any) -> None:
    """From W x_t and U h_{t-1} to h_t; keeps h_t."""
    this = carray(step, 1)[0]
    x, h_part, b = floats(this.inputs), floats(this.recurrent), floats(this.b)
    h, kept = floats(this.h), floats(this.kept)
    for u in range(0, this.units, LANES):
        h_t = tanh(load(x, u) + load(h_part, u) + load(b, u))
        store(h, u, h_t)
        store(kept, u, h_t)


def backward(step: Any) -> None:
    """From the gradient of h_t to that of the pre-activation, which takes the place of what was kept."""
    this = carray(step, 1)[0]
    kept, d_h, d_h_part = floats(this.kept), floats(this.d_h), floats(this.d_recurrent)
    for u in range(0, this.units, LANES):
        h_t = load(kept, u)
        d_h_t = load(d_h, u)
        d_a = d_h_t * (1 - h_t * h_t)
        store(d_h, u, zeros())  # h_{t-1} acts through U h_{t-1} alone
        store(kept, u, d_a)
        store(d_h_part, u, d_a)
