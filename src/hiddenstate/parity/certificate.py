"""The parity certificate: what `certify` found, and its file."""

import importlib.metadata
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import numpy as np

from hiddenstate import __version__
from hiddenstate.parity.tolerance import RELATIVE

PARITY = "parity.json"
REFERENCE = "numpy float64"
"""The program computed in float64: what all are held to."""
PACKAGES = ("numpy", "torch", "onnx", "onnxruntime", "numba")


@dataclass(frozen=True)
class Pair:
    """Two ways to compute, over all cases and outputs."""

    first: str
    second: str
    largest: float
    """Largest error relative to the row's largest value or to 1; where is in `case`, `output` and `at`."""
    mean: float
    """The mean error of the worst case and output."""
    flips: int
    """Rows, of all cases, whose greatest entry is another one: labels that differ."""
    case: str = ""
    output: str = ""
    at: tuple[int, ...] = ()


@dataclass(frozen=True)
class Certificate:
    """What `certify` found."""

    model: str
    seed: int
    rows: int
    """Rows that were computed in each way."""
    pairs: tuple[Pair, ...]
    failures: tuple[str, ...]
    """What was beyond the tolerance, in words."""
    missing: Mapping[str, str]
    """Way -> why it could not be tried."""
    int8: Mapping[str, float] = field(default_factory=dict)
    """What rounding the weights to int8 costs on these inputs: "mean_error", "label_agreement"."""

    @property
    def passed(self) -> bool:
        """Whether all ways that were tried agree."""
        return not self.failures

    @property
    def largest(self) -> float:
        """The largest error of any way against the reference."""
        return max((pair.largest for pair in self.pairs if pair.first == REFERENCE), default=0.0)

    @property
    def flips(self) -> int:
        """Labels that differ from the reference, over all ways."""
        return sum(pair.flips for pair in self.pairs if pair.first == REFERENCE)

    def to_json(self) -> str:
        """For ``parity.json``."""
        versions = {"hiddenstate": __version__, "python": platform.python_version()}
        values = {
            "format": 1,
            "model": self.model,
            "passed": self.passed,
            "largest_relative_error": _finite(self.largest),
            "label_flips": self.flips,
            "reference": REFERENCE,
            "tolerance": RELATIVE,
            "seed": self.seed,
            "rows": self.rows,
            "machine": platform.machine(),
            "versions": versions | {name: found for name in PACKAGES if (found := _version(name))},
            "failures": list(self.failures),
            "not_tried": dict(self.missing),
            "int8": dict(self.int8),
            "pairs": [
                asdict(pair) | {"largest": _finite(pair.largest), "mean": _finite(pair.mean)}
                for pair in self.pairs
            ],
        }
        return json.dumps(values, indent=1) + "\n"


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
