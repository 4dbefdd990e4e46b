"""Vectors of float32 that fill one register, so that a kernel computes many units at once.

Numba has no such type. Here a `Vector` is LLVM's ``<n x float>``, which LLVM turns into the registers that
the processor has. The arithmetic operators work on it, so an equation in a kernel looks as in a textbook:
``C_t = f_t * C_prev + i_t * C_tilde_t``. Numbers mix in: ``1 - z_t``.
"""

import operator
from collections.abc import Callable
from typing import Any, TypeAlias

from hiddenstate.kernels.compiling import (
    cgutils,
    extending,
    inlined,
    instruction,
    ir,
    models,
    processor,
    types,
)

Vector: TypeAlias = Any
"""LANES float32 numbers (mypy sees no more of it: the operators below exist for the compiler only)."""
Panel: TypeAlias = Any
"""PANEL float32 numbers: the columns that a matrix product works on together."""
Floats: TypeAlias = Any
"""Where float32 numbers begin in memory: a C pointer."""

_FEATURES = set(processor()[2].split(","))
_WIDE = "+avx512f" in _FEATURES
_MANY = _WIDE or "+neon" in _FEATURES  # 32 vector registers; others have 16

LANES = 16 if _WIDE else 8 if "+avx" in _FEATURES else 4
"""Numbers in one register: AVX-512 holds 16, AVX 8, SSE and NEON 4."""
PANEL = LANES * (4 if _MANY else 2)
"""Columns of a tile of a matrix product: 4 rows of them must fit into the registers, with room to spare."""

FLOAT, INT32 = ir.FloatType(), ir.IntType(32)
FLOATS = types.CPointer(types.float32)
# Contract: a product and a sum may become one fused operation. Nothing here may be reordered.
FLAGS = ("contract", "nsz", "arcp")


class VectorType(types.Type):  # type: ignore[misc]
    """Numba's name for a vector of `lanes` float32 numbers."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        super().__init__(name=f"Vector({lanes})")


@extending.register_model(VectorType)
class VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    """LLVM's own vector is how the type lies in registers and memory."""

    def __init__(self, manager: Any, kind: VectorType) -> None:
        super().__init__(manager, kind, ir.VectorType(FLOAT, kind.lanes))


def spread_over(builder: Any, number: Any, lanes: int) -> Any:
    """The same number in every lane."""
    nothing = ir.Constant(ir.VectorType(number.type, lanes), ir.Undefined)
    first = builder.insert_element(nothing, number, ir.Constant(INT32, 0))
    return builder.shuffle_vector(first, nothing, ir.Constant(ir.VectorType(INT32, lanes), None))


def _define_operator(function: Callable[..., Any], instruction_name: str) -> None:
    """Make `function` (such as operator.add) work on two vectors, or a vector and a number."""

    def of_types(context: Any) -> Callable[[Any, Any], Any]:
        def typer(left: Any, right: Any) -> Any:
            vectors = [kind for kind in (left, right) if isinstance(kind, VectorType)]
            others = [kind for kind in (left, right) if not isinstance(kind, VectorType)]
            if vectors and all(isinstance(kind, types.Number) for kind in others):
                return vectors[0]
            return None

        return typer

    extending.type_callable(function)(of_types)

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        operands = []
        for kind, value in zip(signature.args, values, strict=True):
            if not isinstance(kind, VectorType):
                number = context.cast(builder, value, kind, types.float32)
                value = spread_over(builder, number, signature.return_type.lanes)
            operands.append(value)
        return getattr(builder, instruction_name)(*operands, flags=FLAGS)

    for left, right in (
        (VectorType, VectorType),
        (VectorType, types.Number),
        (types.Number, VectorType),
    ):
        extending.lower_builtin(function, left, right)(emit)


_define_operator(operator.add, "fadd")
_define_operator(operator.sub, "fsub")
_define_operator(operator.mul, "fmul")
_define_operator(operator.truediv, "fdiv")


def vector_at(builder: Any, pointer: Any, index: Any, lanes: int) -> Any:
    """The address of the vector that begins at pointer[index]."""
    return builder.bitcast(builder.gep(pointer, [index]), ir.VectorType(FLOAT, lanes).as_pointer())


def _define_access(lanes: int) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]:
    """Read, write and spread for vectors of that many lanes."""
    vector = VectorType(lanes)

    @instruction
    def load(typing: Any, pointer: Any, index: Any) -> Any:
        """The vector that begins at pointer[index]."""

        def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            pointer, index = values
            return builder.load(vector_at(builder, pointer, index, lanes), align=4)

        return vector(FLOATS, types.intp), emit

    @instruction
    def store(typing: Any, pointer: Any, index: Any, value: Any) -> Any:
        """Write the vector to pointer[index] and on."""

        def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            pointer, index, value = values
            builder.store(value, vector_at(builder, pointer, index, lanes), align=4)
            return context.get_dummy_value()

        return types.void(FLOATS, types.intp, vector), emit

    @instruction
    def spread(typing: Any, number: Any) -> Any:
        """The same number in every lane."""

        def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return spread_over(builder, values[0], lanes)

        return vector(types.float32), emit

    return load, store, spread


load, store, spread = _define_access(LANES)
load_panel, store_panel, spread_panel = _define_access(PANEL)


def _define_half(kept: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Read one half of LANES 32-bit words as float32; `kept` leaves that half in the upper 16 bits."""
    vector, words = VectorType(LANES), ir.VectorType(INT32, LANES)

    @instruction
    def load_half(typing: Any, pointer: Any, index: Any) -> Any:
        def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            address = builder.bitcast(builder.gep(values[0], [values[1]]), words.as_pointer())
            half = kept(builder, builder.load(address, align=4))
            return builder.bitcast(half, ir.VectorType(FLOAT, LANES))

        return vector(FLOATS, types.intp), emit

    return load_half


def _lower(builder: Any, words: Any) -> Any:
    return builder.shl(words, spread_over(builder, ir.Constant(INT32, 16), LANES))


def _upper(builder: Any, words: Any) -> Any:
    return builder.and_(words, spread_over(builder, ir.Constant(INT32, -1 << 16), LANES))


load_lower, load_upper = _define_half(_lower), _define_half(_upper)
"""Two bfloat16 numbers stand in one word; a bfloat16 is the upper half of a float32, so no more is needed."""


@instruction
def clip(typing: Any, x: Any, lowest: Any, highest: Any) -> Any:
    """Each lane between two vectors; NaN stays NaN, so that a training run that diverges shows it."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        x, lowest, highest = values
        x = builder.select(builder.fcmp_ordered("<", x, lowest), lowest, x)
        return builder.select(builder.fcmp_ordered(">", x, highest), highest, x)

    return x(x, x, x), emit


@instruction
def power_of_two(typing: Any, shifted: Any) -> Any:
    """2**n from n + ROUNDER, in which the whole number n stands in the lowest bits of the float."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        lanes = signature.return_type.lanes
        integers = ir.VectorType(INT32, lanes)
        bits = builder.bitcast(values[0], integers)
        exponent = builder.add(bits, spread_over(builder, ir.Constant(INT32, 127), lanes))
        exponent = builder.shl(exponent, spread_over(builder, ir.Constant(INT32, 23), lanes))
        return builder.bitcast(exponent, ir.VectorType(FLOAT, lanes))

    return shifted(shifted), emit


@instruction
def lane_sum(typing: Any, x: Any) -> Any:
    """The sum of all lanes, a float32: one half is added to the other until one number is left."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        total, lanes = values[0], signature.args[0].lanes
        while lanes > 1:
            lanes //= 2
            halves = (
                ir.Constant(ir.VectorType(INT32, lanes), list(range(first, first + lanes)))
                for first in (0, lanes)
            )
            total = builder.fadd(*(builder.shuffle_vector(total, total, half) for half in halves))
        return builder.extract_element(total, ir.Constant(INT32, 0))

    return types.float32(x), emit


@instruction
def first_lanes(typing: Any, x: Any, count: Any) -> Any:
    """The first `count` lanes of x, and 0 in the others."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        x, count = values
        lanes = signature.args[0].lanes
        numbers = ir.Constant(ir.VectorType(INT32, lanes), list(range(lanes)))
        counts = spread_over(builder, builder.trunc(count, INT32), lanes)
        return builder.select(builder.icmp_signed("<", numbers, counts), x, ir.Constant(x.type, None))

    return x(x, types.int64), emit


@instruction
def square_root(typing: Any, x: Any) -> Any:
    """Of one float32: the processor's own instruction, where Numba would call the C library."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        kind = ir.FunctionType(FLOAT, [FLOAT])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.sqrt.f32")
        return builder.call(function, values)

    return types.float32(types.float32), emit


@inlined
def zeros() -> Vector:
    """A vector of zeros."""
    return spread(types.float32(0))


ROUNDER = types.float32(1.5 * 2**23)
"""Adding it to a small float rounds that to a whole number: a float32 has 23 bits after the point."""


@inlined
def exp(x: Vector) -> Vector:
    """e**x, relative error below 2e-7; x is clipped to [-87, 88], where float32 ends.

    e**x = 2**n · e**r with n = round(x / log 2) and |r| <= log(2) / 2; the polynomial for e**r and the two
    parts of log 2 are those of Cephes (S. Moshier, expf.c).
    """
    x = clip(x, spread(types.float32(-87)), spread(types.float32(88)))
    shifted = x * 1.44269504 + ROUNDER
    n = shifted - ROUNDER
    r = x - n * 0.693359375 + n * 2.12194440e-4
    p = 1.9875691500e-4 * r + 1.3981999507e-3
    p = p * r + 8.3334519073e-3
    p = p * r + 4.1665795894e-2
    p = p * r + 1.6666665459e-1
    p = p * r + 5.0000001201e-1
    p = p * (r * r) + (r + 1)
    return p * power_of_two(shifted)


@inlined
def sigmoid(x: Vector) -> Vector:
    """σ(x) = 1 / (1 + e**-x), in (0, 1)."""
    return 1 / (1 + exp(0 - x))


@inlined
def tanh(x: Vector) -> Vector:
    """The hyperbolic tangent, in [-1, 1], absolute error below 2e-7 and relative error below 4e-7, also near 0.

    A quotient of two polynomials, the coefficients of which are those of Eigen (generic_fast_tanh_float).
    """
    x = clip(x, spread(types.float32(-7.90531110763549805)), spread(types.float32(7.90531110763549805)))
    y = x * x
    p = -2.76076847742355e-16 * y + 2.00018790482477e-13
    p = p * y + -8.60467152213735e-11
    p = p * y + 5.12229709037114e-08
    p = p * y + 1.48572235717979e-05
    p = p * y + 6.37261928875436e-04
    p = p * y + 4.89352455891786e-03
    q = 1.19825839466702e-06 * y + 1.18534705686654e-04
    q = q * y + 2.26843463243900e-03
    q = q * y + 4.89352518554385e-03
    return x * p / q
