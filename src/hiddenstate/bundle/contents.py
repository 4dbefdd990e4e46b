"""What goes into a bundle, and how each part becomes the bytes of its file."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.bundle.weights import encode_weights
from hiddenstate.errors import BundleError

if TYPE_CHECKING:
    import torch

SETTINGS = "settings.toml"
ENCODERS = "encoders.json"
WEIGHTS = "weights.safetensors"
METRICS = "metrics.json"
CARD = "card.md"
REPORT = "report.html"
FILES = (SETTINGS, ENCODERS, WEIGHTS, METRICS, CARD, REPORT)
"""Every bundle has these; a kind of model may add more."""


@dataclass(frozen=True)
class Contents:
    """A trained model as it goes into a bundle."""

    kind: str
    """What the model does, for example ``"forecaster"``."""
    settings: str
    """TOML text (`hiddenstate.settings.to_toml`)."""
    encoders: Mapping[str, Any]
    """What turns the user's values into the model's and back: scalers, vocabularies, column names.
    Plain values, lists, mappings and NumPy values; numbers come back exactly, NaN and infinity too."""
    weights: Mapping[str, NDArray[Any] | torch.Tensor]
    metrics: Mapping[str, Any]
    """Measured figures; one that is not finite is written as ``null``."""
    card: str
    """Markdown (`hiddenstate.bundle.compose_card`)."""
    report: str
    """HTML that opens without a network."""
    extra: Mapping[str, bytes | str] = field(default_factory=dict)
    """Further files by name, for example ``parity.json``."""

    def to_files(self) -> dict[str, bytes]:
        """File name -> bytes. Raises `BundleError` for settings that are not TOML or a name used twice."""
        try:
            tomllib.loads(self.settings)
        except tomllib.TOMLDecodeError as error:
            raise BundleError(
                f"{SETTINGS}: expected TOML text, got: {error}. Use settings.to_toml."
            ) from None
        files = {
            SETTINGS: self.settings.encode(),
            ENCODERS: to_json(self.encoders).encode(),
            WEIGHTS: encode_weights(self.weights),
            METRICS: to_json(plain_json(self.metrics)).encode(),
            CARD: self.card.encode(),
            REPORT: self.report.encode(),
        }
        for name, data in self.extra.items():
            if name in files:
                raise BundleError(f"{name}: expected a name of its own, got one of the bundle's. Rename it.")
            files[name] = data.encode() if isinstance(data, str) else data
        return files


def to_json(value: Any) -> str:
    """JSON text of plain and NumPy values.

    >>> json.loads(to_json({"mean": np.float64(1.5), "levels": np.array([0.1, 0.9])}))
    {'mean': 1.5, 'levels': [0.1, 0.9]}
    """
    return json.dumps(_plain(value), indent=2, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise BundleError(f"expected values that JSON has, got {value!r}. Use text, numbers, lists and mappings.")


def plain_json(value: Any) -> Any:
    """The same with ``None`` for NaN and infinity, which JSON outside Python does not have."""
    value = _plain(value)
    if isinstance(value, dict):
        return {key: plain_json(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [plain_json(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
