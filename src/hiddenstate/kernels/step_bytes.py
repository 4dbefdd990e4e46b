"""One step of one layer with weights in 8 bits: products of bytes, then the cell's equations in float32.

x and h are rounded to bytes for each step, each with a unit of its own, so what is computed is near the truth,
not equal to it. A row of weights has its own unit too. Behind the biases, `b` holds a row for each gate of: the units
of W, those of U, and (int32) what takes the place of the bytes' middle out of the sums of W and of U.
"""

from collections.abc import Callable
from typing import Any

from hiddenstate.kernels.byte_products import (
    QUADS,
    add_words,
    as_floats,
    dot,
    load_words,
    no_words,
    room,
    round_to_bytes,
    spread_word,
)
from hiddenstate.kernels.compiling import carray, inlined, types
from hiddenstate.kernels.pointers import at, floats, layers_at
from hiddenstate.kernels.records import FLOAT_BYTES
from hiddenstate.kernels.step import copy_exactly
from hiddenstate.kernels.step_cells import Kernels, finish_gru, finish_lstm
from hiddenstate.kernels.step_products import Sums, define_add, define_pair
from hiddenstate.kernels.step_records import STREAMS
from hiddenstate.kernels.vector import LANES, Floats, Vector, load, store, tanh

ZERO = types.float32(0)


@inlined
def even_words(weights: Floats, gate: int) -> Any:
    """The weights of a pair's even quad of features."""
    return load_words(weights, 2 * LANES * gate)


@inlined
def odd_words(weights: Floats, gate: int) -> Any:
    """The weights of a pair's odd quad of features."""
    return load_words(weights, 2 * LANES * gate + LANES)


def define_byte_product(gates: int) -> Callable[..., tuple[Floats, Sums]]:
    """Like `step_products.define_product`, for `words` words of four bytes, an even number."""
    add_even, add_odd = define_add(gates, even_words, dot), define_add(gates, odd_words, dot)
    nothing, both = define_pair(gates, no_words, add_words)
    size = 2 * LANES * gates

    @inlined
    def product(weights: Floats, x: Floats, words: int, sums: Sums) -> tuple[Floats, Sums]:
        others = nothing()
        for k in range(0, words, 2):
            sums = add_even(sums, spread_word(x, k), weights)
            others = add_odd(others, spread_word(x, k + 1), weights)
            weights = at(weights, size)
        return weights, both(sums, others)

    return product


@inlined
def whole(count: int) -> int:
    """The count rounded up to whole vectors."""
    return (count + LANES - 1) // LANES * LANES


@inlined
def x_as_bytes(memory: Floats, x: Floats, count: int) -> float:
    """Write x as bytes to the beginning of `memory`, filled up with zeros; uses what is behind them as well."""
    padded = at(memory, whole(count) // QUADS)
    for k in range(count, whole(count)):
        padded[k] = ZERO
    copy_exactly(padded, x, count)
    return round_to_bytes(memory, padded, whole(count))


@inlined
def weighed(sums: Any, units_of_weights: Vector, unit: float) -> Vector:
    """Sums of bytes as what they stand for."""
    return as_floats(sums) * (units_of_weights * unit)


def define_elman_bytes() -> Kernels:
    """h_t = tanh(W x_t + U h_{t-1} + b)."""
    product = define_byte_product(1)

    def step(layer: int, x: int, before: int, after: int) -> None:
        this = carray(layers_at(layer), 1)[0]
        units, weights = this.units, floats(this.weights)
        h_prev, h = at(floats(before), this.h), at(floats(after), this.h)
        x_bytes = room()
        x_unit = x_as_bytes(x_bytes, floats(x), this.input)
        x_words = whole(this.input) // QUADS
        h_bytes = at(x_bytes, x_words)
        h_unit = round_to_bytes(h_bytes, h_prev, units)
        for u in range(0, units, LANES):
            b = at(floats(this.b), u)
            weights, p = product(weights, x_bytes, x_words, (load_words(b, 3 * units),))
            weights, q = product(weights, h_bytes, units // QUADS, (load_words(b, 4 * units),))
            a = weighed(p[0], load(b, units), x_unit) + weighed(q[0], load(b, 2 * units), h_unit)
            store(h, u, tanh(a + load(b, 0)))

    return Kernels(step, each_stream(step))


def define_lstm_bytes() -> Kernels:
    """The equations of `hiddenstate.cells.LSTMCell`."""
    product = define_byte_product(4)

    @inlined
    def row_sums(b: Floats, units: int, row: int) -> Sums:
        return (
            load_words(b, row * units),
            load_words(b, (row + 1) * units),
            load_words(b, (row + 2) * units),
            load_words(b, (row + 3) * units),
        )

    @inlined
    def gate(b: Floats, units: int, place: int, p: Any, x_unit: float, q: Any, h_unit: float) -> Vector:
        of_x = weighed(p, load(b, (4 + place) * units), x_unit)
        of_h = weighed(q, load(b, (8 + place) * units), h_unit)
        return of_x + of_h + load(b, place * units)

    def step(layer: int, x: int, before: int, after: int) -> None:
        this = carray(layers_at(layer), 1)[0]
        units, weights = this.units, floats(this.weights)
        h_prev, h = at(floats(before), this.h), at(floats(after), this.h)
        C_prev, C = at(floats(before), this.C), at(floats(after), this.C)
        x_bytes = room()
        x_unit = x_as_bytes(x_bytes, floats(x), this.input)
        x_words = whole(this.input) // QUADS
        h_bytes = at(x_bytes, x_words)
        h_unit = round_to_bytes(h_bytes, h_prev, units)
        for u in range(0, units, LANES):
            b = at(floats(this.b), u)
            weights, p = product(weights, x_bytes, x_words, row_sums(b, units, 12))
            weights, q = product(weights, h_bytes, units // QUADS, row_sums(b, units, 16))
            a_i = gate(b, units, 0, p[0], x_unit, q[0], h_unit)
            a_f = gate(b, units, 1, p[1], x_unit, q[1], h_unit)
            a_C = gate(b, units, 2, p[2], x_unit, q[2], h_unit)
            a_o = gate(b, units, 3, p[3], x_unit, q[3], h_unit)
            finish_lstm(a_i, a_f, a_C, a_o, at(C_prev, u), at(C, u), at(h, u))

    return Kernels(step, each_stream(step))


def define_gru_bytes() -> Kernels:
    """The equations of `hiddenstate.cells.GRUCell`; b_hn is the fourth row of b."""
    product = define_byte_product(3)

    @inlined
    def row_sums(b: Floats, units: int, row: int) -> Sums:
        return load_words(b, row * units), load_words(b, (row + 1) * units), load_words(b, (row + 2) * units)

    def step(layer: int, x: int, before: int, after: int) -> None:
        this = carray(layers_at(layer), 1)[0]
        units, weights = this.units, floats(this.weights)
        h_prev, h = at(floats(before), this.h), at(floats(after), this.h)
        x_bytes = room()
        x_unit = x_as_bytes(x_bytes, floats(x), this.input)
        x_words = whole(this.input) // QUADS
        h_bytes = at(x_bytes, x_words)
        h_unit = round_to_bytes(h_bytes, h_prev, units)
        for u in range(0, units, LANES):
            b = at(floats(this.b), u)
            weights, p = product(weights, x_bytes, x_words, row_sums(b, units, 10))
            weights, q = product(weights, h_bytes, units // QUADS, row_sums(b, units, 13))
            of_r = weighed(p[0], load(b, 4 * units), x_unit) + weighed(q[0], load(b, 7 * units), h_unit)
            of_z = weighed(p[1], load(b, 5 * units), x_unit) + weighed(q[1], load(b, 8 * units), h_unit)
            a_r, a_z = of_r + load(b, 0), of_z + load(b, units)
            a_xn = weighed(p[2], load(b, 6 * units), x_unit) + load(b, 2 * units)
            a_hn = weighed(q[2], load(b, 9 * units), h_unit) + load(b, 3 * units)
            finish_gru(a_r, a_z, a_xn, a_hn, at(h_prev, u), at(h, u))

    return Kernels(step, each_stream(step))


def each_stream(step: Callable[[int, int, int, int], None]) -> Callable[..., None]:
    """The kernel for several streams: one after the other, since reading bytes is not what takes the time."""
    one = inlined(step)

    def tile(layer: int, x: int, before: int, after: int, x_stride: int, tiles: int) -> None:
        state = carray(layers_at(layer), 1)[0].state
        for stream in range(tiles * STREAMS):
            offset = FLOAT_BYTES * stream * state
            one(layer, x + FLOAT_BYTES * stream * x_stride, before + offset, after + offset)

    return tile


DEFINE_BYTES = {"rnn": define_elman_bytes, "lstm": define_lstm_bytes, "gru": define_gru_bytes}
"""A cell's kernels, by its name in `hiddenstate.cells.CELLS`."""
