"""A small bundle to save, open and damage."""

import numpy as np
import pytest

from hiddenstate.bundle import Contents, save_bundle


@pytest.fixture
def contents() -> Contents:
    return Contents(
        kind="forecaster",
        settings='[data]\ntime = "time"\ntargets = ["demand"]\n',
        encoders={"demand": {"mean": np.float64(0.1) + 0.2, "scale": np.array([1.5, 2.5])}},
        weights={"head.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "head.bias": np.zeros(2)},
        metrics={"MAE": 101.25, "MASE": float("nan")},
        card="# Demand\n",
        report="<html></html>",
        extra={"parity.json": "{}", "model.onnx": b"\x00\x01"},
    )


@pytest.fixture
def saved(tmp_path, contents):
    folder = tmp_path / "model"
    save_bundle(folder, contents)
    return folder


@pytest.fixture
def tree():
    """A folder's files with their contents, to compare before and after."""

    def read(folder):
        return {
            str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
            for path in sorted(folder.rglob("*"))
        }

    return read
