"""How many weights a candidate has, and what a training step and an answer of it cost."""

import time
from collections.abc import Callable
from itertools import chain, islice

import torch

from hiddenstate.training import TrainingSettings
from hiddenstate.training.optimisers import build_optimiser
from hiddenstate.workflows.comparing.arena import Bench

WARM_UP, TIMED = 2, 4
"""Steps of training before the clock starts, and while it runs."""
REPEATS = 3
LARGEST = 512
"""Hidden size beyond which no candidate is tried."""


def parameters_of(bench: Bench) -> int:
    """Weights that are trained."""
    return sum(parameter.numel() for parameter in bench.build().parameters() if parameter.requires_grad)


def seconds_an_epoch(bench: Bench) -> float:
    """Time of one pass over the training rows, from a few steps of it."""
    model = bench.build().train()
    # The one that trains: its sparse gradients are much cheaper than dense ones.
    optimiser = build_optimiser(model, TrainingSettings())
    spent = 0.0
    several = chain.from_iterable(bench.batches.epoch(number) for number in range(1, WARM_UP + TIMED + 1))
    for number, batch in enumerate(islice(several, WARM_UP + TIMED)):
        started = time.perf_counter()
        optimiser.zero_grad()
        bench.loss(model, batch).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        if number >= WARM_UP:
            spent += time.perf_counter() - started
    return spent / TIMED * bench.steps_per_epoch


@torch.no_grad()
def microseconds_a_step(bench: Bench) -> float:
    """Time per row and step of answering in batches, the median of three passes over a few batches."""
    model = bench.build().eval()
    batches = list(islice(bench.answers.epoch(1), TIMED))
    steps = sum(bench.steps_of(batch) for batch in batches)
    model(*bench.read(batches[0]))
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        for batch in batches:
            model(*bench.read(batch))
        times.append(time.perf_counter() - started)
    return 1e6 * sorted(times)[REPEATS // 2] / max(steps, 1)


def size_with(bench_of: Callable[[int], Bench], wanted: int) -> int:
    """The hidden size whose number of weights is closest to `wanted`; it grows with the size."""
    low, high = 1, LARGEST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if parameters_of(bench_of(middle)) <= wanted else (low, middle)
    return min((low, high), key=lambda size: abs(parameters_of(bench_of(size)) - wanted))
