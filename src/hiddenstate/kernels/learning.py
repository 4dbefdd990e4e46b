"""Whole sequences backwards through time, for any cell: the gradients of what `reading` has computed.

Seats and queues are those of `reading`; each sequence is visited from its last step to its first.
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
    learnings_at,
    steps_back_at,
)
from hiddenstate.kernels.product import multiply
from hiddenstate.kernels.records import FLOAT_BYTES, SCRATCH_HEAD_BYTES, SEATS, UNIT_BLOCK
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
from hiddenstate.kernels.vector import LANES, Floats, load, store
from hiddenstate.kernels.zoneout import add, split_gradient, zone_of


def backward(job: Any) -> None:
    """One thread's share of a backward pass; job: a JOB of LEARNINGs."""
    this = carray(job, 1)[0]
    worker = claim(integers(this.workers))
    scratch = this.scratch + worker * this.scratch_bytes
    tasks = carray(learnings_at(this.tasks), this.directions)
    for turn in range(this.directions):
        learn_from_sequences(tasks[(worker + turn) % this.directions], worker, scratch, this.seats)


@inlined
def learn_from_sequences(task: Any, worker: int, scratch: int, seats: int) -> None:
    """Take sequences from the queue of one LEARNING until it is empty, and compute all their gradients."""
    units = task.units
    width = task.gates * units
    rows = integers(scratch)
    steps = at(rows, SEATS)
    d_h = floats(scratch + SCRATCH_HEAD_BYTES)  # (seats, units)
    d_C = at(d_h, SEATS * units)
    d_seen = at(d_C, SEATS * units)
    d_recurrent = at(d_seen, SEATS * units)  # (seats, gates·units)
    d_inputs = at(d_recurrent, SEATS * width)
    past = at(d_inputs, SEATS * width)  # (2·units) what goes past the cell with zoneout
    d_x = at(past, 2 * units)  # (seats, input rounded up)
    step = carray(steps_back_at(address_of(at(steps, SEATS))), 1)[0]
    step.d_extra = task.d_extra + FLOAT_BYTES * worker * task.d_extra_width

    taken = 0
    while True:
        while taken < seats and seat_next(task, rows, taken):
            steps[taken] = integers(task.lengths)[rows[taken]] - 1
            start(at(d_h, taken * units), task.d_h_end, rows[taken], units)
            start(at(d_C, taken * units), task.d_C_end, rows[taken], units)
            taken += 1
        if taken == 0:
            return

        for seat in range(taken):
            step_back(task, rows[seat], steps[seat], at(d_h, seat * units), at(d_C, seat * units),
                      at(d_recurrent, seat * width), past, at(steps, SEATS))  # fmt: skip
        for seat in range(taken):
            if steps[seat] > 0:
                fetch_back(task, rows[seat], steps[seat] - 1)
        if task.W:
            leave(d_x, d_inputs, task, rows, steps, taken)
        if task.start_matters or any_beyond(steps, taken):
            product_back(d_h, d_recurrent, d_seen, task, rows, taken)

        seat = 0
        while seat < taken:
            if steps[seat] > 0:
                steps[seat] -= 1
                seat += 1
                continue
            finish(task.d_h_start, rows[seat], at(d_h, seat * units), units)
            finish(task.d_C_start, rows[seat], at(d_C, seat * units), units)
            taken -= 1
            move(rows, steps, d_h, d_C, taken, seat, units)


@inlined
def step_back(
    task: Any,
    row: int,
    time_step: int,
    d_h: Floats,
    d_C: Floats,
    d_recurrent: Floats,
    past: Floats,
    record: Integers,
) -> None:
    """One step of one sequence backwards: add the gradient of its output, and let the cell go on."""
    units = task.units
    time = frame_time(task, row, time_step)
    frame = integers(task.first_frame)[row] + time
    if task.d_outputs:
        d_output = at(floats(task.d_outputs), row * task.d_outputs_row + time * task.d_outputs_step)
        for j in range(task.hidden):
            d_h[j] += d_output[j]
    one_back = 1 if task.reverse else -1  # frames to the step before
    step = carray(steps_back_at(address_of(record)), 1)[0]
    step.units = units
    step.hidden = task.hidden
    step.kept = task.kept + FLOAT_BYTES * frame * task.gates * units
    step.memory = task.memory + FLOAT_BYTES * frame * task.memory_width
    step.memory_before = task.memory + FLOAT_BYTES * (frame + one_back) * task.memory_width
    if task.zone:
        step.memory_before = task.carried + FLOAT_BYTES * (frame + one_back) * units
    if time_step == 0:
        step.memory_before = task.C_start + FLOAT_BYTES * row * units
    step.h_before = task.seen + FLOAT_BYTES * (frame * (task.input + units) + task.input)
    step.d_h = address_of(d_h)
    step.d_C = address_of(d_C)
    step.d_recurrent = address_of(d_recurrent)
    step.extra = task.extra
    if task.zone:
        z = zone_of(task, row, time)
        split_gradient(d_h, past, z, units)
        split_gradient(d_C, at(past, units), at(z, task.zone_C), units)
        call(task.cell, address_of(record))
        add(d_h, past, units)
        add(d_C, at(past, units), units)
    else:
        call(task.cell, address_of(record))
    if task.mask:  # the gradient of U is that of a product with the masked h
        h_seen = floats(step.h_before)
        apply_mask(h_seen, h_seen, task, row)


@inlined
def leave(d_x: Floats, d_inputs: Floats, task: Any, rows: Integers, steps: Integers, taken: int) -> None:
    """Compute and write the gradients of x_t of all seats; d_x and d_inputs: room for them."""
    width = task.gates * task.units
    columns = (task.input + UNIT_BLOCK - 1) // UNIT_BLOCK * UNIT_BLOCK
    for seat in range(taken):
        frame = integers(task.first_frame)[rows[seat]] + frame_time(task, rows[seat], steps[seat])
        copy(at(d_inputs, seat * width), at(floats(task.kept), frame * width), width)
    multiply(d_x, d_inputs, floats(task.W), taken, width, columns, False)
    for seat in range(taken):
        time = frame_time(task, rows[seat], steps[seat])
        d_x_t = at(floats(task.d_x), rows[seat] * task.d_x_row + time * task.d_x_step)
        for j in range(task.input):
            d_x_t[j] = d_x[seat * columns + j]


@inlined
def product_back(
    d_h: Floats, d_recurrent: Floats, d_seen: Floats, task: Any, rows: Integers, taken: int
) -> None:
    """Add to d_h what comes back through U h, for all seats; d_seen: room for it before the mask."""
    units = task.units
    result = d_h
    if task.mask:
        result = d_seen
        fill_zeros(d_seen, taken * units)
    multiply(result, d_recurrent, floats(task.U), taken, task.gates * units, units, True)
    if task.mask:
        for seat in range(taken):
            d_h_seat, d_seen_seat = at(d_h, seat * units), at(d_seen, seat * units)
            apply_mask(d_seen_seat, d_seen_seat, task, rows[seat])
            for u in range(0, units, LANES):
                store(d_h_seat, u, load(d_h_seat, u) + load(d_seen_seat, u))


@inlined
def fetch_back(task: Any, row: int, time_step: int) -> None:
    """Ask for what a step of the backward pass will read."""
    units = task.units
    width = task.gates * units
    time = frame_time(task, row, time_step)
    frame = integers(task.first_frame)[row] + time
    fetch(task.kept + FLOAT_BYTES * frame * width, width)
    fetch(task.memory + FLOAT_BYTES * frame * task.memory_width, task.memory_width)
    fetch(task.seen + FLOAT_BYTES * (frame * (task.input + units) + task.input), units)
    fetch(task.d_outputs + FLOAT_BYTES * (row * task.d_outputs_row + time * task.d_outputs_step), task.hidden)
