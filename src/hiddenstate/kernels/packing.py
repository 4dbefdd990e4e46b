"""Bring a matrix into the order in which `product.multiply` reads it."""

from typing import Any

from hiddenstate.kernels.compiling import carray, inlined, instruction, ir, types
from hiddenstate.kernels.pointers import at, floats
from hiddenstate.kernels.vector import FLOATS, LANES, PANEL, Floats, load, store, vector_at


def pack(packing: Any) -> None:
    """Write a (depth, columns) matrix in packed order; packing: a PACKING record."""
    this = carray(packing, 1)[0]
    packed, source = floats(this.packed), floats(this.source)
    wide = this.columns // PANEL * PANEL
    column = 0
    while column < this.columns:
        width = PANEL if column < wide else LANES
        panel = at(packed, column * this.depth)
        for strip in range(0, width, LANES):
            if this.transposed:
                columns = at(source, (column + strip) * this.depth)
                transpose(at(panel, strip), columns, this.depth, width)
            else:
                for k in range(this.depth):
                    store(panel, k * width + strip, load(source, k * this.columns + column + strip))
        column += width


@inlined
def transpose(out: Floats, source: Floats, depth: int, width: int) -> None:
    """Write LANES rows of `depth` floats as `depth` rows of LANES floats, `width` apart."""
    whole = depth // LANES * LANES
    for k in range(0, whole, LANES):
        transpose_square(at(out, k * width), width, at(source, k), depth)
    for k in range(whole, depth):
        for lane in range(LANES):
            out[k * width + lane] = source[lane * depth + k]


@instruction
def transpose_square(typing: Any, out: Any, out_stride: Any, source: Any, source_stride: Any) -> Any:
    """Transpose LANES by LANES floats in registers; the strides are from row to row.

    For each bit of the lane number, pairs of rows exchange the halves that belong to the other.
    """

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        out, out_stride, source, source_stride = values
        number = out_stride.type

        def row(pointer: Any, stride: Any, place: int) -> Any:
            return vector_at(builder, pointer, builder.mul(stride, ir.Constant(number, place)), LANES)

        rows = [builder.load(row(source, source_stride, place), align=4) for place in range(LANES)]
        lanes = range(LANES)
        step = 1
        while step < LANES:
            upper = [j if not j & step else LANES + j - step for j in lanes]
            lower = [j + step if not j & step else LANES + j for j in lanes]
            for place in (place for place in lanes if not place & step):
                pair = rows[place], rows[place + step]
                rows[place] = _choose(builder, *pair, upper)
                rows[place + step] = _choose(builder, *pair, lower)
            step *= 2
        for place, vector in enumerate(rows):
            builder.store(vector, row(out, out_stride, place), align=4)
        return context.get_dummy_value()

    return types.void(FLOATS, types.intp, FLOATS, types.intp), emit


def _choose(builder: Any, first: Any, second: Any, lanes: list[int]) -> Any:
    """The vector of those lanes; those of the second vector count on from those of the first."""
    mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), lanes)
    return builder.shuffle_vector(first, second, mask)
