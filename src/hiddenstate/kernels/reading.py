"""Whole sequences through time, for any cell: the states and outputs.

A thread has a few seats. Each holds one sequence, and all of them advance one step at a time: one matrix
product for all seats, then the cell's arithmetic for each. A sequence that has ended gives its seat to the
next in the queue, so sequences of any lengths keep all seats busy, there is no padding, and threads
wait for nobody. Reading backwards only means that a sequence's frames are visited from its last to its first.
"""

from typing import Any

from hiddenstate.kernels.compiling import carray, inlined
from hiddenstate.kernels.pointers import (
    address_of,
    at,
    call,
    claim,
    floats,
    integers,
    readings_at,
    steps_at,
)
from hiddenstate.kernels.product import multiply
from hiddenstate.kernels.records import FLOAT_BYTES, SCRATCH_HEAD_BYTES, SEATS
from hiddenstate.kernels.seats import (
    Integers,
    any_beyond,
    apply_mask,
    copy,
    fetch,
    fill_zeros,
    finish,
    frame_time,
    move,
    seat_next,
    start,
)
from hiddenstate.kernels.vector import Floats
from hiddenstate.kernels.zoneout import keep_some, zone_of


def forward(job: Any) -> None:
    """One thread's share of a forward pass; job: a JOB of READINGs."""
    this = carray(job, 1)[0]
    worker = claim(integers(this.workers))
    scratch = this.scratch + worker * this.scratch_bytes
    tasks = carray(readings_at(this.tasks), this.directions)
    for turn in range(this.directions):
        # Threads begin with different directions and then help out with the others'.
        read_sequences(tasks[(worker + turn) % this.directions], scratch, this.seats)


@inlined
def read_sequences(task: Any, scratch: int, seats: int) -> None:
    """Take sequences from the queue of one READING until it is empty, and compute all their states."""
    units = task.units
    width = task.gates * units
    rows = integers(scratch)  # of each seat, which sequence it holds
    steps = at(rows, SEATS)  # and which step comes next
    h = floats(scratch + SCRATCH_HEAD_BYTES)  # (seats, units)
    C = at(h, SEATS * units)
    h_seen = at(C, SEATS * units)
    x = at(h_seen, SEATS * units)  # (seats, input)
    inputs = at(x, SEATS * task.input)  # (seats, gates·units)
    recurrent = at(inputs, SEATS * width)  # (seats, gates·units)
    spare = at(
        recurrent, SEATS * width
    )  # for h and C before a step, and what only a backward pass would need

    taken = 0  # seats 0 to taken - 1 hold a sequence
    while True:
        while taken < seats and seat_next(task, rows, taken):
            steps[taken] = 0
            start(at(h, taken * units), task.h_start, rows[taken], units)
            start(at(C, taken * units), task.C_start, rows[taken], units)
            taken += 1
        if taken == 0:
            return

        for seat in range(taken):
            enter(at(x, seat * task.input), at(h, seat * units), task, rows[seat], steps[seat])
        if task.places:
            for seat in range(taken):
                take_product(at(inputs, seat * width), task, rows[seat], steps[seat])
        else:
            multiply(inputs, x, floats(task.W), taken, task.input, width, False)
        recurrent_product(recurrent, h, h_seen, task, rows, steps, taken)
        for seat in range(taken):
            advance(task, rows[seat], steps[seat], at(h, seat * units), at(C, seat * units),
                    at(inputs, seat * width), spare, at(steps, SEATS))  # fmt: skip
            steps[seat] += 1

        seat = 0
        while seat < taken:
            row = rows[seat]
            if steps[seat] < integers(task.lengths)[row]:
                seat += 1
                continue
            finish(task.h_end, row, at(h, seat * units), units)
            finish(task.C_end, row, at(C, seat * units), units)
            taken -= 1
            move(rows, steps, h, C, taken, seat, units)


@inlined
def enter(x: Floats, h: Floats, task: Any, row: int, time_step: int) -> None:
    """Bring x_t to the seat, keep it beside h_{t-1}, and ask for what comes next."""
    time = frame_time(task, row, time_step)
    frame = integers(task.first_frame)[row] + time
    x_t = at(floats(task.x), row * task.x_row + time * task.x_step)
    for j in range(task.input):
        x[j] = x_t[j]
    one_on = -1 if task.reverse else 1
    fetch(address_of(at(x_t, one_on * task.x_step)), task.input)
    if task.keep:
        seen = at(floats(task.seen), frame * (task.input + task.units))
        for j in range(task.input):
            seen[j] = x_t[j]
        copy(at(seen, task.input), h, task.units)
        width = task.gates * task.units
        fetch(task.kept + FLOAT_BYTES * frame * width, width)


@inlined
def take_product(inputs: Floats, task: Any, row: int, time_step: int) -> None:
    """Copy W x_t from among the products that were computed before, and ask for the next."""
    width = task.gates * task.units
    place = at(integers(task.places), row * task.places_row + frame_time(task, row, time_step))
    copy(inputs, at(floats(task.x), place[0] * width), width)
    if time_step + 1 < integers(task.lengths)[row]:
        one_on = at(place, -1 if task.reverse else 1)
        fetch(task.x + FLOAT_BYTES * one_on[0] * width, width)


@inlined
def recurrent_product(
    recurrent: Floats, h: Floats, h_seen: Floats, task: Any, rows: Integers, steps: Integers, taken: int
) -> None:
    """Compute recurrent = U h for all seats; h_seen: room for h after the mask."""
    units = task.units
    width = task.gates * units
    if not (task.h_start or any_beyond(steps, taken)):  # U · 0
        fill_zeros(recurrent, taken * width)
        return
    factor = h
    if task.mask:
        factor = h_seen
        for seat in range(taken):
            apply_mask(at(h_seen, seat * units), at(h, seat * units), task, rows[seat])
    multiply(recurrent, factor, floats(task.U), taken, units, width, False)


@inlined
def advance(
    task: Any,
    row: int,
    time_step: int,
    h: Floats,
    C: Floats,
    inputs: Floats,
    spare: Floats,
    record: Integers,
) -> None:
    """One step of one sequence: let the cell compute it, and write h_t to the outputs.

    U h_{t-1} stands SEATS rows behind the inputs W x_t.
    """
    units = task.units
    width = task.gates * units
    time = frame_time(task, row, time_step)
    frame = integers(task.first_frame)[row] + time
    step = carray(steps_at(address_of(record)), 1)[0]
    step.units = units
    step.hidden = task.hidden
    step.inputs = address_of(inputs)
    step.recurrent = address_of(at(inputs, SEATS * width))
    step.h = address_of(h)
    step.C = address_of(C)
    step.b = task.b
    step.extra = task.extra
    if task.keep:
        step.kept = task.kept + FLOAT_BYTES * frame * width
        step.memory = task.memory + FLOAT_BYTES * frame * task.memory_width
    else:
        step.kept = address_of(at(spare, 2 * units))
        step.memory = address_of(at(spare, 2 * units + width))
    if task.zone:
        copy(spare, h, units)
        copy(at(spare, units), C, units)
        call(task.cell, address_of(record))
        z = zone_of(task, row, time)
        keep_some(h, spare, z, units)
        keep_some(C, at(spare, units), at(z, task.zone_C), units)
        if task.keep:
            copy(at(floats(task.carried), frame * units), C, units)
    else:
        call(task.cell, address_of(record))
    output = at(floats(task.outputs), row * task.outputs_row + time * task.outputs_step)
    for j in range(task.hidden):
        output[j] = h[j]
