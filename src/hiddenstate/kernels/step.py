"""All layers through time: one step or many, one stream or several."""

from typing import Any

from hiddenstate.kernels.compiling import carray, inlined, types
from hiddenstate.kernels.pointers import at, define_call, floats, layers_at, stacks_at
from hiddenstate.kernels.records import FLOAT_BYTES
from hiddenstate.kernels.step_records import LAYER, STREAMS
from hiddenstate.kernels.vector import LANES, Floats, load, store

LAYER_BYTES = LAYER.itemsize
call_step = define_call(types.void, *[types.int64] * 4)
call_tile = define_call(types.void, *[types.int64] * 6)


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
        call_step(this.step, (layer, x, before, after))
        x = after + FLOAT_BYTES * this.h
        layer += LAYER_BYTES


@inlined
def all_layers_tiled(stack: Any, x: int, before: int, after: int, x_stride: int, tiles: int) -> None:
    """One step of `tiles` times STREAMS streams."""
    layer = stack.first
    for _ in range(stack.layers):
        this = carray(layers_at(layer), 1)[0]
        call_tile(this.tile, (layer, x, before, after, x_stride, tiles))
        x, x_stride = after + FLOAT_BYTES * this.h, stack.state
        layer += LAYER_BYTES


@inlined
def copy_exactly(out: Floats, source: Floats, count: int) -> None:
    """Copy that many floats and not one more."""
    whole = count // LANES * LANES
    for u in range(0, whole, LANES):
        store(out, u, load(source, u))
    for u in range(whole, count):
        out[u] = source[u]
