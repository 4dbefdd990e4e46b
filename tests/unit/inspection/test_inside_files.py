"""Memory, walks and findings as files."""

import numpy as np
import pytest
import torch
from torch import nn

from hiddenstate.inspection import lint, load_record, memory, save_record, trace, walk


def looked():
    torch.manual_seed(0)
    module = nn.LSTM(3, 5, batch_first=True)
    found = trace(module, torch.randn(2, 30, 3))
    return (
        memory(found, input_names=("a", "b", "c")),
        walk(found, unit=2),
        lint(module, torch.randn(2, 30, 3)),
    )


@pytest.mark.parametrize("ending", ["json", "safetensors"])
def test_what_was_seen_is_saved_and_loaded(tmp_path, ending):
    remembered, walked, report = looked()
    again = load_record(save_record(remembered, tmp_path / f"memory.{ending}"))
    assert again.layers[0].inputs == ("a", "b", "c")
    np.testing.assert_array_equal(again.layers[0].half_life, remembered.layers[0].half_life)
    np.testing.assert_array_equal(again.layers[0].low["f"], remembered.layers[0].low["f"])
    assert load_record(save_record(walked, tmp_path / f"walk.{ending}")) == walked
    assert report.findings
    assert load_record(save_record(report, tmp_path / f"lint.{ending}")) == report


def test_tables_hold_numbers(tmp_path):
    remembered, walked, _ = looked()
    lines = save_record(remembered, tmp_path / "memory.csv").read_text().splitlines()
    assert f"layers.0.kept,2,,{remembered.layers[0].kept[2]}" in lines
    lines = save_record(walked, tmp_path / "walk.csv").read_text().splitlines()
    assert f"steps.0.lines.0.value,,,{walked.steps[0].lines[0].value}" in lines
