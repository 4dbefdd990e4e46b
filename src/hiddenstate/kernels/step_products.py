"""The products W x and U h of one step, added to sums that stay in registers.

Sums are a tuple of one entry for each gate. For one stream the entry is a vector; for several streams it is a
vector for each of them, so that a weight is read once for all.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from hiddenstate.kernels.compiling import inlined
from hiddenstate.kernels.pointers import at
from hiddenstate.kernels.step_weights import Format
from hiddenstate.kernels.vector import Floats, Vector, spread, zeros

Sums: TypeAlias = Any
Streams: TypeAlias = Any
"""A vector for each of STREAMS streams."""
Multiply: TypeAlias = Callable[[Any, Any, Vector], Any]
Add: TypeAlias = Callable[[Sums, Any, Floats], Sums]


@inlined
def one_stream(total: Vector, x: Vector, weights: Vector) -> Vector:
    """One product, added to one sum."""
    return total + x * weights


@inlined
def plus(a: Vector, b: Vector) -> Vector:
    """Both."""
    return a + b


@inlined
def streams(total: Streams, x: Streams, weights: Vector) -> Streams:
    """The same for STREAMS streams."""
    return (
        total[0] + x[0] * weights,
        total[1] + x[1] * weights,
        total[2] + x[2] * weights,
        total[3] + x[3] * weights,
    )


@inlined
def feature(x: Floats, stride: int, k: int) -> Streams:
    """Feature k of STREAMS streams, in every lane."""
    return spread(x[k]), spread(x[stride + k]), spread(x[2 * stride + k]), spread(x[3 * stride + k])


@inlined
def for_streams(a: Vector) -> Streams:
    """The same vector for each stream."""
    return a, a, a, a


def define_add(gates: int, read: Callable[[Floats, int], Any], multiply: Multiply) -> Add:
    """Add one feature times its weights to the sums of all gates."""

    @inlined
    def add_1(sums: Sums, x: Any, weights: Floats) -> Sums:
        return (multiply(sums[0], x, read(weights, 0)),)

    @inlined
    def add_3(sums: Sums, x: Any, weights: Floats) -> Sums:
        return (
            multiply(sums[0], x, read(weights, 0)),
            multiply(sums[1], x, read(weights, 1)),
            multiply(sums[2], x, read(weights, 2)),
        )

    @inlined
    def add_4(sums: Sums, x: Any, weights: Floats) -> Sums:
        return (
            multiply(sums[0], x, read(weights, 0)),
            multiply(sums[1], x, read(weights, 1)),
            multiply(sums[2], x, read(weights, 2)),
            multiply(sums[3], x, read(weights, 3)),
        )

    return {1: add_1, 3: add_3, 4: add_4}[gates]


def define_pair(
    gates: int, zero: Callable[[], Any], plus: Callable[[Any, Any], Any]
) -> tuple[Callable[[], Sums], Callable[[Sums, Sums], Sums]]:
    """Zeros for each gate, and two sums in one."""

    @inlined
    def nothing_1() -> Sums:
        return (zero(),)

    @inlined
    def nothing_3() -> Sums:
        return zero(), zero(), zero()

    @inlined
    def nothing_4() -> Sums:
        return zero(), zero(), zero(), zero()

    @inlined
    def both_1(a: Sums, b: Sums) -> Sums:
        return (plus(a[0], b[0]),)

    @inlined
    def both_3(a: Sums, b: Sums) -> Sums:
        return plus(a[0], b[0]), plus(a[1], b[1]), plus(a[2], b[2])

    @inlined
    def both_4(a: Sums, b: Sums) -> Sums:
        return plus(a[0], b[0]), plus(a[1], b[1]), plus(a[2], b[2]), plus(a[3], b[3])

    return {1: (nothing_1, both_1), 3: (nothing_3, both_3), 4: (nothing_4, both_4)}[gates]


def define_product(form: Format, gates: int) -> Callable[..., tuple[Floats, Sums]]:
    """The product for one stream; it returns where the next weights begin, and the sums.

    Even and odd features have sums of their own: each waits for its own last result only, which keeps the
    processor's multipliers busy.
    """
    add_even, add_odd = (define_add(gates, read, one_stream) for read in (form.even, form.odd))
    nothing, both = define_pair(gates, zeros, plus)
    size = gates * form.size

    @inlined
    def product(weights: Floats, x: Floats, depth: int, sums: Sums) -> tuple[Floats, Sums]:
        others = nothing()
        for k in range(0, depth - 1, 2):
            sums = add_even(sums, spread(x[k]), weights)
            others = add_odd(others, spread(x[k + 1]), weights)
            weights = at(weights, size)
        if depth & 1:
            sums = add_even(sums, spread(x[depth - 1]), weights)
            weights = at(weights, size)
        return weights, both(sums, others)

    return product


def define_gateless_product(form: Format) -> Callable[..., tuple[Floats, Vector]]:
    """The product for one stream of a cell without gates: four sums, since two would have to wait."""
    even, odd, size = form

    @inlined
    def product(weights: Floats, x: Floats, depth: int, total: Vector) -> tuple[Floats, Vector]:
        second, third, fourth = zeros(), zeros(), zeros()
        for k in range(0, depth - 3, 4):
            total = total + spread(x[k]) * even(weights, 0)
            second = second + spread(x[k + 1]) * odd(weights, 0)
            third = third + spread(x[k + 2]) * even(weights, 1)
            fourth = fourth + spread(x[k + 3]) * odd(weights, 1)
            weights = at(weights, 2 * size)
        for k in range(depth // 4 * 4, depth, 2):
            total = total + spread(x[k]) * even(weights, 0)
            if k + 1 < depth:
                second = second + spread(x[k + 1]) * odd(weights, 0)
            weights = at(weights, size)
        return weights, (total + second) + (third + fourth)

    return product


def define_tile_product(form: Format, gates: int) -> Callable[..., tuple[Floats, Sums]]:
    """The product for STREAMS streams, whose x are `stride` floats apart."""
    add_even, add_odd = (define_add(gates, read, streams) for read in (form.even, form.odd))
    size = gates * form.size

    @inlined
    def product(weights: Floats, x: Floats, stride: int, depth: int, sums: Sums) -> tuple[Floats, Sums]:
        for k in range(0, depth - 1, 2):
            sums = add_even(sums, feature(x, stride, k), weights)
            sums = add_odd(sums, feature(x, stride, k + 1), weights)
            weights = at(weights, size)
        if depth & 1:
            sums = add_even(sums, feature(x, stride, depth - 1), weights)
            weights = at(weights, size)
        return weights, sums

    return product
