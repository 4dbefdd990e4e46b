"""Every kind of model in every way to compute it, a million steps of a stream, and the last line as JSON.

    python benchmarks/parity.py [--seeds 3] [--steps 1000000]

`max_relative_error` is the largest distance of any way from the program in float64 (relative to the row's largest
value, or to 1), `label_flips` the labels that differ, over all models of `hiddenstate.parity.specimens`, all cases of
`hiddenstate.parity.inputs` and all seeds; int8 is held to its own rounded weights. Translators are compared after the
same pieces (their labels are the best next pieces), and in the sentences that a beam of 1 and of 5 finds.
A run of `--steps` steps with a state handed on shows whether errors pile up.
"""

import argparse
import json
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np

from hiddenstate.export.c_model import NO_SEARCH
from hiddenstate.layers import Stacked
from hiddenstate.parity.backends import BACKENDS, Subject, c_code
from hiddenstate.parity.c_harness import CProcess
from hiddenstate.parity.certificate import REFERENCE
from hiddenstate.parity.certify import certify
from hiddenstate.parity.models import subject_of
from hiddenstate.parity.specimens import SPECIMENS, TRANSLATORS, specimen
from hiddenstate.program import Interpreter, step_program
from hiddenstate.seeding import seed_everything

OF_THE_MODEL = ("the model cannot stream", NO_SEARCH)
"""Why a way is not tried: what lies in the model, not in this machine."""
PIECE = 400
"""Steps that the process of generated C takes at once; its state goes on to the next piece."""
HIDDEN = 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=1_000_000)
    options = parser.parse_args()
    largest, flips, failures, missing = all_specimens(options.seeds)
    print(f"\n{'computed by':28} {'largest error':>14} {'other labels':>13}")
    for name, error in sorted(largest.items(), key=lambda pair: pair[1]):
        print(f"{name:28} {error:14.2e} {flips[name]:13d}")
    for name, reason in missing.items():
        print(f"Not tried: {name}: {reason}")
    drift = {cell: drift_of(cell, options.steps) for cell in ("rnn", "lstm", "gru")}
    for cell, (first, last) in drift.items():
        print(
            f"{cell}: generated C, {options.steps:,} steps: {first:.1e} in the first tenth, {last:.1e} in the last"
        )
    for failure in failures:
        print("FAILED", failure)
    figures = {
        "max_relative_error": max(error for name, error in largest.items() if not BACKENDS[name].rounded),
        "max_relative_error_int8": max(error for name, error in largest.items() if BACKENDS[name].rounded),
        "label_flips": sum(flips.values()),
        "models": len(SPECIMENS) + len(TRANSLATORS),
        "runtimes": len(largest),
        "seeds": options.seeds,
        "failures": len(failures),
        "drift_steps": options.steps,
        "drift_error": max(last for _, last in drift.values()),
    }
    print(json.dumps(figures))


def all_specimens(seeds: int) -> tuple[dict[str, float], dict[str, int], list[str], dict[str, str]]:
    largest: dict[str, float] = defaultdict(float)
    flips: dict[str, int] = defaultdict(int)
    failures: list[str] = []
    missing: dict[str, str] = {}
    for name in (*SPECIMENS, *TRANSLATORS):
        for seed in range(seeds):
            found = certify(subject_of(specimen(name, seed), name), seed=seed)
            failures += [f"{name}, seed {seed}: {failure}" for failure in found.failures]
            missing |= {way: why for way, why in found.missing.items() if not why.startswith(OF_THE_MODEL)}
            for pair in found.pairs:
                if pair.first == REFERENCE:
                    largest[pair.second] = max(largest[pair.second], pair.largest)
                    flips[pair.second] += pair.flips
        print(f"{name:34} {'same' if not failures else 'DIFFERS'}", flush=True)
    return largest, flips, failures, missing


def drift_of(cell: str, steps: int) -> tuple[float, float]:
    """The largest error of generated C, taking single steps, in the first and the last tenth of a long stream."""
    seed_everything(0, "drift", cell)
    subject = subject_of(Stacked(cell, 4, hidden_size=HIDDEN).eval(), cell)
    exact = Interpreter(step_program(subject.program), subject.weights)
    state = {name: np.zeros((1, HIDDEN)) for name in subject.program.states}
    c_state = dict(state)
    random = np.random.default_rng(0)
    errors = []
    with tempfile.TemporaryDirectory() as folder:
        process = process_of(subject, Path(folder))
        for _ in range(steps // PIECE):
            x = random.standard_normal((1, PIECE, 4)).astype(np.float32)
            found = process.run_steps({"x": x, "lengths": np.array([PIECE]), **c_state})
            c_state = {name: found[after] for name, after in subject.program.states.items()}
            outputs, state = reference_run(subject, exact, x, state)
            errors.append(np.abs(found["outputs"][0] - outputs).max())
    tenth = max(len(errors) // 10, 1)
    return float(max(errors[:tenth])), float(max(errors[-tenth:]))


def process_of(subject: Subject, folder: Path) -> CProcess:
    return CProcess(subject.program, c_code(subject, "float32"), folder, ["-O3"])


def reference_run(subject, exact, x, state):
    """The interpreter in float64 over the same steps, straight through its rule for the layer."""
    (operation,) = [each for each in subject.program.operations if each.kind == "recurrent"]
    weights = {role: exact.weights[name] for role, name in operation.weights.items()}
    parts = {name.split(".")[1]: value for name, value in state.items()}
    found = exact.rules["recurrent"]({"x": x.astype(np.float64), **parts}, weights, operation.options)
    return found["sequence"][0], {name: found[name.split(".")[1]] for name in state}


if __name__ == "__main__":
    main()
