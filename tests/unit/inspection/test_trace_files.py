import json

import numpy as np
import polars as pl
import pytest
import torch
from torch import nn

from hiddenstate.errors import InputError, OutputError
from hiddenstate.inspection import load_trace, save_trace, trace

ENDINGS = ("json", "csv", "safetensors")


def traced(dtype=torch.float32, lengths=(4, 2)):
    torch.manual_seed(0)
    module = nn.LSTM(3, 5, batch_first=True, bidirectional=True).to(dtype)
    x = torch.randn(len(lengths), 4, 3, dtype=dtype)
    labels = [[f"w{step},é" for step in range(length)] for length in lengths]
    return trace(module, x, torch.tensor(lengths), labels=labels)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_saved_and_loaded_numbers_are_the_same(tmp_path, ending, dtype):
    before = traced(dtype)
    after = load_trace(save_trace(before, tmp_path / f"trace.{ending}"))
    assert after.labels == before.labels
    assert len(after) == 2
    for one, other in zip(before.layers, after.layers, strict=True):
        assert (one.name, one.cell, one.direction, one.lengths.tolist()) == (
            other.name,
            other.cell,
            other.direction,
            other.lengths.tolist(),
        )
        assert list(one.values) == list(other.values)
        for symbol, values in one.values.items():
            np.testing.assert_array_equal(other.values[symbol].astype(values.dtype), values)


@pytest.mark.parametrize("ending", ["json", "safetensors"])
def test_rows_without_a_step_and_first_states_are_kept(tmp_path, ending):
    before = traced(lengths=(0, 4, 0))
    after = load_trace(save_trace(before, tmp_path / f"trace.{ending}"))
    assert after[0].lengths.tolist() == [0, 4, 0]
    assert after[0].values["f"].dtype == np.float32
    np.testing.assert_array_equal(after[0].start["C"], before[0].start["C"])


def test_safetensors_keep_weights_and_inputs(tmp_path):
    before = traced()
    after = load_trace(save_trace(before, tmp_path / "trace.safetensors"))
    assert after[1].weights.blocks == ("i", "f", "C", "o")
    np.testing.assert_array_equal(after[1].weights.U, before[1].weights.U)
    np.testing.assert_array_equal(after[1].inputs, before[1].inputs)


def test_the_table_has_one_line_for_each_number(tmp_path):
    found = traced()
    table = pl.read_csv(save_trace(found, tmp_path / "trace.csv"))
    assert len(table) == 2 * 6 * (4 + 2) * 5
    line = table.filter(direction="backward", symbol="C_tilde", row=1, step=2, unit=3)
    assert line["label"].item() == "w1,é"
    assert line["value"].item() == pytest.approx(float(found[1].values["C_tilde"][1, 1, 3]), rel=1e-6)


def test_json_holds_real_steps_in_short_numbers(tmp_path):
    content = json.loads(save_trace(traced(), tmp_path / "trace.json").read_text())
    rows = content["layers"][0]["values"]["f"]
    assert [len(row) for row in rows] == [4, 2]
    assert len(str(rows[0][0][0])) <= 12


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_damaged_file_is_refused(tmp_path, ending):
    path = save_trace(traced(), tmp_path / f"trace.{ending}")
    path.write_bytes(path.read_bytes()[:50])
    with pytest.raises(InputError, match="expected a saved trace, got a file that is none or damaged"):
        load_trace(path)


def test_unknown_endings_and_missing_files(tmp_path):
    with pytest.raises(OutputError, match=r'got ".jsn". Did you mean ".json"'):
        save_trace(traced(), tmp_path / "trace.jsn")
    with pytest.raises(InputError, match="No such file"):
        load_trace(tmp_path / "nothing.json")
