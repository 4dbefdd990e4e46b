"""A matrix product for a few rows at a time: out = x · P, where P has been packed for it.

Packed means: cut into panels of PANEL columns, one panel after the other, each of them (depth, PANEL). What
is left over, fewer than PANEL columns, stands in narrow panels of LANES columns. A panel is read once, in
order, for a tile of 4 rows, whose results stay in registers. `packing` writes this order.
"""

from hiddenstate.kernels.compiling import inlined, types
from hiddenstate.kernels.pointers import at
from hiddenstate.kernels.records import TILE_ROWS
from hiddenstate.kernels.vector import (
    LANES,
    PANEL,
    Floats,
    load,
    load_panel,
    spread,
    spread_panel,
    store,
    store_panel,
)

ZERO = types.float32(0)


@inlined
def tile(out: Floats, x: Floats, panel: Floats, depth: int, columns: int, add: bool) -> None:
    """Four rows of x by PANEL columns."""
    x0, x1, x2, x3 = x, at(x, depth), at(x, 2 * depth), at(x, 3 * depth)
    a0 = a1 = a2 = a3 = spread_panel(ZERO)
    if add:
        a0, a1 = load_panel(out, 0), load_panel(out, columns)
        a2, a3 = load_panel(out, 2 * columns), load_panel(out, 3 * columns)
    for k in range(depth):
        weights = load_panel(panel, k * PANEL)
        a0 = a0 + spread_panel(x0[k]) * weights
        a1 = a1 + spread_panel(x1[k]) * weights
        a2 = a2 + spread_panel(x2[k]) * weights
        a3 = a3 + spread_panel(x3[k]) * weights
    store_panel(out, 0, a0)
    store_panel(out, columns, a1)
    store_panel(out, 2 * columns, a2)
    store_panel(out, 3 * columns, a3)


@inlined
def narrow_tile(out: Floats, x: Floats, panel: Floats, depth: int, columns: int, add: bool) -> None:
    """Four rows of x by LANES columns."""
    x0, x1, x2, x3 = x, at(x, depth), at(x, 2 * depth), at(x, 3 * depth)
    a0 = a1 = a2 = a3 = spread(ZERO)
    if add:
        a0, a1 = load(out, 0), load(out, columns)
        a2, a3 = load(out, 2 * columns), load(out, 3 * columns)
    for k in range(depth):
        weights = load(panel, k * LANES)
        a0 = a0 + spread(x0[k]) * weights
        a1 = a1 + spread(x1[k]) * weights
        a2 = a2 + spread(x2[k]) * weights
        a3 = a3 + spread(x3[k]) * weights
    store(out, 0, a0)
    store(out, columns, a1)
    store(out, 2 * columns, a2)
    store(out, 3 * columns, a3)


@inlined
def single_tile(out: Floats, x: Floats, panel: Floats, depth: int, add: bool) -> None:
    """One row of x by PANEL columns."""
    a = load_panel(out, 0) if add else spread_panel(ZERO)
    for k in range(depth):
        a = a + spread_panel(x[k]) * load_panel(panel, k * PANEL)
    store_panel(out, 0, a)


@inlined
def multiply(out: Floats, x: Floats, packed: Floats, rows: int, depth: int, columns: int, add: bool) -> None:
    """Compute out (rows, columns) = x (rows, depth) · P (depth, columns), or += with `add`.

    Rows are computed four at a time: both arrays must have room for `rows` rounded up to a multiple of 4.
    """
    wide = columns // PANEL * PANEL
    for column in range(0, wide, PANEL):
        panel = at(packed, column * depth)
        row = 0
        while row < rows:
            if row + 1 == rows:
                single_tile(at(out, row * columns + column), at(x, row * depth), panel, depth, add)
                row += 1
            else:
                tile(at(out, row * columns + column), at(x, row * depth), panel, depth, columns, add)
                row += TILE_ROWS
    for column in range(wide, columns, LANES):
        for row in range(0, rows, TILE_ROWS):
            narrow_tile(
                at(out, row * columns + column),
                at(x, row * depth),
                at(packed, column * depth),
                depth,
                columns,
                add,
            )
