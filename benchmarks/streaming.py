"""One step for each call from Python, batch 1, one thread: ours beside torch, ONNX Runtime and LiteRT.

    python benchmarks/streaming.py [--sizes 32,64,128,256] [--kinds lstm,gru] [--repeats 15]
                                   [--rows step,sequence,drift,start]

`step`: all take turns on the same weights and inputs; medians of processor time, which other processes on the
machine disturb least; ratios are how many times faster ours is. The error is the largest difference to torch in
float64 over 200 steps. `bfloat16` and `int8` are ours with a half and a quarter of the weight bytes; their errors
are what that costs.
`drift`: a million steps against float64. `start`: a fresh process that imports, loads weights and takes one step.
A peer that is not installed is left out (LiteRT also needs TensorFlow, which converts the model).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from candidates import stream, stream_bfloat16, stream_int8
from streaming_peers import PEERS, onnx_model, weights_of
from torch import nn

from hiddenstate.kernels.library import KernelError

MODULES: dict[str, Callable[..., Any]] = {"lstm": nn.LSTM, "gru": nn.GRU}
STEPS = 200
SECONDS = 0.02  # of each measurement
DRIFT_STEPS, DRIFT_HIDDEN = 1_000_000, 16

Figures = dict[str, Any]


def medians(functions: dict[str, Callable[[], Any]], repeats: int) -> dict[str, float]:
    """Microseconds of processor time for one call of each."""
    calls = {}
    for name, function in functions.items():
        for _ in range(20):
            function()
        began = time.process_time()
        function()
        calls[name] = max(1, min(5000, int(SECONDS / max(time.process_time() - began, 1e-7))))
    taken: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(repeats):
        for name, function in functions.items():
            began = time.process_time()
            for _ in range(calls[name]):
                function()
            taken[name].append((time.process_time() - began) / calls[name] * 1e6)
    return {name: statistics.median(values) for name, values in taken.items()}


def candidates(kind: str, module: Any) -> dict[str, Any]:
    """Ours and the peers that are installed, on the module's weights."""
    weights, sizes = weights_of(module), (module.input_size, module.hidden_size, 1)
    made = {"ours": stream(kind, weights, *sizes), "bfloat16": stream_bfloat16(kind, weights, *sizes)}
    try:
        made["int8"] = stream_int8(kind, weights, *sizes)
    except KernelError as error:
        print(f"  int8 is left out: {error}")
    for name, peer in PEERS.items():
        try:
            made[name] = peer(module)
        except ImportError as error:
            print(f"  {name} is left out: {error}")
    return made


@torch.no_grad()
def exact(module: Any, x: np.ndarray) -> np.ndarray:
    """The y of each step by torch in float64; x: (time, input)."""
    y = module.double()(torch.from_numpy(x).double())[0].numpy()
    module.float()
    return y


def steps(kind: str, hidden: int, repeats: int) -> Figures:
    """Microseconds a step, ratios and errors of one kind and size."""
    torch.manual_seed(0)
    module = MODULES[kind](hidden, hidden).eval()
    x = np.random.default_rng(0).standard_normal((STEPS, hidden)).astype(np.float32)
    expected = exact(module, x)
    made = candidates(kind, module)
    errors = {
        name: float(np.abs(np.stack([one.step(x_t) for x_t in x]) - expected).max())
        for name, one in made.items()
    }
    taken = medians({name: lambda one=one: one.step(x[0]) for name, one in made.items()}, repeats)
    print(f"\n{kind} {hidden}")
    for name, microseconds in sorted(taken.items(), key=lambda item: item[1]):
        ratio = microseconds / taken["ours"]
        print(
            f"  {name:12} {microseconds:9.2f} us   {ratio:7.2f}   largest error {errors[name]:.1e}",
            flush=True,
        )
    figures = {name: round(taken[name] / taken["ours"], 2) for name in taken if name in PEERS}
    figures["error"] = errors["ours"]
    for form in {"bfloat16", "int8"} & set(taken):
        figures[f"{form}_gain"] = round(taken["ours"] / taken[form], 2)
        figures[f"{form}_error"] = errors[form]
    return figures


def sequences(kind: str, hidden: int, repeats: int) -> Figures:
    """Whole sequences of 100 steps, for 1 and 16 streams, against torch."""
    torch.manual_seed(0)
    module = MODULES[kind](hidden, hidden, batch_first=True).eval()
    recurrence = stream(kind, weights_of(module), hidden, hidden, 1).recurrence
    figures = {}
    for streams in (1, 16):
        x = np.random.default_rng(0).standard_normal((streams, 100, hidden)).astype(np.float32)
        tensor = torch.from_numpy(x)

        def theirs(tensor: torch.Tensor = tensor) -> None:
            with torch.inference_mode():
                module(tensor)

        taken = medians({"ours": lambda x=x: recurrence.run_many(x), "torch": theirs}, repeats)
        figures[f"torch_{streams}"] = round(taken["torch"] / taken["ours"], 2)
        print(
            f"  {kind} {hidden}, {streams} x 100 steps: {taken['ours']:8.0f} us, torch {taken['torch']:8.0f} us"
        )
    return figures


def drift(kind: str, remember: float) -> Figures:
    """The largest error in the first and the last tenth of a million steps, and in all of them.

    `remember` is added to the bias of the gate that keeps (f of the LSTM, z of the GRU).
    """
    torch.manual_seed(0)
    module = MODULES[kind](4, DRIFT_HIDDEN).eval()
    with torch.no_grad():
        module.bias_ih_l0[DRIFT_HIDDEN : 2 * DRIFT_HIDDEN] += remember
    recurrence = stream(kind, weights_of(module), 4, DRIFT_HIDDEN, 1).recurrence
    random = np.random.default_rng(0)
    state, exact_state, errors = None, None, []
    reference = MODULES[kind](4, DRIFT_HIDDEN).double()
    reference.load_state_dict(module.state_dict())
    for _ in range(100):
        x = random.standard_normal((DRIFT_STEPS // 100, 4)).astype(np.float32)
        y, state = recurrence.run(x, state)
        with torch.no_grad():
            expected, exact_state = reference(torch.from_numpy(x).double(), exact_state)
        errors.append(float(np.abs(y - expected.numpy()).max()))
    print(
        f"  {kind}, gate that keeps +{remember:g}: first tenth {max(errors[:10]):.1e}, last {max(errors[-10:]):.1e}"
    )
    return {"first": max(errors[:10]), "last": max(errors[-10:]), "largest": max(errors)}


OURS_STARTS = """
import sys, numpy as np
from hiddenstate.runtime import Layer, Recurrence
weights = np.load(sys.argv[1] + "/weights.npz")
recurrence = Recurrence([Layer("lstm", weights["W"], weights["U"], weights["b"])])
recurrence.step(np.ones(recurrence.input_size, np.float32), recurrence.initial_state())
"""
TORCH_STARTS = """
import sys, torch
module = torch.load(sys.argv[1] + "/module.pt", weights_only=False)
with torch.inference_mode():
    module(torch.ones(1, module.input_size))
"""
ONNX_STARTS = """
import sys, numpy as np, onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1] + "/model.onnx", providers=["CPUExecutionProvider"])
shapes = {argument.name: argument.shape for argument in session.get_inputs()}
session.run(None, {name: np.ones(shape, np.float32) for name, shape in shapes.items()})
"""


def starts(repeats: int) -> Figures:
    """Seconds that a fresh process takes for its first step, LSTM 128, kernels in the cache."""
    module = nn.LSTM(128, 128)
    (W, U, b_ih, b_hh), *_ = weights_of(module)
    scripts = {"python": "", "ours": OURS_STARTS, "torch": TORCH_STARTS, "onnxruntime": ONNX_STARTS}
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "weights.npz", W=W, U=U, b=b_ih + b_hh)
        torch.save(module, Path(folder) / "module.pt")
        try:
            (Path(folder) / "model.onnx").write_bytes(onnx_model(module))
        except ImportError:
            del scripts["onnxruntime"]
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in scripts}
        for _ in range(repeats + 1):
            for name, script in scripts.items():
                began, used = time.perf_counter(), processor_time_of_children()
                subprocess.run([sys.executable, "-c", script, folder], check=True, capture_output=True)
                taken[name].append((time.perf_counter() - began, processor_time_of_children() - used))
    print("\nseconds to the first step: clock, processor")
    found = {}
    for name, both in taken.items():
        clock, processor = (round(statistics.median(values), 3) for values in zip(*both[1:], strict=True))
        found[name], found[f"{name}_processor"] = clock, processor
        print(f"  {name:12} {clock:6.3f} {processor:6.3f}")
    return found


def processor_time_of_children() -> float:
    """Seconds that finished child processes have computed."""
    times = os.times()
    return times.children_user + times.children_system


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="32,64,128,256")
    parser.add_argument("--kinds", default="lstm,gru")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--rows", default="step,sequence,drift,start", help="what to measure")
    settings = parser.parse_args()
    torch.set_num_threads(1)
    kinds, sizes = settings.kinds.split(","), [int(size) for size in settings.sizes.split(",")]
    rows, figures = settings.rows.split(","), Figures()
    if "step" in rows:
        figures["step"] = {f"{k}_{size}": steps(k, size, settings.repeats) for k in kinds for size in sizes}
    if "sequence" in rows:
        print("\nwhole sequences")
        figures["sequence"] = {
            f"{k}_{size}": sequences(k, size, settings.repeats) for k in kinds for size in sizes
        }
    if "drift" in rows:
        print(f"\n{DRIFT_STEPS:,} steps, largest error against float64")
        figures["drift"] = {f"{k}_{more:g}": drift(k, more) for k in kinds for more in (0.0, 8.0)}
    if "start" in rows:
        figures["start"] = starts(settings.repeats)
    print(json.dumps({"benchmark": "streaming", "figures": figures}))


if __name__ == "__main__":
    main()
