"""The arithmetic of the LSTM with layer normalisation, forwards and backwards, for one step of one sequence.

The equations are those of `hiddenstate.cells.LayerNormLSTMCell`; blocks stand in the order i, f, C̃, o. Extra
parameters: γ_x, γ_h (4·units each), γ_C, β_C (units each). Memory: C_t (units), N(W x_t), N(U h_{t-1}) (4·units each),
and four numbers: 1 / sd of W x_t, of U h_{t-1} and of the memory before it is normalised, and that one's mean.

Units that were added to fill vectors are zero in every product and have γ = 0; only a variance has to leave them out.
"""

from typing import Any

from hiddenstate.kernels.compiling import carray, inlined, types
from hiddenstate.kernels.pointers import at, floats
from hiddenstate.kernels.vector import (
    LANES,
    Floats,
    first_lanes,
    lane_sum,
    load,
    sigmoid,
    spread,
    square_root,
    store,
    tanh,
    zeros,
)

EPSILON = types.float32(1e-5)
ONE = types.float32(1)


@inlined
def mean_and_scale(v: Floats, blocks: int, units: int, hidden: int) -> tuple[float, float]:
    """The mean of v (blocks, units), of which the first `hidden` units of each block count, and 1 / sqrt(var + ε)."""
    total = zeros()
    for u in range(0, blocks * units, LANES):
        total = total + load(v, u)  # the others are 0
    count = types.float32(blocks * hidden)
    mean = lane_sum(total) / count
    centre, squares = spread(mean), zeros()
    for block in range(blocks):
        for u in range(0, units, LANES):
            distance = first_lanes(load(v, block * units + u) - centre, hidden - u)
            squares = squares + distance * distance
    return mean, ONE / square_root(lane_sum(squares) / count + EPSILON)


@inlined
def normalise(out: Floats, v: Floats, mean: float, scale: float, width: int) -> None:
    """Compute out = (v - mean) · scale."""
    centre, factor = spread(mean), spread(scale)
    for u in range(0, width, LANES):
        store(out, u, (load(v, u) - centre) * factor)


def forward(step: Any) -> None:
    """From W x_t, U h_{t-1} and C_{t-1} to h_t and C_t; keeps the gates, and the memory that is listed above."""
    this = carray(step, 1)[0]
    units, hidden = this.units, this.hidden
    x, h_part, b, gamma_x = floats(this.inputs), floats(this.recurrent), floats(this.b), floats(this.extra)
    gamma_h, gamma_C, beta_C = at(gamma_x, 4 * units), at(gamma_x, 8 * units), at(gamma_x, 9 * units)
    h, C, gates, memory = floats(this.h), floats(this.C), floats(this.kept), floats(this.memory)
    N_x, N_h, numbers = at(memory, units), at(memory, 5 * units), at(memory, 9 * units)

    mean_x, scale_x = mean_and_scale(x, 4, units, hidden)
    mean_h, scale_h = mean_and_scale(h_part, 4, units, hidden)
    normalise(N_x, x, mean_x, scale_x, 4 * units)
    normalise(N_h, h_part, mean_h, scale_h, 4 * units)
    for u in range(0, units, LANES):
        i, f, c, o = u, units + u, 2 * units + u, 3 * units + u
        i_t = sigmoid(load(gamma_x, i) * load(N_x, i) + load(gamma_h, i) * load(N_h, i) + load(b, i))
        f_t = sigmoid(load(gamma_x, f) * load(N_x, f) + load(gamma_h, f) * load(N_h, f) + load(b, f))
        C_tilde_t = tanh(load(gamma_x, c) * load(N_x, c) + load(gamma_h, c) * load(N_h, c) + load(b, c))
        o_t = sigmoid(load(gamma_x, o) * load(N_x, o) + load(gamma_h, o) * load(N_h, o) + load(b, o))

        store(C, u, f_t * load(C, u) + i_t * C_tilde_t)
        store(gates, i, i_t)
        store(gates, f, f_t)
        store(gates, c, C_tilde_t)
        store(gates, o, o_t)

    mean_C, scale_C = mean_and_scale(C, 1, units, hidden)
    normalise(C, C, mean_C, scale_C, units)
    for u in range(0, units, LANES):
        C_t = load(gamma_C, u) * load(C, u) + load(beta_C, u)
        store(C, u, C_t)
        store(memory, u, C_t)
        store(h, u, load(gates, 3 * units + u) * tanh(C_t))
    numbers[0], numbers[1], numbers[2], numbers[3] = scale_x, scale_h, scale_C, mean_C


@inlined
def normalise_back(out: Floats, d_N: Floats, N: Floats, scale: float, width: int, real: int) -> None:
    """The gradient of v from that of N(v), which may be in the same place."""
    total, along = zeros(), zeros()
    for u in range(0, width, LANES):
        total = total + load(d_N, u)
        along = along + load(d_N, u) * load(N, u)
    count = types.float32(real)
    mean, slope, factor = spread(lane_sum(total) / count), spread(lane_sum(along) / count), spread(scale)
    for u in range(0, width, LANES):
        store(out, u, factor * (load(d_N, u) - mean - load(N, u) * slope))


def backward(step: Any) -> None:
    """From the gradients of h_t and C_t to those of W x_t, U h_{t-1}, C_{t-1} and of the parameters but W and U.

    The gradient of U h_{t-1} takes the place of N(U h_{t-1}).
    """
    this = carray(step, 1)[0]
    units, hidden = this.units, this.hidden
    gates, memory, C_before = floats(this.kept), floats(this.memory), floats(this.memory_before)
    N_x, N_h, numbers = at(memory, units), at(memory, 5 * units), at(memory, 9 * units)
    d_h, d_C, d_h_part = floats(this.d_h), floats(this.d_C), floats(this.d_recurrent)
    gamma_x, d_gamma_x = floats(this.extra), floats(this.d_extra)
    gamma_h, gamma_C = at(gamma_x, 4 * units), at(gamma_x, 8 * units)
    d_gamma_h, d_gamma_C = at(d_gamma_x, 4 * units), at(d_gamma_x, 8 * units)
    d_beta_C, d_b = at(d_gamma_x, 9 * units), at(d_gamma_x, 10 * units)
    N_C = d_h_part  # room for it until the end
    mean_C, scale_C = spread(numbers[3]), spread(numbers[2])

    for u in range(0, units, LANES):
        i_t, f_t, C_tilde_t = load(gates, u), load(gates, units + u), load(gates, 2 * units + u)
        o_t, tanh_C_t, d_h_t = load(gates, 3 * units + u), tanh(load(memory, u)), load(d_h, u)
        N_C_t = (f_t * load(C_before, u) + i_t * C_tilde_t - mean_C) * scale_C
        d_C_t = load(d_C, u) + d_h_t * o_t * (1 - tanh_C_t * tanh_C_t)
        store(gates, 3 * units + u, d_h_t * tanh_C_t * o_t * (1 - o_t))  # d_a_o
        store(d_gamma_C, u, load(d_gamma_C, u) + d_C_t * N_C_t)
        store(d_beta_C, u, load(d_beta_C, u) + d_C_t)
        store(N_C, u, N_C_t)
        store(d_C, u, d_C_t * load(gamma_C, u))
    normalise_back(d_C, d_C, N_C, numbers[2], units, hidden)
    for u in range(0, units, LANES):
        i_t, f_t, C_tilde_t = load(gates, u), load(gates, units + u), load(gates, 2 * units + u)
        d_C_raw = load(d_C, u)
        store(gates, u, d_C_raw * C_tilde_t * i_t * (1 - i_t))
        store(gates, units + u, d_C_raw * load(C_before, u) * f_t * (1 - f_t))
        store(gates, 2 * units + u, d_C_raw * i_t * (1 - C_tilde_t * C_tilde_t))
        store(d_C, u, d_C_raw * f_t)
        store(d_h, u, zeros())  # h_{t-1} acts through U h_{t-1} alone
    for u in range(0, 4 * units, LANES):
        d_a = load(gates, u)
        store(d_b, u, load(d_b, u) + d_a)
        store(d_gamma_x, u, load(d_gamma_x, u) + d_a * load(N_x, u))
        store(d_gamma_h, u, load(d_gamma_h, u) + d_a * load(N_h, u))
        store(gates, u, d_a * load(gamma_x, u))
        store(d_h_part, u, d_a * load(gamma_h, u))
    normalise_back(gates, gates, N_x, numbers[0], 4 * units, 4 * hidden)
    normalise_back(d_h_part, d_h_part, N_h, numbers[1], 4 * units, 4 * hidden)
    for u in range(0, 4 * units, LANES):
        store(N_h, u, load(d_h_part, u))
