"""The best continuations of some hypotheses: log-softmax over all pieces, and the highest sums, in two passes.

Nothing is sorted: a vector of scores is looked at only where one of them beats the worst that is kept.
"""

from typing import Any, TypeAlias

from hiddenstate.kernels.compiling import inlined, instruction, ir, types
from hiddenstate.kernels.pointers import at, floats, integers
from hiddenstate.kernels.vector import (
    INT32,
    LANES,
    Floats,
    Vector,
    clip,
    exp,
    lane_sum,
    load,
    spread,
    spread_over,
    zeros,
)

Integers: TypeAlias = Any
LOWEST = types.float32(-3.0e38)
HIGHEST = types.float32(3.0e38)
HALLEY_STEPS = 16
"""Each brings the logarithm up to 2 nearer, the last three cubically: sums of up to e**20 pieces."""


@instruction
def any_above(typing: Any, x: Any, limit: Any) -> Any:
    """Whether any lane is above the number."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        x, limit = values
        lanes = signature.args[0].lanes
        above = builder.fcmp_ordered(">", x, spread_over(builder, limit, lanes))
        bits = builder.bitcast(above, ir.IntType(lanes))
        return builder.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0))

    return types.boolean(x, types.float32), emit


@instruction
def lane_max(typing: Any, x: Any) -> Any:
    """The largest lane, a float32."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        largest = builder.extract_element(values[0], ir.Constant(INT32, 0))
        for lane in range(1, signature.args[0].lanes):
            number = builder.extract_element(values[0], ir.Constant(INT32, lane))
            largest = builder.select(builder.fcmp_ordered(">", number, largest), number, largest)
        return largest

    return types.float32(x), emit


@inlined
def largest_of(values: Floats, count: int) -> float:
    """The largest of whole vectors of numbers."""
    found = spread(LOWEST)
    for u in range(0, count, LANES):
        found = clip(load(values, u), found, spread(HIGHEST))  # the larger of both
    largest: float = lane_max(found)
    return largest


@inlined
def log(x: Vector) -> Vector:
    """The natural logarithm of 1 to e**20 by Halley's method on `exp`, as exact as that is."""
    y = zeros()
    for _ in range(HALLEY_STEPS):
        power = exp(y)
        y = y + 2 * (x - power) / (x + power)
    return y


@inlined
def log_sum(logits: Floats, count: int) -> float:
    """The logarithm of Σ exp, of whole vectors of logits."""
    largest = largest_of(logits, count)
    total = zeros()
    for u in range(0, count, LANES):
        total = total + exp(load(logits, u) - largest)
    found: float = largest + lane_max(log(spread(lane_sum(total))))
    return found


@inlined
def keep_best(this: Any, pieces: int) -> None:
    """Find the best continuations; this: a DECODING record whose logits are there."""
    scores, places, totals = floats(this.scores), integers(this.places), floats(this.totals)
    for rank in range(this.wanted):
        scores[rank] = LOWEST
        places[rank] = -1
    for row in range(this.rows):
        logits = at(floats(this.logits), row * pieces)
        added = totals[row] - log_sum(logits, pieces)
        if this.only:
            insert(scores, places, this.wanted, logits[this.only] + added, row * pieces + this.only)
            continue
        for u in range(0, pieces, LANES):
            if any_above(load(logits, u) + added, scores[this.wanted - 1]):
                for piece in range(max(u, this.first), u + LANES):
                    insert(scores, places, this.wanted, logits[piece] + added, row * pieces + piece)


@inlined
def insert(scores: Floats, places: Integers, count: int, score: float, place: int) -> None:
    """Put a score where it belongs among those that are kept, best first; the worst falls out."""
    if not score > scores[count - 1]:
        return
    rank = count - 1
    while rank > 0 and score > scores[rank - 1]:
        scores[rank], places[rank] = scores[rank - 1], places[rank - 1]
        rank -= 1
    scores[rank], places[rank] = score, place
