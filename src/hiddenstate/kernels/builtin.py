"""A kernel as a function that Python calls as it calls its own built-in ones.

Through ctypes, a call with four arrays costs several times what one step of a small network does. CPython's own calling
convention (METH_FASTCALL) hands over the objects themselves, and a kernel can find a NumPy array's numbers in them: where they
stand is part of NumPy's C interface. Whether this Python and this NumPy keep to it is tested before it is relied upon.
"""

import ctypes
import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.kernels import library
from hiddenstate.kernels.step_records import ARRAY

METH_FASTCALL = 0x0080


class _MethodDef(ctypes.Structure):
    """PyMethodDef of Python's C interface."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


def builtin_function(kernel: str, me: NDArray[Any]) -> Callable[..., int]:
    """That kernel as a Python function; it keeps the array `me` and gets it as its first argument.

    Ask `arrays_are_understood` first.
    """
    create = ctypes.pythonapi.PyCFunction_NewEx
    create.argtypes = [ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p]
    create.restype = ctypes.py_object
    function: Callable[..., int] = create(ctypes.addressof(_definition(kernel)), me, None)
    return function


@functools.cache
def _definition(kernel: str) -> _MethodDef:
    """Python keeps a pointer to it, so it must stay."""
    return _MethodDef(kernel.encode(), library.kernel(kernel), METH_FASTCALL, None)


@functools.cache
def arrays_are_understood() -> bool:
    """Whether arrays lie in memory here as `step_records.ARRAY` says."""
    if sys.implementation.name != "cpython" or sys.maxsize < 2**32:
        return False
    sample = np.arange(6, dtype=np.float32).reshape(2, 3)
    seen = np.frombuffer(ctypes.string_at(id(sample), ARRAY.itemsize), ARRAY)[0]
    return (
        seen["type"] == id(np.ndarray)
        and seen["data"] == sample.ctypes.data
        and seen["axes"] == 2
        and seen["dtype"] == id(sample.dtype) == id(np.dtype(np.float32))
        and seen["flags"] == sample.flags.num
        and _numbers_at(int(seen["shape"]), 2) == sample.shape
        and _numbers_at(int(seen["strides"]), 2) == sample.strides
    )


def _numbers_at(address: int, count: int) -> tuple[int, ...]:
    """Numbers in a place of memory that may not be one: only what lies close to real memory is read."""
    return tuple((ctypes.c_int64 * count).from_address(address)) if address else ()


def address_of_python(name: str) -> int:
    """Where a function of Python's C interface is."""
    return ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value or 0
