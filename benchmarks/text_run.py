"""What the text benchmarks share: resuming by seed, the table, the JSON line."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from hiddenstate.data.vectors import Vectors, read_vectors


def arguments(description: str, argv: Sequence[str] | None = None) -> argparse.Namespace:
    """--data, --seeds, --resume, --only, --threads."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the data sets' folders")
    parser.add_argument("--seeds", type=int, default=5, help="runs, with seeds 0, 1, ...")
    parser.add_argument("--resume", type=Path, help="file that keeps finished runs; they are not run again")
    parser.add_argument("--only", help="names of figures separated by commas; the others are left out")
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args(argv)
    torch.set_num_threads(chosen.threads)
    return chosen


def chosen(options: argparse.Namespace, name: str) -> bool:
    """Whether --only leaves `name` in."""
    return options.only is None or name in options.only.split(",")


def read_glove(folder: Path, wanted: bool) -> list[Vectors]:
    """The 50- and the 100-number vectors, side by side: the second file has gaps that the first fills."""
    return [read_vectors(folder / f"glove/glove.6B.{size}d.cut.txt.gz") for size in (50, 100) if wanted]


class Runs:
    """Finished runs by figure and seed, kept in a JSON file where one is given."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.values: dict[str, dict[str, float]] = {}
        if file is not None and file.exists():
            self.values = json.loads(file.read_text(encoding="utf-8"))

    def get(self, key: str, run: Callable[[], Mapping[str, float]]) -> dict[str, float]:
        """The numbers of a finished run, or of `run()`, which are then kept."""
        if key in self.values:
            print(f"{key}: {_line(self.values[key])} (kept)", file=sys.stderr, flush=True)
            return self.values[key]
        started = time.monotonic()
        numbers = dict(run())
        numbers["seconds"] = round(time.monotonic() - started, 1)
        self.values[key] = numbers
        print(f"{key}: {_line(numbers)}", file=sys.stderr, flush=True)
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            beside = self.file.with_suffix(".part")
            beside.write_text(json.dumps(self.values, indent=1), encoding="utf-8")
            beside.replace(self.file)
        return numbers


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """Mean and standard error; the error of one value is not known (NaN)."""
    error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")
    return float(np.mean(values)), error


def table(rows: Sequence[tuple[str, Sequence[float], Sequence[float]]], unit: str) -> None:
    """Print name, mean, standard error, runs and mean seconds of each row."""
    width = max(len(name) for name, _, _ in rows)
    print(f"{'':<{width}}  {unit:>8}  {'s.e.':>5}  {'runs':>4}  {'s/run':>7}")
    for name, values, seconds in rows:
        mean, error = mean_and_error(values)
        shown = "-" if np.isnan(error) else f"{error:.2f}"
        print(f"{name:<{width}}  {mean:>8.2f}  {shown:>5}  {len(values):>4}  {np.mean(seconds):>7.1f}")


def json_line(benchmark: str, seeds: int, figures: Mapping[str, Sequence[float]]) -> None:
    """The last line: every figure's mean and standard error (null for a single run)."""
    result = {}
    for name, values in figures.items():
        mean, error = mean_and_error(values)
        result[name] = {"mean": round(mean, 3), "se": None if np.isnan(error) else round(error, 3)}
    print(json.dumps({"benchmark": benchmark, "seeds": seeds, "figures": result}))


def _line(numbers: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:g}" for name, value in numbers.items())
