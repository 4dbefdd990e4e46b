"""What an exact trace costs: times of the plain forward pass of the same model on the same input.

    python benchmarks/trace_cost.py [--repeats 15] [--threads 1]

Forward pass and trace take turns, `--repeats` times or until the forward passes have taken 0.2 s, whichever is more;
each figure is a median of process CPU time (with one thread) or wall time. The
forward pass runs as a user would run it: evaluation mode, no gradient. The trace is all that `trace` does, the record
in NumPy included.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from hiddenstate.inspection import trace
from hiddenstate.layers import Stacked

BUDGET = 3.0
LEAST_SECONDS = 0.2
SHAPES = ((1, 20, 100, 128), (1, 200, 32, 64), (32, 20, 100, 128), (32, 100, 64, 128), (1, 10_000, 32, 128))
"""(batch, time, input, hidden)"""


class Inside(nn.Module):
    """A module that somebody wrote around a layer."""

    def __init__(self, reader: nn.Module) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, x: Tensor) -> Any:  # noqa: D102
        return self.reader(x)


def modules(input_size: int, hidden: int) -> dict[str, nn.Module]:
    """What is measured: torch's own layers and ours."""
    made: dict[str, nn.Module] = {
        "nn.LSTM": nn.LSTM(input_size, hidden, batch_first=True),
        "nn.GRU": nn.GRU(input_size, hidden, batch_first=True),
        "nn.RNN": nn.RNN(input_size, hidden, batch_first=True),
        "nn.LSTM, 2 layers, both directions": nn.LSTM(
            input_size, hidden, num_layers=2, bidirectional=True, batch_first=True
        ),
    }
    made["nn.LSTM, 3 layers, in a module"] = Inside(
        nn.LSTM(input_size, hidden, num_layers=3, batch_first=True)
    )
    for cell in ("lstm", "gru", "rnn"):
        made[f"Stacked({cell})"] = Stacked(cell, input_size, hidden_size=hidden)
    made["Stacked(lstm), both directions"] = Stacked(
        "lstm", input_size, hidden_size=hidden, bidirectional=True
    )
    return {name: module.eval() for name, module in made.items()}


def median_times(calls: list[Callable[[], Any]], repeats: int, clock: Callable[[], float]) -> list[float]:
    """Median seconds of each call; they take turns."""
    times: list[list[float]] = [[] for _ in calls]
    for call in calls * 2:  # the first two warm up
        call()
    while len(times[0]) < repeats or sum(times[0]) < LEAST_SECONDS:
        for call, found in zip(calls, times, strict=True):
            begin = clock()
            call()
            found.append(clock() - begin)
    return [statistics.median(found) for found in times]


def forward(module: nn.Module, x: Tensor) -> Any:
    with torch.no_grad():
        return module(x)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    clock = time.process_time if options.threads == 1 else time.perf_counter
    print(f"{'model':<36}{'batch × time × input → hidden':<34}{'forward ms':>11}{'trace ms':>10}{'ratio':>7}")
    worst = 0.0
    for batch, steps, input_size, hidden in SHAPES:
        for name, module in modules(input_size, hidden).items():
            x = torch.randn(batch, steps, input_size)
            plain, traced = median_times(
                [lambda m=module, x=x: forward(m, x), lambda m=module, x=x: trace(m, x)],
                options.repeats,
                clock,
            )
            worst = max(worst, traced / plain)
            shape = f"{batch} × {steps:,} × {input_size} → {hidden}"
            print(
                f"{name:<36}{shape:<34}{1e3 * plain:>11.2f}{1e3 * traced:>10.2f}{traced / plain:>7.2f}",
                flush=True,
            )
    print(f"worst ratio {worst:.2f}, budget {BUDGET:.0f}")


if __name__ == "__main__":
    main()
