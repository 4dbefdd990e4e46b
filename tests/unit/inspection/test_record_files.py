import csv
import dataclasses
import json

import numpy as np
import pytest

from hiddenstate.errors import InputError, OutputError
from hiddenstate.inspection import load_record, save_record
from hiddenstate.records import (
    AttentionMap,
    Attribution,
    Evidence,
    Faithfulness,
    Foretold,
    GradientFlow,
    MemoryRun,
    TagPath,
)

FLOW = GradientFlow(
    "layer 0", "LSTM", "fresh", {"h": np.array([1.0, np.nan]), "C": np.array([2.0, 0.1])}, 3, (0.5, 1.5)
)
SHARES = Attribution(
    "occlusion", "o", ("a", "b"), ("x",), np.array([[0.1], [np.inf]]), 0.5, float("nan"), "zero"
)
CURVE = Faithfulness("m", "o", np.array([1, 0]), np.arange(3), np.array([0.9, 0.1, 0.0]), np.ones((2, 3)) / 3)
LOOKED = AttentionMap(("ä", "nan"), ("",), np.array([[0.25, 0.75]]), "tokens", float("nan"))
RUN = MemoryRun("adding", 9, "GRU", 0, np.array([100]), np.array([0.1]), np.array([4, 9]), np.array([0.2, 0.1]),
                1 / 6, 0.01, "mean squared error", 1.5, 77)  # fmt: skip
EVIDENCE = Evidence(SHARES, SHARES, (CURVE, CURVE), LOOKED)
PATH = TagPath(("a", "b"), ("O", "B-x"), np.array([1.5, 0.25]), np.array([0.5, -1.0]), 0.125, 2.5)
FORETOLD = Foretold(("a", " "), np.array([np.nan, 0.75]), ((), (("b", 0.5), (" ", 0.25))), (("\n", 1.0),))
RECORDS = {
    type(record).__name__: record for record in (FLOW, SHARES, CURVE, LOOKED, RUN, EVIDENCE, PATH, FORETOLD)
}


def same(one, other):
    assert type(one) is type(other)
    if dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            same(one[key], other[key])
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for pair in zip(one, other, strict=True):
            same(*pair)
    else:
        assert one == other or (one != one and other != other)


@pytest.mark.parametrize("kind", RECORDS)
@pytest.mark.parametrize("ending", [".json", ".safetensors"])
def test_what_is_loaded_is_what_was_saved(tmp_path, kind, ending):
    path = save_record(RECORDS[kind], tmp_path / f"record{ending}")
    same(load_record(path), RECORDS[kind])


def test_json_is_strict_and_readable(tmp_path):
    text = save_record(EVIDENCE, tmp_path / "e.json").read_text(encoding="utf-8")
    json.loads(text, parse_constant=pytest.fail)
    assert "ä" in text


def test_a_table_has_one_line_for_each_number(tmp_path):
    path = save_record(CURVE, tmp_path / "c.csv")
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert len(rows) == 2 + 2 + 3 + 3 + 6
    assert rows[0] == {"field": "method", "row": "", "column": "", "value": "m"}
    assert rows[2] == {"field": "order", "row": "0", "column": "", "value": "1"}
    assert rows[-1]["field"] == "random"
    assert float(rows[-1]["value"]) == 1 / 3


def test_what_cannot_be_written_or_read_is_said(tmp_path):
    with pytest.raises(OutputError, match=r'expected a file type for .*, got ".txt"'):
        save_record(FLOW, tmp_path / "flow.txt")
    with pytest.raises(InputError, match="No such file"):
        load_record(tmp_path / "missing.json")
    (tmp_path / "bad.json").write_text('{"format": "other"}')
    with pytest.raises(InputError, match="is none or damaged"):
        load_record(tmp_path / "bad.json")
    (tmp_path / "bad.safetensors").write_bytes(b"12")
    with pytest.raises(InputError, match="is none or damaged"):
        load_record(tmp_path / "bad.safetensors")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.json", "bad.safetensors"]
