"""A kernel as a function that Python calls as it calls its own built-in ones.

Through ctypes, and with arrays made in Python, a call costs several times what one step of a small network
does. CPython's own calling convention hands over the objects themselves, and a kernel finds a NumPy array's
numbers in them: where they stand is part of NumPy's C interface. Whether this Python and this NumPy keep to
it is tested before anything relies on it.
"""

import ctypes
import functools
import importlib
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.kernels import library
from hiddenstate.kernels.step_records import ARRAY, PAIR, STATE

METH_FASTCALL, METH_KEYWORDS = 0x0080, 0x0002
PYARRAY_VERSION, PYARRAY_NEW = 0, 93
"""Where functions stand in the table of NumPy's C interface: PyArray_GetNDArrayCVersion, PyArray_New."""
KNOWN_VERSION = 0x02000000
"""The table of NumPy 2."""


class _MethodDef(ctypes.Structure):
    """PyMethodDef of Python's C interface."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


def builtin_function(kernel: str, me: tuple[Any, ...], *, name: str, doc: str) -> Callable[..., Any]:
    """That kernel as a Python function; it keeps `me` alive and gets it as its first argument.

    Ask `objects_are_understood` first.
    """
    kind = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)
    create = kind(("PyCFunction_NewEx", ctypes.pythonapi))
    function: Callable[..., Any] = create(ctypes.addressof(_definition(kernel, name, doc)), me, None)
    return function


@functools.cache
def _definition(kernel: str, name: str, doc: str) -> _MethodDef:
    """Python keeps a pointer to it, so it must stay."""
    return _MethodDef(name.encode(), library.kernel(kernel), METH_FASTCALL | METH_KEYWORDS, doc.encode())


@functools.cache
def objects_are_understood(state_type: type) -> bool:
    """Whether arrays, tuples and objects of that class lie in memory here as `step_records` says."""
    if sys.implementation.name != "cpython" or sys.maxsize < 2**32:
        return False
    try:
        return _array_is(np.arange(6, dtype=np.float32).reshape(2, 3)) and _slots_are(state_type)
    except (AttributeError, ImportError, ValueError):
        return False


def _array_is(sample: NDArray[np.float32]) -> bool:
    seen = _memory_of(sample, ARRAY)
    return bool(
        seen["type"] == id(np.ndarray)
        and seen["data"] == sample.ctypes.data
        and seen["axes"] == sample.ndim
        and seen["dtype"] == id(sample.dtype) == id(np.dtype(np.float32))
        and seen["flags"] == sample.flags.num
        and ctypes.string_at(int(seen["shape"]), 16) == np.array(sample.shape, np.int64).tobytes()
        and ctypes.PYFUNCTYPE(ctypes.c_uint)(numpy_function(PYARRAY_VERSION))() == KNOWN_VERSION
    )


def _slots_are(state_type: type) -> bool:
    first, second = object(), object()
    state = state_type(first, second)
    seen, pair = _memory_of(state, STATE), _memory_of((first, second), PAIR)
    return bool(
        (seen["type"], seen["model"], seen["values"]) == (id(state_type), id(first), id(second))
        and (pair["type"], pair["first"], pair["second"]) == (id(tuple), id(first), id(second))
        and sys.getsizeof(state) == STATE.itemsize + _COLLECTOR_BYTES
    )


_COLLECTOR_BYTES = 16
"""What Python's garbage collector keeps in front of an object."""


def _memory_of(thing: object, layout: np.dtype[Any]) -> Any:
    return np.frombuffer(ctypes.string_at(id(thing), layout.itemsize), layout)[0]


def python_function(name: str) -> int:
    """The address of a function of Python's C interface."""
    return ctypes.cast(getattr(ctypes.pythonapi, name), ctypes.c_void_p).value or 0


def numpy_function(place: int) -> int:
    """The address of a function of NumPy's C interface, by its place in the table for C extensions."""
    numpy_core = importlib.import_module("numpy._core._multiarray_umath")
    kind = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)
    table = kind(("PyCapsule_GetPointer", ctypes.pythonapi))(numpy_core._ARRAY_API, None)
    return ctypes.c_void_p.from_address(table + place * ctypes.sizeof(ctypes.c_void_p)).value or 0
