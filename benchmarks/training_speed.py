"""Speed of the recurrent layers on a CPU beside torch's own, in one run.

    python benchmarks/training_speed.py [--threads 1,2] [--repeats 9] [--rows unequal,equal,documents,inference,gru,...]

A training step is forward and backward through one layer. Torch reads unequal lengths as packed sequences (that
is its exact way), equal ones as they are. Before anything is timed, every gradient must equal torch's to 1e-5 of its
largest entry. All candidates take turns, each row shows medians, and ratios are how many times faster ours is.
Shapes: batch 32, input 128, both directions where nothing else is said. Run it on an idle machine.
"""

import argparse
import functools
import json
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from hiddenstate.cells import CELLS
from hiddenstate.layers import Recurrent, Stacked

BATCH, INPUT = 32, 128
BATCHES = 4  # of different lengths; a measurement is their mean
TORCH = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
GRADIENT_TOLERANCE = 1e-5

Step = Callable[[], Any]
Figures = dict[str, list[float]]


def lengths_like(kind: str, random: np.random.Generator) -> NDArray[np.int64]:
    """Lengths of one batch: a mean of 10 (questions), 19 (reviews) or 230 steps (documents), or even ones."""
    if kind == "questions":
        drawn = np.clip(random.gamma(6.25, 1.6, BATCH), 2, 37)
    elif kind == "reviews":
        drawn = np.clip(random.gamma(4.46, 4.26, BATCH), 2, 60)
    elif kind == "documents":
        drawn = np.clip(np.exp(random.normal(5.2, 0.68, BATCH)), 10, 1000)
    else:
        drawn = np.full(BATCH, int(kind))
    return np.rint(drawn).astype(np.int64)


class Pair:
    """One layer of ours and of torch with the same weights, and batches for both."""

    def __init__(
        self, cell: str, hidden: int, lengths: str, *, both: bool = True, batches: int = BATCHES
    ) -> None:
        torch.manual_seed(0)
        random = np.random.default_rng(0)
        self.ours = Stacked(cell, INPUT, hidden_size=hidden, bidirectional=both)
        self.torchs = TORCH[cell](INPUT, hidden, batch_first=True, bidirectional=both)
        self.torchs.load_state_dict(self.ours.torch_weights())
        self.equal = lengths.isdigit()
        self.batches = [
            self._batch(lengths_like(lengths, random), hidden * (1 + both)) for _ in range(batches)
        ]

    def _batch(self, lengths: NDArray[np.int64], outputs: int) -> tuple[Tensor, Tensor, Tensor]:
        counts = torch.from_numpy(lengths)
        steps = int(counts.max())
        real = (torch.arange(steps) < counts.unsqueeze(1)).unsqueeze(-1)
        x, weights = torch.randn(BATCH, steps, INPUT), torch.randn(BATCH, steps, outputs)
        return (x * real).requires_grad_(), counts, weights * real

    def run_ours(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Our layer's outputs."""
        outputs: Tensor = self.ours(x, None if self.equal else lengths)[0]
        return outputs

    def run_torchs(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Torch's outputs, zero in the padding."""
        if self.equal:
            outputs: Tensor = self.torchs(x)[0]
            return outputs
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.torchs(packed)[0], batch_first=True)[0]

    def gradients(self, run: Callable[..., Tensor], module: nn.Module) -> list[Tensor]:
        """Of the first batch: x first, then the weights under torch's names (torch has two biases)."""
        x, lengths, weights = self.batches[0]
        loss = (run(x, lengths) * weights).sum()
        return list(torch.autograd.grad(loss, [x, *module.parameters()]))

    def check(self) -> None:
        """Stop unless the gradients of x, W and U agree."""
        ours, torchs = self.gradients(self.run_ours, self.ours), self.gradients(self.run_torchs, self.torchs)
        for theirs in torchs:
            if theirs.ndim == 1:
                continue  # ours has one bias in place of two
            same = [mine for mine in ours if mine.shape == theirs.shape]
            error = min(float((mine - theirs).abs().max() / theirs.abs().max()) for mine in same)
            if not error < GRADIENT_TOLERANCE:
                raise SystemExit(f"a gradient differs from torch's by {error:.1e} of its largest entry")

    def training(self, run: Callable[..., Tensor], module: nn.Module) -> Step:
        """Forward and backward over every batch."""

        def step() -> None:
            for x, lengths, weights in self.batches:
                x.grad = None
                module.zero_grad()
                (run(x, lengths) * weights).sum().backward()  # type: ignore[no-untyped-call]

        return step

    def inference(self, run: Callable[..., Tensor]) -> Step:
        """Forward alone."""

        def step() -> None:
            with torch.no_grad():
                for x, lengths, _ in self.batches:
                    run(x, lengths)

        return step


def medians(steps: Mapping[str, Step], repeats: int) -> dict[str, float]:
    """Milliseconds of each; they take turns, so that a slow spell of the machine hits all of them."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    for turn in range(repeats + 1):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            if turn:  # the first warms up
                times[name].append((time.perf_counter() - start) * 1e3)
    return {name: statistics.median(taken) for name, taken in times.items()}


def compare(pair: Pair, repeats: int, *, training: bool) -> dict[str, float]:
    """Milliseconds a batch of both."""
    if training:
        pair.check()
        steps = {
            "torch": pair.training(pair.run_torchs, pair.torchs),
            "ours": pair.training(pair.run_ours, pair.ours),
        }
    else:
        steps = {"torch": pair.inference(pair.run_torchs), "ours": pair.inference(pair.run_ours)}
    return {name: taken / len(pair.batches) for name, taken in medians(steps, repeats).items()}


def show(row: str, taken: Mapping[str, float], ratio: float) -> None:
    each = "  ".join(f"{name} {milliseconds:7.2f} ms" for name, milliseconds in taken.items())
    print(f"{row:44} {each}   {ratio:5.2f}", flush=True)


def ratios(
    title: str,
    rows: Iterable[tuple[str, int, str]],
    repeats: int,
    *,
    training: bool = True,
    batches: int = BATCHES,
) -> list[float]:
    """Print a row for each (cell, hidden, lengths); returns how many times faster ours is in each."""
    print(f"\n{title}")
    found = []
    for cell, hidden, lengths in rows:
        taken = compare(Pair(cell, hidden, lengths, batches=batches), repeats, training=training)
        found.append(taken["torch"] / taken["ours"])
        show(f"{cell} {hidden}, lengths {lengths}", taken, found[-1])
    return found


def gru_share(repeats: int) -> list[float]:
    """A GRU step as a share of our LSTM step, one direction, equal and unequal lengths."""
    print("\nGRU training step as a share of our LSTM step, one direction")
    shares = []
    for hidden in (64, 128, 256):
        for lengths in ("20", "50", "reviews"):
            pairs = {cell: Pair(cell, hidden, lengths, both=False) for cell in ("lstm", "gru")}
            steps = {cell: pair.training(pair.run_ours, pair.ours) for cell, pair in pairs.items()}
            taken = medians(steps, repeats)
            shares.append(taken["gru"] / taken["lstm"])
            show(
                f"hidden {hidden}, lengths {lengths}", {k: v / BATCHES for k, v in taken.items()}, shares[-1]
            )
    return shares


VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "recurrent dropout": ("lstm", {"recurrent_dropout": 0.25}),
    "zoneout": ("lstm", {"zoneout": 0.1}),
    "peepholes": ("lstm-peephole", {}),
    "layer normalisation": ("lstm-layernorm", {}),
}


def variants(repeats: int) -> tuple[list[float], list[float]]:
    """What each variant costs of a plain ``nn.LSTM`` step, and how many times faster it is than its readable loop."""
    print(
        "\nLSTM variants, training step, batch 32, 50 equal steps, one direction; cost against plain nn.LSTM"
    )
    costs, speeds = [], []
    for hidden in (64, 128, 256):
        x, weights = torch.randn(BATCH, 50, hidden, requires_grad=True), torch.randn(BATCH, 50, hidden)
        plain = nn.LSTM(hidden, hidden, batch_first=True)
        for name, (cell, options) in VARIANTS.items():
            layer = Recurrent(CELLS[cell].create(hidden, hidden), **options)
            loop = Recurrent(layer.cell, path="loop", **options)

            def step(module: nn.Module, x: Tensor = x, weights: Tensor = weights) -> None:
                torch.autograd.grad((module(x)[0] * weights).sum(), [x, *module.parameters()])

            taken = medians(
                {
                    "nn.LSTM": functools.partial(step, plain),
                    "ours": functools.partial(step, layer),
                    "loop": functools.partial(step, loop),
                },
                repeats,
            )
            costs.append(taken["ours"] / taken["nn.LSTM"])
            speeds.append(taken["loop"] / taken["ours"])
            show(f"hidden {hidden}, {name}", taken, costs[-1])
    return costs, speeds


def measure(rows: Sequence[str], repeats: int) -> Figures:
    """Every figure that was asked for, at the number of threads that is set."""
    figures: Figures = {}
    unequal = [(hidden, lengths) for hidden in (64, 128) for lengths in ("questions", "reviews")]
    for cell in ("lstm", "gru", "rnn"):
        if "unequal" in rows:
            cases = [(cell, *case) for case in unequal]
            figures[f"{cell}_unequal"] = ratios(
                "Training step, unequal lengths, against packed", cases, repeats
            )
        if "inference" in rows:
            cases = [(cell, *case) for case in unequal]
            title = "Inference, unequal lengths, against packed"
            figures[f"{cell}_inference"] = ratios(title, cases, repeats, training=False)
    if "documents" in rows:
        few = max(3, repeats // 3)
        cases = [("lstm", 128, "documents")]
        figures["lstm_documents"] = ratios("Training step, documents", cases, few, batches=1)
    if "equal" in rows:
        for cell in ("lstm", "gru"):
            cases = [(cell, hidden, "50") for hidden in (16, 32, 64, 100, 128, 256)]
            figures[f"{cell}_equal"] = ratios("Training step, equal lengths", cases, repeats)
    if "gru" in rows:
        figures["gru_share_of_lstm"] = gru_share(repeats)
    if "variants" in rows:
        figures["variant_cost_of_lstm"], figures["variant_over_loop"] = variants(repeats)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", default="1,2", help="numbers of threads to measure with")
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument(
        "--rows", default="unequal,equal,documents,inference,gru,variants", help="what to measure"
    )
    settings = parser.parse_args()
    summary: dict[str, float] = {}
    for threads in map(int, settings.threads.split(",")):
        torch.set_num_threads(threads)
        print(f"\n== {threads} thread{'s' if threads > 1 else ''} ==")
        for name, values in measure(settings.rows.split(","), settings.repeats).items():
            worst = max if name in ("gru_share_of_lstm", "variant_cost_of_lstm") else min
            summary[f"{name}_{threads}_worst"] = round(worst(values), 3)
            summary[f"{name}_{threads}_median"] = round(statistics.median(values), 3)
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
