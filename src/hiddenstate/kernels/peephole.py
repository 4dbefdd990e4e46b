"""The arithmetic of the LSTM with peepholes, forwards and backwards, for one step of one sequence.

The equations are those of `hiddenstate.cells.PeepholeLSTMCell`; blocks stand in the order i, f, C̃, o, and the
extra parameters are p_i, p_f, p_o.
"""

from typing import Any

from hiddenstate.kernels.compiling import carray
from hiddenstate.kernels.pointers import floats
from hiddenstate.kernels.vector import LANES, load, sigmoid, store, tanh, zeros


def forward(step: Any) -> None:
    """From W x_t, U h_{t-1} and C_{t-1} to h_t and C_t; keeps the gates, and C_t as memory."""
    this = carray(step, 1)[0]
    units = this.units
    x, h_part, b, p = floats(this.inputs), floats(this.recurrent), floats(this.b), floats(this.extra)
    h, C, gates, memory = floats(this.h), floats(this.C), floats(this.kept), floats(this.memory)
    for u in range(0, units, LANES):
        C_prev = load(C, u)
        a_i = load(x, u) + load(h_part, u) + load(b, u)
        a_f = load(x, units + u) + load(h_part, units + u) + load(b, units + u)
        a_C = load(x, 2 * units + u) + load(h_part, 2 * units + u) + load(b, 2 * units + u)
        a_o = load(x, 3 * units + u) + load(h_part, 3 * units + u) + load(b, 3 * units + u)

        i_t = sigmoid(a_i + load(p, u) * C_prev)
        f_t = sigmoid(a_f + load(p, units + u) * C_prev)
        C_tilde_t = tanh(a_C)
        C_t = f_t * C_prev + i_t * C_tilde_t
        o_t = sigmoid(a_o + load(p, 2 * units + u) * C_t)

        store(C, u, C_t)
        store(h, u, o_t * tanh(C_t))
        store(memory, u, C_t)
        store(gates, u, i_t)
        store(gates, units + u, f_t)
        store(gates, 2 * units + u, C_tilde_t)
        store(gates, 3 * units + u, o_t)


def backward(step: Any) -> None:
    """From the gradients of h_t and C_t to those of the pre-activations, of C_{t-1} and of p."""
    this = carray(step, 1)[0]
    units = this.units
    gates, C, C_before = floats(this.kept), floats(this.memory), floats(this.memory_before)
    d_h, d_C, d_h_part = floats(this.d_h), floats(this.d_C), floats(this.d_recurrent)
    p, d_p = floats(this.extra), floats(this.d_extra)
    d_x = gates  # each gradient takes the place of its gate
    for u in range(0, units, LANES):
        i_t = load(gates, u)
        f_t = load(gates, units + u)
        C_tilde_t = load(gates, 2 * units + u)
        o_t = load(gates, 3 * units + u)
        C_t, C_prev = load(C, u), load(C_before, u)
        tanh_C_t = tanh(C_t)
        d_h_t = load(d_h, u)

        d_a_o = d_h_t * tanh_C_t * o_t * (1 - o_t)
        d_C_t = load(d_C, u) + d_h_t * o_t * (1 - tanh_C_t * tanh_C_t) + d_a_o * load(p, 2 * units + u)
        d_a_i = d_C_t * C_tilde_t * i_t * (1 - i_t)
        d_a_f = d_C_t * C_prev * f_t * (1 - f_t)
        d_a_C = d_C_t * i_t * (1 - C_tilde_t * C_tilde_t)

        store(d_C, u, d_C_t * f_t + d_a_i * load(p, u) + d_a_f * load(p, units + u))
        store(d_h, u, zeros())  # h_{t-1} acts through U h_{t-1} alone
        store(d_p, u, load(d_p, u) + d_a_i * C_prev)
        store(d_p, units + u, load(d_p, units + u) + d_a_f * C_prev)
        store(d_p, 2 * units + u, load(d_p, 2 * units + u) + d_a_o * C_t)
        store(d_x, u, d_a_i)
        store(d_x, units + u, d_a_f)
        store(d_x, 2 * units + u, d_a_C)
        store(d_x, 3 * units + u, d_a_o)
        store(d_h_part, u, d_a_i)
        store(d_h_part, units + u, d_a_f)
        store(d_h_part, 2 * units + u, d_a_C)
        store(d_h_part, 3 * units + u, d_a_o)
