"""The weights of a layer in the order in which a step reads them.

Units are taken in blocks of LANES. Each block holds what its units need, feature after feature: first those of
x (from W), then those of h (from U), in pairs. A pair holds, gate by gate, the weights of its even feature and
of its odd one: a vector each, or one vector of words in which two bfloat16 stand. So a step reads its weights
once, from the first to the last.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from hiddenstate.kernels.compiling import carray, inlined
from hiddenstate.kernels.pointers import words
from hiddenstate.kernels.vector import (
    LANES,
    Floats,
    Vector,
    load,
    load_lower,
    load_upper,
)


def pack(weights: Any) -> None:
    """Bring W or U into order; weights: a WEIGHTS record. Where there is no feature or unit, it writes zeros."""
    this = carray(weights, 1)[0]
    source, packed = words(this.source), words(this.packed)
    gates, hidden, depth = this.gates, this.hidden, this.depth
    parts = 1 if this.halves else 2
    for block in range(0, this.units, LANES):
        pair = (block * this.features + LANES * this.before) * gates * parts // 2
        for k in range(0, depth, 2):
            for gate in range(gates):
                place = pair + (k // 2 * gates + gate) * LANES * parts
                for lane in range(LANES):
                    unit = block + lane
                    even = odd = 0
                    if unit < hidden:
                        row = (gate * hidden + unit) * depth + k
                        even = source[row]
                        odd = source[row + 1] if k + 1 < depth else 0
                    if this.halves:
                        packed[place + lane] = (odd & 0xFFFF0000) | (even >> 16)
                    else:
                        packed[place + lane] = even
                        packed[place + LANES + lane] = odd


@inlined
def even_float32(weights: Floats, gate: int) -> Vector:
    """The weights of a pair's even feature."""
    return load(weights, 2 * LANES * gate)


@inlined
def odd_float32(weights: Floats, gate: int) -> Vector:
    """The weights of a pair's odd feature."""
    return load(weights, 2 * LANES * gate + LANES)


@inlined
def even_bfloat16(weights: Floats, gate: int) -> Vector:
    """The weights of a pair's even feature."""
    return load_lower(weights, LANES * gate)


@inlined
def odd_bfloat16(weights: Floats, gate: int) -> Vector:
    """The weights of a pair's odd feature."""
    return load_upper(weights, LANES * gate)


class Format(NamedTuple):
    """How weights are stored."""

    even: Callable[[Floats, int], Vector]
    odd: Callable[[Floats, int], Vector]
    size: int
    """Words that one gate of a pair takes."""


FORMATS = {
    "float32": Format(even_float32, odd_float32, 2 * LANES),
    "bfloat16": Format(even_bfloat16, odd_bfloat16, LANES),
}
