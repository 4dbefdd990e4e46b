"""Eight architectures and the plain baselines on TREC's six coarse classes, within one budget.

    python benchmarks/compare_trec.py --data DIR [--budget 600] [--seeds 3] [--out FOLDER]

DIR holds trec/train.label and trec/test.label. The 500 official test questions are the test rows; a tenth of
the training rows is held out to choose on. What an interrupted run has done is taken over by the next one.
"""

import argparse
import time
from pathlib import Path

import polars as pl

from hiddenstate.data.text_table import load_trec
from hiddenstate.workflows.comparing.door import compare_file
from hiddenstate.workflows.comparing.plan import Plan
from hiddenstate.workflows.kind import Saving
from hiddenstate.workflows.kinds import KINDS


def as_csv(source: Path, target: Path) -> Path:
    """The questions with their coarse labels, as the command line reads them."""
    table = load_trec(source)
    labels = [label.split(":")[0] for label in table.known_labels()]
    pl.DataFrame({"question": table.texts, "label": labels}).write_csv(target)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--budget", type=float, default=600.0, help="seconds")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("compare_trec"))
    options = parser.parse_args()
    parts = options.out.with_name(options.out.name + ".data")
    parts.mkdir(parents=True, exist_ok=True)
    train = as_csv(options.data / "trec/train.label", parts / "train.csv")
    test = as_csv(options.data / "trec/test.label", parts / "test.csv")
    values = {
        "data": {"text": "question", "target": "label"},
        "task": {"tokens": {"unit": "whitespace"}},
        "split": {"test": str(test)},
    }
    plan = Plan(budget=options.budget, seeds=options.seeds)
    started, work = time.perf_counter(), time.process_time()
    result = compare_file(KINDS["classify"], train, values, plan, Saving(out=options.out, force=True))
    wall, cpu = time.perf_counter() - started, time.process_time() - work
    counts = result.compared.counts
    for one in sorted(result.compared.contestants, key=lambda one: one.loss(counts)):
        error = one.spread(counts)
        size = f"{one.parameters:,} weights, {one.step_us:.1f} us a word" if one.recurrent else ""
        print(f"{one.name:32} {100 * (1 - one.loss(counts)):5.1f} % ± {100 * error:.1f}  {size}")
    for note in result.compared.notes:
        print(note)
    print(result.compared.ranking.text)
    print(f"{wall:.0f} s on the wall, {cpu:.0f} s of processor, page: {result.report}")


if __name__ == "__main__":
    main()
