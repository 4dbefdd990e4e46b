"""Batch inference on sequences of unequal lengths: ours, packed torch and ONNX Runtime, in one run.

    python benchmarks/batch_inference.py [--threads 1] [--repeats 9] [--cells lstm,gru] [--hidden 64,128]

One bidirectional layer, batch 32, input 128, random weights that all three share. ONNX Runtime gets the standard's own
LSTM or GRU node with `sequence_lens`, and its input as it wants it, time first, laid out beforehand. Before anything is
timed, all outputs must agree to 1e-5. All three take turns; each row shows medians of the processor time a batch takes
on this thread (`--threads 1`) or of wall time, and how many times faster ours is than either.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from training_speed import BATCH, INPUT, TORCH, lengths_like

from hiddenstate.layers import Stacked

BATCHES = 8
LENGTHS = ("questions", "reviews", "documents")
ONNX_GATES = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2)}  # our i f C̃ o -> i o f c; r z n -> z r h
TOLERANCE = 1e-5


def onnx_layer(reference: nn.LSTM | nn.GRU, cell: str) -> bytes:
    """The layer as a model of one node; X (time, batch, input), lengths (batch,) -> Y (time, 2, batch, hidden)."""
    hidden = reference.hidden_size

    def stacked(name: str) -> NDArray[np.float32]:
        """(2, gates · hidden, ...) both directions, with the gates in the standard's order."""
        both = []
        for suffix in ("_l0", "_l0_reverse"):
            rows = getattr(reference, name + suffix).detach().numpy()
            blocks = rows.reshape(-1, hidden, *rows.shape[1:])[list(ONNX_GATES[cell])]
            both.append(blocks.reshape(rows.shape))
        return np.stack(both)

    B = np.concatenate([stacked("bias_ih"), stacked("bias_hh")], axis=1)
    weights = {"W": stacked("weight_ih"), "R": stacked("weight_hh"), "B": B}
    extra: dict[str, Any] = {"linear_before_reset": 1} if cell == "gru" else {}
    node = helper.make_node(
        cell.upper(), ["X", "W", "R", "B", "lengths"], ["Y"],
        hidden_size=hidden, direction="bidirectional", **extra,
    )  # fmt: skip
    graph = helper.make_graph(
        [node],
        cell,
        [
            helper.make_tensor_value_info("X", TensorProto.FLOAT, ["time", "batch", reference.input_size]),
            helper.make_tensor_value_info("lengths", TensorProto.INT32, ["batch"]),
        ],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, ["time", 2, "batch", hidden])],
        [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()  # type: ignore[no-any-return]


class Three:
    """One layer in three runtimes, and batches for each of them."""

    def __init__(self, cell: str, hidden: int, lengths: str, threads: int) -> None:
        torch.manual_seed(0)
        random = np.random.default_rng(0)
        self.ours = Stacked(cell, INPUT, hidden_size=hidden, bidirectional=True).eval()
        self.torchs = TORCH[cell](INPUT, hidden, batch_first=True, bidirectional=True).eval()
        self.torchs.load_state_dict(self.ours.torch_weights())
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            onnx_layer(self.torchs, cell), options, providers=["CPUExecutionProvider"]
        )
        self.batches: list[tuple[Tensor, Tensor, dict[str, NDArray[Any]]]] = []
        for _ in range(BATCHES):
            counts = torch.from_numpy(lengths_like(lengths, random))
            x = torch.randn(BATCH, int(counts.max()), INPUT)
            feed = {"X": np.ascontiguousarray(x.transpose(0, 1)), "lengths": counts.numpy().astype(np.int32)}
            self.batches.append((x, counts, feed))

    def run_ours(self, x: Tensor, counts: Tensor, feed: dict[str, Any]) -> Any:
        """Outputs (batch, time, 2 · hidden)."""
        return self.ours(x, counts)[0]

    def run_packed(self, x: Tensor, counts: Tensor, feed: dict[str, Any]) -> Any:
        """The same."""
        packed = pack_padded_sequence(x, counts, batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.torchs(packed)[0], batch_first=True)[0]

    def run_onnx(self, x: Tensor, counts: Tensor, feed: dict[str, Any]) -> Any:
        """Outputs (time, 2, batch, hidden)."""
        return self.session.run(["Y"], feed)[0]

    def check(self) -> None:
        """Stop unless all outputs agree; those of ONNX Runtime are zero in the padding too."""
        for batch in self.batches[:2]:
            ours, packed = self.run_ours(*batch), self.run_packed(*batch)
            onnxs = torch.from_numpy(self.run_onnx(*batch)).permute(2, 0, 1, 3).flatten(2)
            for name, other in (("packed torch", packed), ("ONNX Runtime", onnxs)):
                error = float((ours - other).abs().max())
                if not error < TOLERANCE:
                    raise SystemExit(f"outputs differ from those of {name} by {error:.1e}")

    def medians(self, repeats: int, clock: Callable[[], float]) -> dict[str, float]:
        """Milliseconds a batch; all three take turns, so that a slow spell of the machine hits all of them."""
        runs = {"ours": self.run_ours, "packed torch": self.run_packed, "ONNX Runtime": self.run_onnx}
        taken: dict[str, list[float]] = {name: [] for name in runs}
        for turn in range(repeats + 1):
            for name, run in runs.items():
                start = clock()
                for batch in self.batches:
                    run(*batch)
                if turn:  # the first warms up
                    taken[name].append((clock() - start) / len(self.batches) * 1e3)
        return {name: statistics.median(times) for name, times in taken.items()}


def show(title: str, taken: Mapping[str, float]) -> dict[str, float]:
    """Print a row; how many times faster ours is than each peer."""
    ratios = {name: taken[name] / taken["ours"] for name in taken if name != "ours"}
    row = "  ".join(f"{name} {milliseconds:7.2f} ms" for name, milliseconds in taken.items())
    print(f"{title:28} {row}   " + "  ".join(f"{ratio:5.2f}x" for ratio in ratios.values()), flush=True)
    return ratios


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--cells", default="lstm,gru")
    parser.add_argument("--hidden", default="64,128")
    parser.add_argument("--lengths", default=",".join(LENGTHS))
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    clock = time.process_time if chosen.threads == 1 else time.perf_counter
    print(f"threads {chosen.threads}; ours beside packed torch and ONNX Runtime {onnxruntime.__version__}")
    lowest: dict[str, float] = {}
    for cell in chosen.cells.split(","):
        for hidden in map(int, chosen.hidden.split(",")):
            for lengths in chosen.lengths.split(","):
                with torch.no_grad():
                    three = Three(cell, hidden, lengths, chosen.threads)
                    three.check()
                    ratios = show(f"{cell} {hidden}, {lengths}", three.medians(chosen.repeats, clock))
                for name, ratio in ratios.items():
                    lowest[name] = min(ratio, lowest.get(name, ratio))
    print(json.dumps({"lowest_speed_against": {name: round(ratio, 3) for name, ratio in lowest.items()}}))


if __name__ == "__main__":
    main()
