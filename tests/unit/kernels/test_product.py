"""The small matrix product against NumPy: every width of panel, every number of rows."""

import ctypes

import numpy as np
import pytest

from hiddenstate.kernels import passes
from hiddenstate.kernels.compiling import carray, kernel_function, nb
from hiddenstate.kernels.pointers import READING, floats
from hiddenstate.kernels.product import multiply
from hiddenstate.kernels.records import READING as RECORD


def multiply_record(reading):
    """`multiply`, with its arguments from fields of a record that has enough of them."""
    this = carray(reading, 1)[0]
    out, x, packed = floats(this.outputs), floats(this.x), floats(this.W)
    multiply(out, x, packed, this.sequences, this.units, this.hidden, this.keep != 0)


@pytest.fixture(scope="module")
def compiled():
    kernel = kernel_function(multiply_record, nb.void(READING))
    call = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(kernel.address)

    def run(x, matrix, out, *, add):
        (rows, depth), columns = x.shape, matrix.shape[1]
        packed = np.empty(matrix.size, np.float32)
        passes.pack(packed.ctypes.data, matrix.ctypes.data, depth=depth, columns=columns, transposed=False)
        room = -(-rows // 4) * 4
        x_room, out_room = np.full((room, depth), 7, np.float32), np.full((room, columns), 7, np.float32)
        x_room[:rows], out_room[:rows] = x, out
        record = np.zeros(1, RECORD)
        for field, value in {
            "outputs": out_room.ctypes.data, "x": x_room.ctypes.data, "W": packed.ctypes.data,
            "sequences": rows, "units": depth, "hidden": columns, "keep": add,
        }.items():  # fmt: skip
            record[field] = value
        call(record.ctypes.data)
        return out_room[:rows]

    return run


@pytest.mark.parametrize("columns", [16, 48, 64, 112, 192])
@pytest.mark.parametrize("rows", range(1, 9))
@pytest.mark.parametrize("add", [False, True])
def test_product_equals_numpy(compiled, rows, columns, add):
    random = np.random.default_rng(rows * columns)
    x, matrix = random.normal(size=(rows, 32)), random.normal(size=(32, columns))
    out = random.normal(size=(rows, columns))
    x, matrix, out = (array.astype(np.float32) for array in (x, matrix, out))
    expected = x.astype(np.float64) @ matrix + (out if add else 0)
    # Sums of 32 products of numbers near 1, each rounded to 6e-8 of at most 20.
    np.testing.assert_allclose(compiled(x, matrix, out, add=add), expected, atol=2e-5)


@pytest.mark.parametrize("depth", [5, 16, 48, 51])
@pytest.mark.parametrize("columns", [16, 112])
def test_packing_a_transposed_matrix_is_packing_its_transpose(depth, columns):
    matrix = np.random.default_rng(0).normal(size=(depth, columns)).astype(np.float32)
    transpose = np.ascontiguousarray(matrix.T)
    one, other = np.empty(matrix.size, np.float32), np.empty(matrix.size, np.float32)
    passes.pack(one.ctypes.data, matrix.ctypes.data, depth=depth, columns=columns, transposed=False)
    passes.pack(other.ctypes.data, transpose.ctypes.data, depth=depth, columns=columns, transposed=True)
    np.testing.assert_array_equal(one, other)
    assert sorted(one) == sorted(matrix.ravel()), "every entry once"
