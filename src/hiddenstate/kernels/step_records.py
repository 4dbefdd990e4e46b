"""The records through which one-step kernels are called: sizes and addresses, each an int64.

A state is one float32 array: of each layer h and, where the cell has it, C, each `units` wide. `units` is the
hidden size rounded up to whole vectors (UNIT_BLOCK); the units that were added stay 0. What a record holds
never changes from step to step, so that any number of threads may use it at once.
"""

from typing import Any

import numpy as np


def _record(*fields: str) -> Any:
    return np.dtype([(field, np.int64) for field in fields])


LAYER = _record(
    "step",  # the compiled kernel of the cell for one stream
    "tile",  # and for STREAMS at once
    "input",  # features of x
    "hidden",
    "units",
    "weights",  # W and U, packed by `step_weights.pack`
    "b",  # (rows, units) the biases in the order of the pre-activations
    "h",  # where in a state h begins, in floats
    "C",  # and C, for cells that have it
    "state",  # floats in a state of all layers
)
"""One layer."""

STACK = _record(
    "layers",
    "first",  # LAYER records, one after the other
    "input",  # features of x
    "state",  # floats in a state
    "output",  # where in a state the answer begins: h of the last layer
    "hidden",  # and how long it is
)
"""Layers on top of each other."""

RUN = _record(
    "stack",
    "steps",
    "streams",
    "x",  # (streams, steps, input)
    "outputs",  # (streams, steps, hidden) written
    "states",  # (streams, state) before the first step; overwritten
    "others",  # (streams, state) room; after an odd number of steps, the states are here
)
"""Many steps of one or more streams."""

WEIGHTS = _record(
    "packed",  # written
    "source",  # (gates·hidden, depth) W or U
    "gates",
    "hidden",
    "units",
    "depth",
    "before",  # features that stand before those of this matrix in each block, even
    "features",  # features of a whole block, even
    "halves",  # 1: bfloat16, two in a word
)
"""The arguments of `step_weights.pack`."""

CALLEE = _record(
    "stack",
    # Python objects:
    "array_type",  # numpy.ndarray
    "float32",  # numpy.dtype("float32")
    "state_type",  # the class of states, with the slots that STATE lists
    "model",  # what stands in the slot `model` of states that fit
    "careful",  # the function that is called with what the kernel does not take
    # functions of the C interfaces of NumPy and Python:
    "new_array",  # PyArray_New
    "new_object",  # PyType_GenericAlloc
    "new_tuple",  # PyTuple_New
    "call",  # PyObject_Vectorcall
    "keep",  # Py_IncRef
    "drop",  # Py_DecRef
    # room for the shape of a new array:
    "streams",
    "length",
)
"""What `step_call.call` finds behind itself, all as addresses."""

ARRAY = np.dtype(
    {
        "names": ["type", "data", "axes", "shape", "strides", "dtype", "flags"],
        "formats": [np.int64, np.int64, np.int32, np.int64, np.int64, np.int64, np.int32],
        "offsets": [8, 16, 24, 32, 40, 56, 64],
    }
)
"""A NumPy array as it lies in memory: PyArrayObject of NumPy's C interface, behind a count of references."""
STATE = np.dtype({"names": ["type", "model", "values"], "formats": [np.int64] * 3, "offsets": [8, 16, 24]})
"""An object with the slots `model` and `values`."""
PAIR = np.dtype({"names": ["type", "first", "second"], "formats": [np.int64] * 3, "offsets": [8, 24, 32]})
"""A tuple of at least two, or the first of one."""

STREAMS = 4
"""Streams that a kernel computes together, so that each weight is read once for all of them."""
