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
    Vector,
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
def mean_of(total: Vector, blocks: int, hidden: int) -> float:
    """The mean of all numbers of so many blocks, from their sums in each lane."""
    mean: float = lane_sum(total) / types.float32(blocks * hidden)
    return mean


@inlined
def scale_of(squares: Vector, blocks: int, hidden: int) -> float:
    """1 / sqrt(var + ε) from the squared distances to the mean, summed in each lane."""
    scale: float = ONE / square_root(mean_of(squares, blocks, hidden) + EPSILON)
    return scale


@inlined
def squared(v: Floats, u: int, mean: Vector, real: int) -> Vector:
    """The squared distances of one vector to the mean; only the first `real` lanes count."""
    distance = first_lanes(load(v, u) - mean, real)
    return distance * distance


@inlined
def four(v: Floats, u: int, units: int) -> Vector:
    """The sum of one vector of each of the four blocks."""
    return (load(v, u) + load(v, units + u)) + (load(v, 2 * units + u) + load(v, 3 * units + u))


@inlined
def four_squared(v: Floats, u: int, units: int, mean: Vector, real: int) -> Vector:
    """The same of their squared distances to the mean."""
    i_f = squared(v, u, mean, real) + squared(v, units + u, mean, real)
    return i_f + (squared(v, 2 * units + u, mean, real) + squared(v, 3 * units + u, mean, real))


@inlined
def normalise(out: Floats, v: Floats, u: int, mean: Vector, scale: Vector) -> Vector:
    """Compute and keep one vector of (v - mean) · scale."""
    N = (load(v, u) - mean) * scale
    store(out, u, N)
    return N


def forward(step: Any) -> None:
    """From W x_t, U h_{t-1} and C_{t-1} to h_t and C_t; keeps the gates, and the memory that is listed above."""
    this = carray(step, 1)[0]
    units, hidden = this.units, this.hidden
    x, h_part, b, gamma_x = floats(this.inputs), floats(this.recurrent), floats(this.b), floats(this.extra)
    gamma_h, gamma_C, beta_C = at(gamma_x, 4 * units), at(gamma_x, 8 * units), at(gamma_x, 9 * units)
    h, C, gates, memory = floats(this.h), floats(this.C), floats(this.kept), floats(this.memory)
    N_x, N_h, numbers = at(memory, units), at(memory, 5 * units), at(memory, 9 * units)

    # Both products in one go: the processor sums them side by side.
    total_x, total_h, total_C = zeros(), zeros(), zeros()
    for u in range(0, units, LANES):  # units that were added are 0
        total_x = total_x + four(x, u, units)
        total_h = total_h + four(h_part, u, units)
    mean_x, mean_h = spread(mean_of(total_x, 4, hidden)), spread(mean_of(total_h, 4, hidden))
    squares_x, squares_h, squares_C = zeros(), zeros(), zeros()
    for u in range(0, units, LANES):
        squares_x = squares_x + four_squared(x, u, units, mean_x, hidden - u)
        squares_h = squares_h + four_squared(h_part, u, units, mean_h, hidden - u)
    numbers[0], numbers[1] = scale_of(squares_x, 4, hidden), scale_of(squares_h, 4, hidden)
    scale_x, scale_h = spread(numbers[0]), spread(numbers[1])

    for u in range(0, units, LANES):
        i, f, c, o = u, units + u, 2 * units + u, 3 * units + u
        x_i, h_i = normalise(N_x, x, i, mean_x, scale_x), normalise(N_h, h_part, i, mean_h, scale_h)
        x_f, h_f = normalise(N_x, x, f, mean_x, scale_x), normalise(N_h, h_part, f, mean_h, scale_h)
        x_C, h_C = normalise(N_x, x, c, mean_x, scale_x), normalise(N_h, h_part, c, mean_h, scale_h)
        x_o, h_o = normalise(N_x, x, o, mean_x, scale_x), normalise(N_h, h_part, o, mean_h, scale_h)

        i_t = sigmoid(load(gamma_x, i) * x_i + load(gamma_h, i) * h_i + load(b, i))
        f_t = sigmoid(load(gamma_x, f) * x_f + load(gamma_h, f) * h_f + load(b, f))
        C_tilde_t = tanh(load(gamma_x, c) * x_C + load(gamma_h, c) * h_C + load(b, c))
        o_t = sigmoid(load(gamma_x, o) * x_o + load(gamma_h, o) * h_o + load(b, o))
        C_raw = f_t * load(C, u) + i_t * C_tilde_t

        total_C = total_C + C_raw
        store(C, u, C_raw)
        store(gates, i, i_t)
        store(gates, f, f_t)
        store(gates, c, C_tilde_t)
        store(gates, o, o_t)

    numbers[3] = mean_of(total_C, 1, hidden)
    mean_C = spread(numbers[3])
    for u in range(0, units, LANES):
        squares_C = squares_C + squared(C, u, mean_C, hidden - u)
    numbers[2] = scale_of(squares_C, 1, hidden)
    scale_C = spread(numbers[2])
    for u in range(0, units, LANES):
        C_t = load(gamma_C, u) * ((load(C, u) - mean_C) * scale_C) + load(beta_C, u)
        store(C, u, C_t)
        store(memory, u, C_t)
        store(h, u, load(gates, 3 * units + u) * tanh(C_t))


@inlined
def slope_back(d_N: Vector, N: Vector, mean: Vector, slope: Vector, scale: Vector) -> Vector:
    """The gradient of v from that of N(v): mean and slope are those of d_N and of d_N ⊙ N over all numbers."""
    return scale * (d_N - mean - N * slope)


def backward(step: Any) -> None:
    """From the gradients of h_t and C_t to those of W x_t, U h_{t-1}, C_{t-1} and of the parameters but W and U.

    The gradient of U h_{t-1} takes the place of N(U h_{t-1}).
    """
    this = carray(step, 1)[0]
    units = this.units
    gates, memory, C_before = floats(this.kept), floats(this.memory), floats(this.memory_before)
    N_h, numbers = at(memory, 5 * units), at(memory, 9 * units)
    d_h, d_C = floats(this.d_h), floats(this.d_C)
    gamma_C, d_gamma_C = at(floats(this.extra), 8 * units), at(floats(this.d_extra), 8 * units)
    d_beta_C = at(d_gamma_C, units)
    N_C = floats(this.d_recurrent)  # room for it until the end
    mean_C, scale_C = spread(numbers[3]), spread(numbers[2])

    total, along = zeros(), zeros()
    for u in range(0, units, LANES):
        i_t, f_t, C_tilde_t = load(gates, u), load(gates, units + u), load(gates, 2 * units + u)
        o_t, tanh_C_t, d_h_t = load(gates, 3 * units + u), tanh(load(memory, u)), load(d_h, u)
        N_C_t = (f_t * load(C_before, u) + i_t * C_tilde_t - mean_C) * scale_C
        d_C_t = load(d_C, u) + d_h_t * o_t * (1 - tanh_C_t * tanh_C_t)
        d_N_C = d_C_t * load(gamma_C, u)

        total = total + d_N_C
        along = along + d_N_C * N_C_t
        store(gates, 3 * units + u, d_h_t * tanh_C_t * o_t * (1 - o_t))  # d_a_o
        store(d_gamma_C, u, load(d_gamma_C, u) + d_C_t * N_C_t)
        store(d_beta_C, u, load(d_beta_C, u) + d_C_t)
        store(N_C, u, N_C_t)
        store(d_C, u, d_N_C)
    mean, slope = spread(mean_of(total, 1, this.hidden)), spread(mean_of(along, 1, this.hidden))
    for u in range(0, units, LANES):
        i_t, f_t, C_tilde_t = load(gates, u), load(gates, units + u), load(gates, 2 * units + u)
        d_C_raw = slope_back(load(d_C, u), load(N_C, u), mean, slope, scale_C)
        store(gates, u, d_C_raw * C_tilde_t * i_t * (1 - i_t))
        store(gates, units + u, d_C_raw * load(C_before, u) * f_t * (1 - f_t))
        store(gates, 2 * units + u, d_C_raw * i_t * (1 - C_tilde_t * C_tilde_t))
        store(d_C, u, d_C_raw * f_t)
        store(d_h, u, zeros())  # h_{t-1} acts through U h_{t-1} alone
    products_back(this, gates, at(memory, units), N_h, numbers)


@inlined
def products_back(this: Any, d_a: Floats, N_x: Floats, N_h: Floats, numbers: Floats) -> None:
    """From the gradients of the pre-activations a_t to those of both products, of γ_x, γ_h and of b."""
    width, hidden = 4 * this.units, this.hidden
    gamma_x, d_gamma_x, d_h_part = floats(this.extra), floats(this.d_extra), floats(this.d_recurrent)
    gamma_h, d_gamma_h, d_b = at(gamma_x, width), at(d_gamma_x, width), at(d_gamma_x, 10 * this.units)
    total_x, total_h, along_x, along_h = zeros(), zeros(), zeros(), zeros()
    for u in range(0, width, LANES):
        d, x, h = load(d_a, u), load(N_x, u), load(N_h, u)
        d_N_x, d_N_h = d * load(gamma_x, u), d * load(gamma_h, u)
        total_x, along_x = total_x + d_N_x, along_x + d_N_x * x
        total_h, along_h = total_h + d_N_h, along_h + d_N_h * h
        store(d_b, u, load(d_b, u) + d)
        store(d_gamma_x, u, load(d_gamma_x, u) + d * x)
        store(d_gamma_h, u, load(d_gamma_h, u) + d * h)
    mean_x, slope_x = spread(mean_of(total_x, 4, hidden)), spread(mean_of(along_x, 4, hidden))
    mean_h, slope_h = spread(mean_of(total_h, 4, hidden)), spread(mean_of(along_h, 4, hidden))
    scale_x, scale_h = spread(numbers[0]), spread(numbers[1])
    for u in range(0, width, LANES):
        d = load(d_a, u)
        d_x = slope_back(d * load(gamma_x, u), load(N_x, u), mean_x, slope_x, scale_x)
        d_h = slope_back(d * load(gamma_h, u), load(N_h, u), mean_h, slope_h, scale_h)
        store(d_a, u, d_x)
        store(d_h_part, u, d_h)
        store(N_h, u, d_h)
