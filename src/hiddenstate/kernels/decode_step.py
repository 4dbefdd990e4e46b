"""One step of a decoder for all hypotheses of a sentence: from the pieces written last to the best continuations.

The equations are those of `hiddenstate.models.encoder_decoder`. What does not change from step to step was computed
before: W x + b of the lower layer for each piece, and what each step of the source says to the upper layer and to the
readout, so that a context need not be multiplied: Σ w_s (W k_s) = W Σ w_s k_s.
"""

from collections.abc import Callable
from typing import Any

from hiddenstate.kernels import gru, lstm
from hiddenstate.kernels.best_pieces import LOWEST, keep_best, largest_of
from hiddenstate.kernels.compiling import carray, inlined
from hiddenstate.kernels.pointers import at, decoders_at, floats, integers
from hiddenstate.kernels.row_product import Matrix, multiply_packed, multiply_plain
from hiddenstate.kernels.vector import LANES, Floats, exp, lane_sum, load, spread, store, tanh, zeros


@inlined
def copy(out: Floats, source: Floats, count: int) -> None:
    """Copy whole vectors."""
    for u in range(0, count, LANES):
        store(out, u, load(source, u))


@inlined
def weigh(this: Any, own: Any, h: Matrix, room: Floats) -> None:
    """Write where each hypothesis looks, whose lower layer's h are given: the softmax of the scores of all steps."""
    weights, steps, wide = floats(this.weights), this.steps, this.room
    if own.query:
        asked = room, own.units
        nothing = floats(own.zeros), 0
        multiply_packed(asked, nothing, h, floats(own.query), this.rows, own.units, own.units)
        for row in range(this.rows):
            W_q = at(room, row * own.units)
            for s in range(steps):
                U_k = at(floats(this.keys), s * own.units)
                weights[row * wide + s] = additive(W_q, U_k, floats(own.v), own.units)
    else:
        scores = weights, wide
        multiply_plain(scores, scores, h, floats(this.keys), this.rows, own.units, wide)
    for row in range(this.rows):
        for s in range(steps, wide):
            weights[row * wide + s] = LOWEST
        softmax(at(weights, row * wide), wide)


@inlined
def additive(W_q: Floats, U_k: Floats, v: Floats, units: int) -> float:
    """The score v · tanh(W q + U k)."""
    total = zeros()
    for u in range(0, units, LANES):
        total = total + load(v, u) * tanh(load(W_q, u) + load(U_k, u))
    score: float = lane_sum(total)
    return score


@inlined
def softmax(scores: Floats, count: int) -> None:
    """In place, of whole vectors."""
    largest = largest_of(scores, count)
    total = zeros()
    for u in range(0, count, LANES):
        raised = exp(load(scores, u) - largest)
        store(scores, u, raised)
        total = total + raised
    share = 1 / spread(lane_sum(total))
    for u in range(0, count, LANES):
        store(scores, u, load(scores, u) * share)


def define_decode(finish: Callable[[Floats, Floats, Floats, int], None]) -> Callable[[Any], None]:
    """The step for a cell; finish: (pre-activations, h, C, units) to the cell's next h and C, in place."""

    def decode(decoding: Any) -> None:
        this = carray(decoding, 1)[0]
        own = carray(decoders_at(this.decoder), 1)[0]
        units, size, columns, rows = own.units, own.size, own.columns, this.rows
        width, answers = size + 4 * units, columns + size
        lower_h, upper_h, lower_C, upper_C = size, size + units, size + 2 * units, size + 3 * units
        mixed = floats(this.room_for)
        a = at(mixed, rows * answers)
        asked = at(a, rows * columns)
        state = floats(this.after)
        parents, last = integers(this.parents), integers(this.last)

        for row in range(rows):
            copy(at(state, row * width), at(floats(this.before), parents[row] * width), width)
            copy(at(a, row * columns), at(floats(own.table), last[row] * columns), columns)
        entering = at(state, size - own.fed), width
        multiply_packed(
            (a, columns), (a, columns), entering, floats(own.lower), rows, own.fed + units, columns
        )
        for row in range(rows):
            of_row = at(state, row * width)
            finish(at(a, row * columns), at(of_row, lower_h), at(of_row, lower_C), units)

        h = at(state, lower_h), width
        weigh(this, own, h, asked)
        every, looked = (mixed, answers), (floats(this.weights), this.room)
        nothing = floats(own.zeros), 0
        multiply_plain(every, nothing, looked, floats(this.values), rows, this.steps, answers)
        multiply_packed(every, every, h, floats(own.upper), rows, 2 * units, columns)
        for row in range(rows):
            of_row = at(state, row * width)
            finish(at(mixed, row * answers), at(of_row, upper_h), at(of_row, upper_C), units)

        readouts, seen = (at(mixed, columns), answers), (at(state, upper_h), width)
        multiply_packed(readouts, readouts, seen, floats(own.readout), rows, units, size)
        for row in range(rows):
            readout = at(mixed, row * answers + columns)
            for u in range(0, size, LANES):
                store(at(state, row * width), u, tanh(load(readout, u)))
        logits, bias = (floats(this.logits), own.pieces), (floats(own.bias), 0)
        multiply_packed(logits, bias, (state, width), floats(own.output), rows, size, own.pieces)
        keep_best(this, own.pieces)

    return decode


@inlined
def finish_elman(a: Floats, h: Floats, C: Floats, units: int) -> None:
    """h_t = tanh(a); C is not used."""
    for u in range(0, units, LANES):
        store(h, u, tanh(load(a, u)))


@inlined
def finish_lstm(a: Floats, h: Floats, C: Floats, units: int) -> None:
    """Blocks i, f, C̃, o."""
    for u in range(0, units, LANES):
        a_i, a_f = load(a, u), load(a, units + u)
        a_C, a_o = load(a, 2 * units + u), load(a, 3 * units + u)
        _, _, _, _, C_t, h_t = lstm.update(a_i, a_f, a_C, a_o, load(C, u))
        store(C, u, C_t)
        store(h, u, h_t)


@inlined
def finish_gru(a: Floats, h: Floats, C: Floats, units: int) -> None:
    """Blocks r, z, n of x, n of h; C is not used."""
    for u in range(0, units, LANES):
        a_r, a_z = load(a, u), load(a, units + u)
        a_xn, a_hn = load(a, 2 * units + u), load(a, 3 * units + u)
        _, _, _, h_t = gru.update(a_r, a_z, a_xn, a_hn, load(h, u))
        store(h, u, h_t)


FINISH = {"rnn": finish_elman, "lstm": finish_lstm, "gru": finish_gru}
"""From pre-activations to h and C, by the cell's name in `hiddenstate.cells.CELLS`."""
