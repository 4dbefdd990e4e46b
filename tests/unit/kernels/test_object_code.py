"""Machine code that stands alone."""

import ctypes

import numpy as np
import pytest

from hiddenstate.kernels.compiling import carray, kernel_function, nb, types
from hiddenstate.kernels.object_code import load, object_code

FLOATS = types.CPointer(types.float32)


def test_a_kernel_comes_back_to_life():
    def double(x, count):
        values = carray(x, count)
        for j in range(count):
            values[j] *= 2

    address = load(object_code(kernel_function(double, nb.void(FLOATS, types.int64))))
    x = np.arange(5, dtype=np.float32)
    ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)(address)(x.ctypes.data, 5)
    assert x.tolist() == [0, 2, 4, 6, 8]


def test_a_kernel_that_needs_python_is_refused():
    def fail(x, count):
        if count < 0:
            raise ValueError("negative")

    with pytest.raises(ValueError, match="stands alone"):
        object_code(kernel_function(fail, nb.void(FLOATS, types.int64)))
