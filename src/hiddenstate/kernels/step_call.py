"""One step as a function that Python can call a million times a second.

`call` is a C function in the form in which Python calls its own built-in functions. It takes its arguments as they lie
in memory, makes the arrays that it returns, and needs no other Python code. What it does not know at once (a list in
place of an array, another type of numbers, NaN, a state that was loaded) goes to a careful function written in
Python, which converts or explains.
"""

from typing import Any

from hiddenstate.kernels.compiling import carray, inlined, types
from hiddenstate.kernels.pointers import (
    address_of,
    arrays_at,
    callees_at,
    define_call,
    floats,
    integers,
    pairs_at,
    stacks_at,
    states_at,
)
from hiddenstate.kernels.step import advance
from hiddenstate.kernels.step_records import CALLEE
from hiddenstate.kernels.vector import LANES, Floats, lane_sum, load, zeros

ZERO = types.float32(0)
READABLE = 0x1 | 0x100
"""NPY_ARRAY_C_CONTIGUOUS and NPY_ARRAY_ALIGNED of NumPy's C interface."""
NPY_FLOAT = 11
FAILED, NOT_TAKEN = 0, -1
"""In place of an object's address: a Python exception is set; or nothing has been done yet."""
LENGTH_OFFSET, STREAMS_OFFSET = (CALLEE.fields[name][1] for name in ("length", "streams"))

address, c_int = types.int64, types.int32
new_array = define_call(
    address, address, c_int, address, c_int, address, address, c_int, c_int, address
)  # class, axes, shape, type, strides, data, size of an item, flags, parent
new_object = define_call(address, address, address)  # class, items
new_tuple = define_call(address, address)  # length
call_python = define_call(address, address, address, address, address)  # function, arguments, count, names
count_reference = define_call(types.void, address)  # object


def call(me: int, arguments: Any, count: int, names: int) -> int:
    """The step (x, state) -> (y, state); me: a tuple, the first item of which is an array of one CALLEE.

    Arrays are float32 and have one axis, or two for several streams.
    """
    callee = data(carray(pairs_at(me), 1)[0].first)
    this = carray(callees_at(callee), 1)[0]
    answer = NOT_TAKEN
    if count == 2 and names == 0:
        answer = step(this, callee, arguments[0], arguments[1])
    if answer == NOT_TAKEN:
        answer = call_python(this.call, (this.careful, address_of(arguments), count, names))
    return answer


@inlined
def step(this: Any, callee: int, x: int, state: int) -> int:
    """The address of a new tuple (y, state), or one of FAILED and NOT_TAKEN."""
    stack = carray(stacks_at(this.stack), 1)[0]
    old = carray(states_at(state), 1)[0]
    if old.type != this.state_type or old.model != this.model:
        return NOT_TAKEN
    streams = stream_count(this, x)
    if not (fits(this, x, streams, stack.input) and fits(this, old.values, streams, stack.state)):
        return NOT_TAKEN
    rows = max(streams, 1)
    if not finite(floats(data(x)), rows * stack.input):
        return NOT_TAKEN

    y = array_like_step(this, callee, streams, stack.hidden)
    values = array_like_step(this, callee, streams, stack.state) if y else FAILED
    after = new_object(this.new_object, (this.state_type, 0)) if values else FAILED
    pair = new_tuple(this.new_tuple, (2,)) if after else FAILED
    if pair == FAILED:
        drop_all(this, y, values, after)
        return FAILED
    advance(stack, 1, rows, data(x), data(old.values), data(values), data(y))

    count_reference(this.keep, (this.model,))
    new = carray(states_at(after), 1)[0]
    new.model, new.values = this.model, values
    result = carray(pairs_at(pair), 1)[0]
    result.first, result.second = y, after
    return pair


@inlined
def array_like_step(this: Any, callee: int, streams: int, length: int) -> int:
    """A new float32 array, (length) or (streams, length), or FAILED."""
    this.streams, this.length = streams, length
    axes = 2 if streams else 1
    shape = callee + (STREAMS_OFFSET if streams else LENGTH_OFFSET)
    made: int = new_array(this.new_array, (this.array_type, axes, shape, NPY_FLOAT, 0, 0, 0, 0, 0))
    return made


@inlined
def drop_all(this: Any, y: int, values: int, after: int) -> None:
    """Let go of what has been made; 0 is nothing."""
    count_reference(this.drop, (y,))
    count_reference(this.drop, (values,))
    count_reference(this.drop, (after,))


@inlined
def stream_count(this: Any, object_address: int) -> int:
    """How many streams an array of two axes holds; 0 for any other object."""
    array = carray(arrays_at(object_address), 1)[0]
    if array.type != this.array_type or array.axes != 2:
        return 0
    count: int = integers(array.shape)[0]
    return count


@inlined
def fits(this: Any, object_address: int, streams: int, length: int) -> bool:
    """Whether a Python object is a float32 array of (length), or of (streams, length)."""
    array = carray(arrays_at(object_address), 1)[0]
    if array.type != this.array_type:  # before anything else: other objects may be shorter
        return False
    if array.dtype != this.float32 or (array.flags & READABLE) != READABLE:
        return False
    shape = integers(array.shape)
    if streams == 0:
        return bool(array.axes == 1 and shape[0] == length)
    return bool(array.axes == 2 and shape[0] == streams and shape[1] == length)


@inlined
def data(object_address: int) -> int:
    """Where the numbers of a NumPy array begin."""
    address: int = carray(arrays_at(object_address), 1)[0].data
    return address


@inlined
def finite(x: Floats, count: int) -> bool:
    """Whether there is no NaN and no infinity: both times 0 give NaN, which no sum gets rid of."""
    whole = count // LANES * LANES
    products = zeros()
    for u in range(0, whole, LANES):
        products = products + load(x, u) * ZERO
    total = lane_sum(products)
    for u in range(whole, count):
        total += x[u] * ZERO
    return bool(total == 0)
