"""Memory that a kernel gets by address: numbers, records, a counter that threads share, another kernel.

A kernel runs as a C function, so that any thread can call it. It gets one address: that of a record
whose fields are sizes and further addresses. `hiddenstate.kernels.records` lists the fields.
"""

from collections.abc import Callable
from typing import Any

from hiddenstate.kernels import decode_records, records, step_records
from hiddenstate.kernels.compiling import cgutils, instruction, ir, nb, types
from hiddenstate.kernels.vector import FLOATS

INTEGERS = types.CPointer(types.int64)
WORDS = types.CPointer(types.uint32)


def _pointer_to(record: Any) -> Any:
    return types.CPointer(nb.from_dtype(record))


STEP, STEP_BACK = _pointer_to(records.STEP), _pointer_to(records.STEP_BACK)
READING, LEARNING = _pointer_to(records.READING), _pointer_to(records.LEARNING)
JOB, PACKING = _pointer_to(records.JOB), _pointer_to(records.PACKING)
LAYER, STACK = _pointer_to(step_records.LAYER), _pointer_to(step_records.STACK)
RUN, WEIGHTS = _pointer_to(step_records.RUN), _pointer_to(step_records.WEIGHTS)
CALLEE, ARRAY = _pointer_to(step_records.CALLEE), _pointer_to(step_records.ARRAY)
STATE, PAIR = _pointer_to(step_records.STATE), _pointer_to(step_records.PAIR)
DENSE = _pointer_to(decode_records.DENSE)
DECODER, DECODING = _pointer_to(decode_records.DECODER), _pointer_to(decode_records.DECODING)


def _define_cast(pointer: Any) -> Any:
    """A function that takes an address for a pointer of that type."""

    @instruction
    def at_address(typing: Any, address: Any) -> Any:
        def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return builder.inttoptr(values[0], context.get_value_type(pointer))

        return pointer(types.int64), emit

    return at_address


floats, integers = _define_cast(FLOATS), _define_cast(INTEGERS)
steps_at, steps_back_at = _define_cast(STEP), _define_cast(STEP_BACK)
readings_at, learnings_at = _define_cast(READING), _define_cast(LEARNING)
words, layers_at, stacks_at = _define_cast(WORDS), _define_cast(LAYER), _define_cast(STACK)
callees_at, arrays_at = _define_cast(CALLEE), _define_cast(ARRAY)
states_at, pairs_at = _define_cast(STATE), _define_cast(PAIR)
decoders_at = _define_cast(DECODER)


@instruction
def at(typing: Any, pointer: Any, index: Any) -> Any:
    """The pointer to pointer[index]."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.gep(values[0], [values[1]])

    return pointer(pointer, types.intp), emit


@instruction
def address_of(typing: Any, pointer: Any) -> Any:
    """The address that a pointer holds."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.ptrtoint(values[0], context.get_value_type(types.int64))

    return types.int64(pointer), emit


@instruction
def claim(typing: Any, counter: Any) -> Any:
    """Take the next number of a counter: each number goes to one thread only."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.atomic_rmw("add", values[0], ir.Constant(ir.IntType(64), 1), "monotonic")

    return types.int64(INTEGERS), emit


@instruction
def fetch_line(typing: Any, address: Any) -> Any:
    """Ask for one line of memory (64 bytes) before it is needed."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        to_read, into_all_caches, data = (ir.Constant(number, value) for value in (0, 3, 1))
        builder.call(prefetch, [builder.inttoptr(values[0], byte), to_read, into_all_caches, data])
        return context.get_dummy_value()

    return types.void(types.int64), emit


@instruction
def call(typing: Any, kernel: Any, record: Any) -> Any:
    """Run the kernel at one address on the record at another."""

    def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        kernel, record = values
        byte = ir.IntType(8).as_pointer()
        function = ir.FunctionType(ir.VoidType(), [byte]).as_pointer()
        builder.call(builder.inttoptr(kernel, function), [builder.inttoptr(record, byte)])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), emit


def define_call(returns: Any, *arguments: Any) -> Callable[..., Any]:
    """A function (address, (argument, ...)) that calls the C function at an address, with types as given."""

    @instruction
    def call_c(typing: Any, function: Any, given: Any) -> Any:
        def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            address, packed = values
            kind = ir.FunctionType(
                ir.VoidType() if returns == types.void else context.get_value_type(returns),
                [context.get_value_type(argument) for argument in arguments],
            )
            ready = [
                context.cast(builder, value, has, wanted)
                for value, has, wanted in zip(
                    cgutils.unpack_tuple(builder, packed), signature.args[1], arguments, strict=True
                )
            ]
            result = builder.call(builder.inttoptr(address, kind.as_pointer()), ready)
            return context.get_dummy_value() if returns == types.void else result

        return returns(types.int64, given), emit

    return call_c
