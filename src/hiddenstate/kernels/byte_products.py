"""Products of bytes: weights in 8 bits, four of them multiplied and added by one instruction.

The processor must have it (VNNI in AVX-512: Intel since 2019, AMD since 2022): see `AVAILABLE`.
Inputs are rounded for each step to whole numbers from 0 to 254, 127 in the middle; a vector of sums holds int32.
"""

import sys
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
from hiddenstate.kernels.vector import (
    FLOAT,
    FLOATS,
    INT32,
    LANES,
    ROUNDER,
    Floats,
    VectorType,
    load,
    spread,
)

Words: TypeAlias = Any
"""LANES int32 numbers, or four bytes in each lane."""

AVAILABLE = "+avx512vnni" in processor()[2].split(",") and sys.platform != "win32"
"""Whether there is that instruction. (On Windows, memory on the stack needs help that a kernel has not.)"""
MIDDLE = 127
"""The byte that stands for 0."""
ROOM_BYTES = 1 << 15
"""What a kernel may need for its inputs as bytes."""
QUADS = 4
"""Bytes in a word."""

_WORDS, _BYTE = ir.VectorType(INT32, LANES), ir.IntType(8)


class WordsType(types.Type):  # type: ignore[misc]
    """Numba's name for a vector of int32 numbers."""

    def __init__(self) -> None:
        super().__init__(name="Words")


WORDS = WordsType()


@extending.register_model(WordsType)
class WordsModel(models.PrimitiveModel):  # type: ignore[misc]
    """LLVM's own vector is how the type lies in registers."""

    def __init__(self, manager: Any, kind: WordsType) -> None:
        super().__init__(manager, kind, _WORDS)


@instruction
def load_words(typing: Any, pointer: Any, index: Any) -> Any:
    """The words that begin at pointer[index], whatever the pointer's type says."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        address = builder.bitcast(builder.gep(values[0], [values[1]]), _WORDS.as_pointer())
        return builder.load(address, align=4)

    return WORDS(FLOATS, types.intp), emit


@instruction
def spread_word(typing: Any, pointer: Any, index: Any) -> Any:
    """The word at pointer[index] in every lane."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        address = builder.bitcast(builder.gep(values[0], [values[1]]), INT32.as_pointer())
        nothing = ir.Constant(_WORDS, ir.Undefined)
        first = builder.insert_element(nothing, builder.load(address, align=4), ir.Constant(INT32, 0))
        return builder.shuffle_vector(first, nothing, ir.Constant(_WORDS, None))

    return WORDS(FLOATS, types.intp), emit


@instruction
def no_words(typing: Any) -> Any:
    """Zeros."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return ir.Constant(_WORDS, None)

    return WORDS(), emit


@instruction
def add_words(typing: Any, left: Any, right: Any) -> Any:
    """The sums of two vectors."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.add(*values)

    return WORDS(WORDS, WORDS), emit


@instruction
def dot(typing: Any, total: Any, x: Any, weights: Any) -> Any:
    """Add to each lane the products of its four bytes: x without a sign, weights with one."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        kind = ir.FunctionType(_WORDS, [_WORDS] * 3)
        name = "llvm.x86.avx512.vpdpbusd.512"
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), values)

    return WORDS(WORDS, WORDS, WORDS), emit


@instruction
def as_floats(typing: Any, words: Any) -> Any:
    """Whole numbers as float32."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.sitofp(values[0], ir.VectorType(FLOAT, LANES))

    return VectorType(LANES)(WORDS), emit


@instruction
def room(typing: Any) -> Any:
    """Memory of this one call: ROOM_BYTES on the stack."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        with builder.goto_entry_block():  # not cgutils.alloca_once, which fills it with zeros
            memory = builder.alloca(ir.ArrayType(FLOAT, ROOM_BYTES // 4))
        return builder.bitcast(memory, FLOAT.as_pointer())

    return FLOATS(), emit


@instruction
def store_bytes(typing: Any, pointer: Any, index: Any, shifted: Any) -> Any:
    """Write the lowest byte of each lane of a float vector, from byte pointer[index] on."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        pointer, index, shifted = values
        lowest = builder.trunc(builder.bitcast(shifted, _WORDS), ir.VectorType(_BYTE, LANES))
        address = builder.gep(builder.bitcast(pointer, _BYTE.as_pointer()), [index])
        builder.store(lowest, builder.bitcast(address, lowest.type.as_pointer()), align=1)
        return context.get_dummy_value()

    return types.void(FLOATS, types.intp, VectorType(LANES)), emit


@instruction
def larger_magnitude(typing: Any, largest: Any, x: Any) -> Any:
    """Of each lane the larger of `largest`, which has no sign, and x without its sign."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        largest, x = values
        no_sign = ir.Constant(_WORDS, [0x7FFFFFFF] * LANES)
        x = builder.bitcast(builder.and_(builder.bitcast(x, _WORDS), no_sign), x.type)
        return builder.select(builder.fcmp_ordered(">", x, largest), x, largest)

    return x(x, x), emit


@instruction
def lane_largest(typing: Any, x: Any) -> Any:
    """The largest lane."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        lanes = [builder.extract_element(values[0], ir.Constant(INT32, lane)) for lane in range(LANES)]
        largest = lanes[0]
        for lane in lanes[1:]:
            largest = builder.select(builder.fcmp_ordered(">", lane, largest), lane, largest)
        return largest

    return types.float32(x), emit


@inlined
def round_to_bytes(out: Floats, x: Floats, count: int) -> float:
    """Write `count` floats, a multiple of LANES, as bytes; returns what one step between bytes is worth."""
    largest = spread(types.float32(1e-30))
    for k in range(0, count, LANES):
        largest = larger_magnitude(largest, load(x, k))
    unit: float = lane_largest(largest) / types.float32(MIDDLE)
    per_unit = spread(types.float32(1) / unit)
    for k in range(0, count, LANES):
        # A float to which ROUNDER has been added holds the rounded number in its lowest bits.
        store_bytes(out, k, load(x, k) * per_unit + (ROUNDER + types.float32(MIDDLE)))
    return unit
