"""A matrix product for a handful of rows, all of which stay in registers: out = start + x · P.

Five rows, a usual beam, do not fit tiles of four: there is a tile for each number of rows up to MOST_ROWS. P is packed
as `packing` does it, or plain (depth, columns). Matrices come as (where the first number is, floats from row to row).
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from hiddenstate.kernels.compiling import carray, cgutils, inlined, instruction, ir, types
from hiddenstate.kernels.pointers import at, floats
from hiddenstate.kernels.vector import FLAGS, FLOAT, LANES, PANEL, spread_over, vector_at

Matrix: TypeAlias = Any
"""(pointer, stride)"""
MOST_ROWS = 6
"""Rows by PANEL columns of sums, with their weights, fill the registers."""


def _define_tile(rows: int, lanes: int) -> Callable[[Matrix, Matrix, Matrix, Matrix, int], None]:
    """The product for so many rows by so many columns: (out, start, x, weights, depth)."""

    @instruction
    def tile(typing: Any, out: Any, start: Any, x: Any, weights: Any, depth: Any) -> Any:
        def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            matrices = [part for value in values[:4] for part in cgutils.unpack_tuple(builder, value, 2)]
            builder.call(_tile_function(builder.module, rows, lanes), [*matrices, values[4]])
            return context.get_dummy_value()

        return types.void(out, start, x, weights, types.int64), emit

    return tile


def _tile_function(module: Any, rows: int, lanes: int) -> Any:
    """The function that computes such a tile; it stands in a kernel's code once, however often it is called."""
    name = f"tile_of_{rows}_by_{lanes}"
    if name in module.globals:
        return module.globals[name]
    pointer, number = FLOAT.as_pointer(), ir.IntType(64)
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [pointer, number] * 4 + [number]), name)
    function.linkage = "linkonce_odr"
    function.attributes.add("noinline")
    builder = ir.IRBuilder(function.append_basic_block())
    *matrices, depth = function.args
    out, start, x, weights = zip(matrices[::2], matrices[1::2], strict=True)
    zero = ir.Constant(number, 0)

    def row(matrix: Any, place: int) -> Any:
        return builder.gep(matrix[0], [builder.mul(matrix[1], ir.Constant(number, place))])

    def read(pointer: Any, index: Any) -> Any:
        return builder.load(vector_at(builder, pointer, index, lanes), align=4)

    inputs = [row(x, place) for place in range(rows)]
    sums = [cgutils.alloca_once_value(builder, read(row(start, place), zero)) for place in range(rows)]
    with cgutils.for_range(builder, depth) as loop:
        weight = read(weights[0], builder.mul(loop.index, weights[1]))
        for total, own in zip(sums, inputs, strict=True):
            value = spread_over(builder, builder.load(builder.gep(own, [loop.index])), lanes)
            product = builder.fmul(value, weight, flags=FLAGS)
            builder.store(builder.fadd(builder.load(total), product, flags=FLAGS), total)
    for place, total in enumerate(sums):
        builder.store(builder.load(total), vector_at(builder, row(out, place), zero, lanes), align=4)
    builder.ret_void()
    return function


def _define_strip(lanes: int) -> Callable[..., None]:
    """The product for any rows by `lanes` columns."""
    tile_1, tile_2, tile_3, tile_4, tile_5, tile_6 = (
        _define_tile(rows, lanes) for rows in range(1, MOST_ROWS + 1)
    )

    @inlined
    def strip(out: Matrix, start: Matrix, x: Matrix, weights: Matrix, rows: int, depth: int) -> None:
        row = 0
        while row < rows:
            left = rows - row
            here, begin = (at(out[0], row * out[1]), out[1]), (at(start[0], row * start[1]), start[1])
            own = at(x[0], row * x[1]), x[1]
            if left >= 6:
                tile_6(here, begin, own, weights, depth)
            elif left == 5:
                tile_5(here, begin, own, weights, depth)
            elif left == 4:
                tile_4(here, begin, own, weights, depth)
            elif left == 3:
                tile_3(here, begin, own, weights, depth)
            elif left == 2:
                tile_2(here, begin, own, weights, depth)
            else:
                tile_1(here, begin, own, weights, depth)
            row += 6

    return strip


panel_strip, narrow_strip = _define_strip(PANEL), _define_strip(LANES)


@inlined
def multiply_packed(
    out: Matrix, start: Matrix, x: Matrix, packed: Any, rows: int, depth: int, columns: int
) -> None:
    """Compute out (rows, columns) = start + x (rows, depth) · P; start may be out, or one row with stride 0."""
    wide = columns // PANEL * PANEL
    for column in range(0, wide, PANEL):
        weights = at(packed, column * depth), PANEL
        panel_strip(columns_from(out, column), columns_from(start, column), x, weights, rows, depth)
    for column in range(wide, columns, LANES):
        weights = at(packed, column * depth), LANES
        narrow_strip(columns_from(out, column), columns_from(start, column), x, weights, rows, depth)


@inlined
def multiply_plain(
    out: Matrix, start: Matrix, x: Matrix, plain: Any, rows: int, depth: int, columns: int
) -> None:
    """The same with P as it is, (depth, columns)."""
    wide = columns // PANEL * PANEL
    for column in range(0, wide, PANEL):
        weights = at(plain, column), columns
        panel_strip(columns_from(out, column), columns_from(start, column), x, weights, rows, depth)
    for column in range(wide, columns, LANES):
        weights = at(plain, column), columns
        narrow_strip(columns_from(out, column), columns_from(start, column), x, weights, rows, depth)


@inlined
def columns_from(matrix: Matrix, column: int) -> Matrix:
    """The matrix without the columns before that one."""
    return at(matrix[0], column), matrix[1]


def dense(given: Any) -> None:
    """Compute out = x · P + b for the rows of x; given: a DENSE record."""
    this = carray(given, 1)[0]
    out, bias = (floats(this.out), this.columns), (floats(this.bias), 0)
    x = floats(this.x), this.depth
    multiply_packed(out, bias, x, floats(this.packed), this.rows, this.depth, this.columns)
