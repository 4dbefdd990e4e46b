"""All layers, one step: as a Python function that is called thousands of times a second, and through time.

`call` is what makes a step from Python cheap. It is a C function in the form in which Python calls its own
built-in functions, and takes its arrays as they lie in memory: no conversion, no copy, nothing to allocate. It looks at each of them
before it touches any, and answers 0, or which argument it cannot take.
"""

from typing import Any

from hiddenstate.kernels.compiling import carray, inlined, types
from hiddenstate.kernels.pointers import (
    address_of,
    arrays_at,
    at,
    call_step,
    call_tile,
    call_with_number,
    callees_at,
    floats,
    integers,
    layers_at,
    stacks_at,
)
from hiddenstate.kernels.records import FLOAT_BYTES
from hiddenstate.kernels.step_records import (
    BAD_COUNT,
    BAD_NEXT_STATE,
    BAD_OUTPUT,
    BAD_STATE,
    BAD_X,
    DONE,
    LAYER,
    NOT_FINITE,
    STREAMS,
)
from hiddenstate.kernels.vector import LANES, Floats, lane_sum, load, store, zeros

READ = 0x1 | 0x100
"""NPY_ARRAY_C_CONTIGUOUS and NPY_ARRAY_ALIGNED of NumPy's C interface."""
WRITE = READ | 0x400
"""And NPY_ARRAY_WRITEABLE."""
LAYER_BYTES = LAYER.itemsize
ZERO = types.float32(0)


def call(me: int, arguments: Any, count: int) -> int:
    """One step: (x, state, next_state, output), float32 arrays of one axis, or two for several streams.

    Writes the last two. Called by Python (METH_FASTCALL), with a CALLEE in the array that stands for `self`.
    """
    this = carray(callees_at(data(me)), 1)[0]
    stack = carray(stacks_at(this.stack), 1)[0]
    answer = DONE
    streams = 0
    if count != 4:
        answer = BAD_COUNT
    else:
        streams = stream_count(this, arguments[0])
        if not fits(this, arguments[0], streams, stack.input, READ):
            answer = BAD_X
        elif not fits(this, arguments[1], streams, stack.state, READ):
            answer = BAD_STATE
        elif not fits(this, arguments[2], streams, stack.state, WRITE):
            answer = BAD_NEXT_STATE
        elif not fits(this, arguments[3], streams, stack.hidden, WRITE):
            answer = BAD_OUTPUT
    if answer == DONE:
        streams = max(streams, 1)
        x = data(arguments[0])
        if finite(floats(x), streams * stack.input):
            advance(stack, 1, streams, x, data(arguments[1]), data(arguments[2]), data(arguments[3]))
        else:
            answer = NOT_FINITE
    return call_with_number(this.as_integer, answer)


def run(run: Any) -> None:
    """Many steps; run: a RUN record."""
    this = carray(run, 1)[0]
    stack = carray(stacks_at(this.stack), 1)[0]
    advance(stack, this.steps, this.streams, this.x, this.states, this.others, this.outputs)


@inlined
def advance(stack: Any, steps: int, streams: int, x: int, before: int, after: int, outputs: int) -> None:
    """Take all streams through all steps, from `before` to `after`, and back, and so on."""
    tiled = streams // STREAMS * STREAMS
    x_bytes = FLOAT_BYTES * steps * stack.input  # from stream to stream
    state_bytes = FLOAT_BYTES * stack.state
    for t in range(steps):
        x_t = x + FLOAT_BYTES * t * stack.input
        if tiled:
            all_layers_tiled(stack, x_t, before, after, steps * stack.input, tiled // STREAMS)
        for stream in range(tiled, streams):
            offset = stream * state_bytes
            all_layers(stack, x_t + stream * x_bytes, before + offset, after + offset)
        for stream in range(streams):
            h = at(floats(after + stream * state_bytes), stack.output)
            copy_exactly(at(floats(outputs), (stream * steps + t) * stack.hidden), h, stack.hidden)
        before, after = after, before


@inlined
def all_layers(stack: Any, x: int, before: int, after: int) -> None:
    """One step of one stream; the h of a layer is the x of the next."""
    layer = stack.first
    for _ in range(stack.layers):
        this = carray(layers_at(layer), 1)[0]
        call_step(this.step, layer, x, before, after)
        x = after + FLOAT_BYTES * this.h
        layer += LAYER_BYTES


@inlined
def all_layers_tiled(stack: Any, x: int, before: int, after: int, x_stride: int, tiles: int) -> None:
    """One step of `tiles` times STREAMS streams."""
    layer = stack.first
    for _ in range(stack.layers):
        this = carray(layers_at(layer), 1)[0]
        call_tile(this.tile, layer, x, before, after, x_stride, tiles)
        x, x_stride = after + FLOAT_BYTES * this.h, stack.state
        layer += LAYER_BYTES


@inlined
def stream_count(this: Any, object_address: int) -> int:
    """How many streams an array of two axes holds; 0 for any other object."""
    array = carray(arrays_at(object_address), 1)[0]
    if array.type != this.array_type or array.axes != 2:
        return 0
    count: int = integers(array.shape)[0]
    return count


@inlined
def fits(this: Any, object_address: int, streams: int, length: int, flags: int) -> bool:
    """Whether a Python object is a float32 array of (length), or (streams, length), with these flags."""
    array = carray(arrays_at(object_address), 1)[0]
    if array.type != this.array_type:  # before anything else: other objects may be shorter
        return False
    if array.dtype != this.float32 or (array.flags & flags) != flags:
        return False
    shape = integers(array.shape)
    if streams == 0:
        return array.axes == 1 and shape[0] == length
    return array.axes == 2 and shape[0] == streams and shape[1] == length


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
    return total == 0


@inlined
def copy_exactly(out: Floats, source: Floats, count: int) -> None:
    """Copy that many floats and not one more."""
    whole = count // LANES * LANES
    for u in range(0, whole, LANES):
        store(out, u, load(source, u))
    for u in range(whole, count):
        out[u] = source[u]
