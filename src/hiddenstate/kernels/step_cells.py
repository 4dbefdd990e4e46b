"""One step of one layer, for one stream or for several: products in registers, the cell's equations, no detour.

Each cell has two kernels. `step` is for one stream. `tile` is for STREAMS streams, several times over: it takes
a block of units through all streams before the next, so that the block's weights stay close by. Both read the
state before and write the state after, which must be different arrays.
"""

from collections.abc import Callable
from typing import NamedTuple

from hiddenstate.kernels import gru, lstm
from hiddenstate.kernels.compiling import carray, inlined
from hiddenstate.kernels.pointers import at, floats, layers_at
from hiddenstate.kernels.step_products import (
    define_gateless_product,
    define_product,
    define_tile_product,
    for_streams,
)
from hiddenstate.kernels.step_records import STREAMS
from hiddenstate.kernels.step_weights import Format
from hiddenstate.kernels.vector import LANES, Floats, Vector, load, store, tanh


class Kernels(NamedTuple):
    """The kernels of one cell in one weight format."""

    step: Callable[[int, int, int, int], None]
    """(layer, x, before, after): addresses."""
    tile: Callable[[int, int, int, int, int, int], None]
    """(layer, x, before, after, x_stride, tiles): the x of a stream is x_stride floats behind the last one's."""


@inlined
def finish_lstm(
    a_i: Vector, a_f: Vector, a_C: Vector, a_o: Vector, C_prev: Floats, C: Floats, h: Floats
) -> None:
    """From the pre-activations of one block to its C_t and h_t."""
    _, _, _, _, C_t, h_t = lstm.update(a_i, a_f, a_C, a_o, load(C_prev, 0))
    store(C, 0, C_t)
    store(h, 0, h_t)


@inlined
def finish_gru(a_r: Vector, a_z: Vector, a_xn: Vector, a_hn: Vector, h_prev: Floats, h: Floats) -> None:
    """From the pre-activations of one block to its h_t."""
    _, _, _, h_t = gru.update(a_r, a_z, a_xn, a_hn, load(h_prev, 0))
    store(h, 0, h_t)


def define_elman(form: Format) -> Kernels:
    """h_t = tanh(W x_t + U h_{t-1} + b), as `hiddenstate.cells.ElmanCell`."""
    product, tile_product = define_gateless_product(form), define_tile_product(form, 1)

    def step(layer: int, x: int, before: int, after: int) -> None:
        this = carray(layers_at(layer), 1)[0]
        h_prev, h = at(floats(before), this.h), at(floats(after), this.h)
        weights, b = floats(this.weights), floats(this.b)
        for u in range(0, this.units, LANES):
            weights, a = product(weights, floats(x), this.input, load(b, u))
            weights, a = product(weights, h_prev, this.hidden, a)
            store(h, u, tanh(a))

    def tile(layer: int, x: int, before: int, after: int, x_stride: int, tiles: int) -> None:
        this = carray(layers_at(layer), 1)[0]
        weights, b, state = floats(this.weights), floats(this.b), this.state
        end = weights
        for u in range(0, this.units, LANES):
            weights = end
            for first in range(0, tiles * STREAMS, STREAMS):
                place = first * state + this.h
                a = (for_streams(load(b, u)),)
                end, a = tile_product(weights, at(floats(x), first * x_stride), x_stride, this.input, a)
                end, a = tile_product(end, at(floats(before), place), state, this.hidden, a)
                h = at(floats(after), place + u)
                store(h, 0, tanh(a[0][0]))
                store(h, state, tanh(a[0][1]))
                store(h, 2 * state, tanh(a[0][2]))
                store(h, 3 * state, tanh(a[0][3]))

    return Kernels(step, tile)


def define_lstm(form: Format) -> Kernels:
    """The equations of `hiddenstate.cells.LSTMCell`; gates in the order i, f, C̃, o."""
    product, tile_product = define_product(form, 4), define_tile_product(form, 4)

    def step(layer: int, x: int, before: int, after: int) -> None:
        this = carray(layers_at(layer), 1)[0]
        h_prev, h = at(floats(before), this.h), at(floats(after), this.h)
        C_prev, C = at(floats(before), this.C), at(floats(after), this.C)
        weights, b, units = floats(this.weights), floats(this.b), this.units
        for u in range(0, units, LANES):
            a = load(b, u), load(b, units + u), load(b, 2 * units + u), load(b, 3 * units + u)
            weights, a = product(weights, floats(x), this.input, a)
            weights, a = product(weights, h_prev, this.hidden, a)
            finish_lstm(a[0], a[1], a[2], a[3], at(C_prev, u), at(C, u), at(h, u))

    def tile(layer: int, x: int, before: int, after: int, x_stride: int, tiles: int) -> None:
        this = carray(layers_at(layer), 1)[0]
        weights, b, units, state = floats(this.weights), floats(this.b), this.units, this.state
        end = weights
        for u in range(0, units, LANES):
            weights = end
            for first in range(0, tiles * STREAMS, STREAMS):
                i, f = for_streams(load(b, u)), for_streams(load(b, units + u))
                C_tilde, o = for_streams(load(b, 2 * units + u)), for_streams(load(b, 3 * units + u))
                a = i, f, C_tilde, o
                h_prev = at(floats(before), first * state + this.h)
                end, a = tile_product(weights, at(floats(x), first * x_stride), x_stride, this.input, a)
                end, a = tile_product(end, h_prev, state, this.hidden, a)
                C_prev = at(floats(before), first * state + this.C + u)
                C, h = (
                    at(floats(after), first * state + this.C + u),
                    at(floats(after), first * state + this.h + u),
                )
                i, f, C_tilde, o = a
                finish_lstm(i[0], f[0], C_tilde[0], o[0], C_prev, C, h)
                finish_lstm(i[1], f[1], C_tilde[1], o[1], at(C_prev, state), at(C, state), at(h, state))
                finish_lstm(
                    i[2], f[2], C_tilde[2], o[2], at(C_prev, 2 * state), at(C, 2 * state), at(h, 2 * state)
                )
                finish_lstm(
                    i[3], f[3], C_tilde[3], o[3], at(C_prev, 3 * state), at(C, 3 * state), at(h, 3 * state)
                )

    return Kernels(step, tile)


def define_gru(form: Format) -> Kernels:
    """The equations of `hiddenstate.cells.GRUCell`; gates in the order r, z, n; b_hn is the fourth row of b."""
    product, tile_product = define_product(form, 3), define_tile_product(form, 3)

    def step(layer: int, x: int, before: int, after: int) -> None:
        this = carray(layers_at(layer), 1)[0]
        h_prev, h = at(floats(before), this.h), at(floats(after), this.h)
        weights, b, units = floats(this.weights), floats(this.b), this.units
        for u in range(0, units, LANES):
            a = load(b, u), load(b, units + u), load(b, 2 * units + u)
            weights, a = product(weights, floats(x), this.input, a)
            a_xn = a[2]
            weights, a = product(weights, h_prev, this.hidden, (a[0], a[1], load(b, 3 * units + u)))
            finish_gru(a[0], a[1], a_xn, a[2], at(h_prev, u), at(h, u))

    def tile(layer: int, x: int, before: int, after: int, x_stride: int, tiles: int) -> None:
        this = carray(layers_at(layer), 1)[0]
        weights, b, units, state = floats(this.weights), floats(this.b), this.units, this.state
        end = weights
        for u in range(0, units, LANES):
            weights = end
            for first in range(0, tiles * STREAMS, STREAMS):
                r, z = for_streams(load(b, u)), for_streams(load(b, units + u))
                a = r, z, for_streams(load(b, 2 * units + u))
                h_prev = at(floats(before), first * state + this.h)
                end, a = tile_product(weights, at(floats(x), first * x_stride), x_stride, this.input, a)
                n = a[2]
                a = a[0], a[1], for_streams(load(b, 3 * units + u))
                end, a = tile_product(end, h_prev, state, this.hidden, a)
                r, z, h_n = a
                h_prev, h = at(h_prev, u), at(floats(after), first * state + this.h + u)
                finish_gru(r[0], z[0], n[0], h_n[0], h_prev, h)
                finish_gru(r[1], z[1], n[1], h_n[1], at(h_prev, state), at(h, state))
                finish_gru(r[2], z[2], n[2], h_n[2], at(h_prev, 2 * state), at(h, 2 * state))
                finish_gru(r[3], z[3], n[3], h_n[3], at(h_prev, 3 * state), at(h, 3 * state))

    return Kernels(step, tile)


DEFINE = {"rnn": define_elman, "lstm": define_lstm, "gru": define_gru}
"""A cell's kernels, by its name in `hiddenstate.cells.CELLS`."""
