"""The arithmetic of the GRU, forwards and backwards, for one step of one sequence.

The equations are those of `hiddenstate.cells.GRUCell`; blocks stand in the order r, z, n. The candidate's
recurrent bias b_hn is the one extra parameter.
"""

from typing import Any

from hiddenstate.kernels.compiling import carray, inlined
from hiddenstate.kernels.pointers import floats
from hiddenstate.kernels.vector import LANES, Vector, load, sigmoid, store, tanh

GATES = 3


@inlined
def update(
    a_r: Vector, a_z: Vector, a_xn: Vector, a_hn: Vector, h_prev: Vector
) -> tuple[Vector, Vector, Vector, Vector]:
    """The equations after the products: from pre-activations and h_{t-1} to the gates and h_t.

    The candidate has two: a_xn = W_n x_t + b_n and a_hn = U_n h_{t-1} + b_hn.
    """
    r_t = sigmoid(a_r)
    z_t = sigmoid(a_z)
    n_t = tanh(a_xn + r_t * a_hn)
    return r_t, z_t, n_t, n_t + z_t * (h_prev - n_t)  # (1 - z_t) n_t + z_t h_prev


def forward(step: Any) -> None:
    """From W x_t, U h_{t-1} and h_{t-1} to h_t; keeps the gates, and U_n h_{t-1} + b_hn as memory."""
    this = carray(step, 1)[0]
    units = this.units
    x, h_part, b, b_hn = floats(this.inputs), floats(this.recurrent), floats(this.b), floats(this.extra)
    h, gates, memory = floats(this.h), floats(this.kept), floats(this.memory)
    for u in range(0, units, LANES):
        a_hn = load(h_part, 2 * units + u) + load(b_hn, u)
        a_r = load(x, u) + load(h_part, u) + load(b, u)
        a_z = load(x, units + u) + load(h_part, units + u) + load(b, units + u)
        a_xn = load(x, 2 * units + u) + load(b, 2 * units + u)

        r_t, z_t, n_t, h_t = update(a_r, a_z, a_xn, a_hn, load(h, u))

        store(h, u, h_t)
        store(memory, u, a_hn)
        store(gates, u, r_t)
        store(gates, units + u, z_t)
        store(gates, 2 * units + u, n_t)


def backward(step: Any) -> None:
    """From the gradient of h_t to those of the pre-activations and, past the product, of h_{t-1}.

    The gradient of U_n h_{t-1} + b_hn takes the place of the memory.
    """
    this = carray(step, 1)[0]
    units = this.units
    gates, memory, h_before = floats(this.kept), floats(this.memory), floats(this.h_before)
    d_h, d_h_part = floats(this.d_h), floats(this.d_recurrent)
    d_x = gates  # each gradient takes the place of its gate
    for u in range(0, units, LANES):
        r_t = load(gates, u)
        z_t = load(gates, units + u)
        n_t = load(gates, 2 * units + u)
        a_hn = load(memory, u)
        d_h_t = load(d_h, u)

        d_a_n = d_h_t * (1 - z_t) * (1 - n_t * n_t)
        d_a_hn = d_a_n * r_t
        d_a_r = d_a_n * a_hn * r_t * (1 - r_t)
        d_a_z = d_h_t * (load(h_before, u) - n_t) * z_t * (1 - z_t)

        store(d_h, u, d_h_t * z_t)
        store(d_x, u, d_a_r)
        store(d_x, units + u, d_a_z)
        store(d_x, 2 * units + u, d_a_n)
        store(d_h_part, u, d_a_r)
        store(d_h_part, units + u, d_a_z)
        store(d_h_part, 2 * units + u, d_a_hn)
        store(memory, u, d_a_hn)
