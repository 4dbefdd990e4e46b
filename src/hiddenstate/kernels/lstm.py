"""The arithmetic of the LSTM, forwards and backwards, for one step of one sequence.

The equations are those of `hiddenstate.cells.LSTMCell`; blocks stand in the order i, f, C̃, o.
"""

from typing import Any

from hiddenstate.kernels.compiling import carray, inlined
from hiddenstate.kernels.pointers import floats
from hiddenstate.kernels.vector import LANES, Vector, load, sigmoid, store, tanh, zeros

GATES = 4


@inlined
def update(
    a_i: Vector, a_f: Vector, a_C: Vector, a_o: Vector, C_prev: Vector
) -> tuple[Vector, Vector, Vector, Vector, Vector, Vector]:
    """The equations after the products: from pre-activations and C_{t-1} to the gates, C_t and h_t."""
    i_t = sigmoid(a_i)
    f_t = sigmoid(a_f)
    C_tilde_t = tanh(a_C)
    C_t = f_t * C_prev + i_t * C_tilde_t
    o_t = sigmoid(a_o)
    return i_t, f_t, C_tilde_t, o_t, C_t, o_t * tanh(C_t)


def forward(step: Any) -> None:
    """From W x_t, U h_{t-1} and C_{t-1} to h_t and C_t; keeps the gates, and C_t as memory."""
    this = carray(step, 1)[0]
    units = this.units
    x, h_part, b = floats(this.inputs), floats(this.recurrent), floats(this.b)
    h, C, gates, memory = floats(this.h), floats(this.C), floats(this.kept), floats(this.memory)
    for u in range(0, units, LANES):
        a_i = load(x, u) + load(h_part, u) + load(b, u)
        a_f = load(x, units + u) + load(h_part, units + u) + load(b, units + u)
        a_C = load(x, 2 * units + u) + load(h_part, 2 * units + u) + load(b, 2 * units + u)
        a_o = load(x, 3 * units + u) + load(h_part, 3 * units + u) + load(b, 3 * units + u)

        i_t, f_t, C_tilde_t, o_t, C_t, h_t = update(a_i, a_f, a_C, a_o, load(C, u))

        store(C, u, C_t)
        store(h, u, h_t)
        store(memory, u, C_t)
        store(gates, u, i_t)
        store(gates, units + u, f_t)
        store(gates, 2 * units + u, C_tilde_t)
        store(gates, 3 * units + u, o_t)


def backward(step: Any) -> None:
    """From the gradients of h_t and C_t to those of the pre-activations and of C_{t-1}."""
    this = carray(step, 1)[0]
    units = this.units
    gates, C, C_before = floats(this.kept), floats(this.memory), floats(this.memory_before)
    d_h, d_C, d_h_part = floats(this.d_h), floats(this.d_C), floats(this.d_recurrent)
    d_x = gates  # each gradient takes the place of its gate
    for u in range(0, units, LANES):
        i_t = load(gates, u)
        f_t = load(gates, units + u)
        C_tilde_t = load(gates, 2 * units + u)
        o_t = load(gates, 3 * units + u)
        tanh_C_t = tanh(load(C, u))
        d_h_t = load(d_h, u)

        d_C_t = load(d_C, u) + d_h_t * o_t * (1 - tanh_C_t * tanh_C_t)
        d_a_i = d_C_t * C_tilde_t * i_t * (1 - i_t)
        d_a_f = d_C_t * load(C_before, u) * f_t * (1 - f_t)
        d_a_C = d_C_t * i_t * (1 - C_tilde_t * C_tilde_t)
        d_a_o = d_h_t * tanh_C_t * o_t * (1 - o_t)

        store(d_C, u, d_C_t * f_t)
        store(d_h, u, zeros())  # h_{t-1} acts through U h_{t-1} alone
        store(d_x, u, d_a_i)
        store(d_x, units + u, d_a_f)
        store(d_x, 2 * units + u, d_a_C)
        store(d_x, 3 * units + u, d_a_o)
        store(d_h_part, u, d_a_i)
        store(d_h_part, units + u, d_a_f)
        store(d_h_part, 2 * units + u, d_a_C)
        store(d_h_part, 3 * units + u, d_a_o)
