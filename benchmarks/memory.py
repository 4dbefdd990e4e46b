"""Long-memory tasks: which cell solves which length, how soon, and in how much processor time.

    python benchmarks/memory.py [--seeds 3] [--resume FILE] [--only adding_200,...] [--threads 1] [--stretch]

No data: every batch is drawn afresh. `must`: adding T = 200 by LSTM and GRU and not by the plain RNN, copy T = 100 by
the LSTM. `--stretch` adds adding T = 600 and copy T = 500. Figures ending in _error are measured on 500 sequences that
training never draws: the mean squared error for adding (1/6 without memory), the share of wrong symbols for copy
(7/8); _solved is 1 for a run below 0.01; _steps and _seconds are training steps and processor time, of all runs.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import torch
from text_run import Runs, json_line, table

from hiddenstate.workflows.lab_cells import STARTS
from hiddenstate.workflows.lab_memory import MemoryLab, run_cell

MUST = {
    "adding_200": (MemoryLab(task="adding", length=200), ("rnn", "lstm-1", "lstm-chrono", "gru")),
    "copy_100": (MemoryLab(task="copy", length=100, steps=5000), ("lstm-chrono", "gru")),
    "order_100": (MemoryLab(task="order", length=100), ("rnn", "lstm-1", "gru")),
    "recall_100": (MemoryLab(task="recall", length=100), ("rnn", "lstm-1", "gru")),
}
STRETCH = {
    "adding_600": (MemoryLab(task="adding", length=600), ("lstm-chrono", "gru")),
    "copy_500": (MemoryLab(task="copy", length=500, steps=5000), ("lstm-chrono",)),
}


def run(lab: MemoryLab, cell: str, seed: int) -> dict[str, float]:
    done = run_cell(replace(lab, seed=seed), STARTS[cell])
    return {
        "error": done.error,
        "solved": float(done.solved_at is not None),
        "steps": float(done.solved_at or done.steps[-1]),
        "processor_seconds": round(done.seconds, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3, help="runs, with seeds 0, 1, ...")
    parser.add_argument("--resume", type=Path, help="file that keeps finished runs; they are not run again")
    parser.add_argument("--only", help="names of tasks separated by commas; the others are left out")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--stretch", action="store_true", help="also adding_600 and copy_500")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    runs = Runs(options.resume)
    rows, figures = [], {}
    for task, (lab, cells) in (MUST | (STRETCH if options.stretch else {})).items():
        if options.only is not None and task not in options.only.split(","):
            continue
        for cell in cells:
            done = [
                runs.get(
                    f"{task} {cell} seed {seed}", lambda lab=lab, cell=cell, seed=seed: run(lab, cell, seed)
                )
                for seed in range(options.seeds)
            ]
            for figure in ("error", "solved", "steps"):
                figures[f"{task}_{cell}_{figure}"] = [numbers[figure] for numbers in done]
            seconds = [numbers["processor_seconds"] for numbers in done]
            figures[f"{task}_{cell}_seconds"] = seconds
            rows.append((f"{task} {cell}", [100.0 * numbers["solved"] for numbers in done], seconds))
    table(rows, "% solved")
    json_line("memory", options.seeds, figures)


if __name__ == "__main__":
    main()
