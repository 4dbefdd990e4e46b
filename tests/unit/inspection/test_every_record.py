"""Every record that somebody gets from a look inside saves to JSON, CSV and safetensors."""

import csv

import numpy as np
import pytest
import torch
from torch import nn

from hiddenstate.inspection import (
    Names,
    evidence,
    gradient_flow,
    lint,
    load_record,
    load_trace,
    memory,
    save_record,
    save_trace,
    trace,
    walk,
)
from hiddenstate.inspection.record_files import WRITERS
from hiddenstate.records import AttentionMap
from hiddenstate.workflows.lab_memory import MemoryLab, run_memory_lab


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.reader = nn.LSTM(3, 8, batch_first=True, bidirectional=True)
        self.head = nn.Linear(16, 2)

    def forward(self, x):
        return self.head(self.reader(x)[0][:, -1])


@pytest.fixture(scope="module")
def records():
    torch.manual_seed(0)
    model, x = Net(), torch.randn(2, 9, 3)
    gates = trace(model, x, labels=[list("abcdefghi")])
    found = memory(gates, input_names=("load", "price", "wind"))
    why = evidence(
        lambda read: model(read)[:, 1], x[0], Names("class 1", ("load", "price", "wind")), random_orders=3
    )
    (run,) = run_memory_lab(MemoryLab(task="recall", length=4, cells=("gru",), steps=2, check_every=1))
    made = [
        AttentionMap(("the", "cat"), ("die", "Katze"), np.array([[0.9, 0.1], [0.2, 0.8]])),
        why,
        why.integrated,
        why.occlusion,
        why.faithfulness[0],
        gradient_flow(model, lambda net: net(x).sum())[0],
        found,
        found.layers[0],
        lint(model, x),
        run,
        walk(gates, unit=3),
    ]
    return {type(record).__name__: record for record in made}


KINDS = (
    "AttentionMap", "Attribution", "Evidence", "Faithfulness", "GradientFlow", "LayerMemory", "LintReport", "Memory",
    "MemoryRun", "Walk",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", WRITERS)
def test_every_record_saves_in_every_form(records, tmp_path, kind, ending):
    path = save_record(records[kind], tmp_path / f"record{ending}")
    if ending == ".csv":
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        assert len(rows) > 3
        assert all(row["field"] for row in rows)
    else:
        again = save_record(load_record(path), tmp_path / f"again{ending}")
        assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("ending", WRITERS)
def test_a_trace_saves_in_every_form(tmp_path, ending):
    gates = trace(nn.GRU(3, 4, batch_first=True), torch.randn(1, 5, 3))
    found = load_trace(save_trace(gates, tmp_path / f"gates{ending}"))
    np.testing.assert_allclose(found[0].values["z"], gates[0].values["z"], rtol=1e-6)


def table(record, tmp_path):
    path = save_record(record, tmp_path / "table.csv")
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    return {(row["field"], row["row"], row["column"]): row["value"] for row in rows}


def test_a_table_holds_the_texts_too(records, tmp_path):
    looked = table(records["AttentionMap"], tmp_path)
    assert looked["sources", "1", ""] == "cat"
    assert looked["targets", "0", ""] == "die"
    assert float(looked["weights", "1", "1"]) == 0.8
    assert looked["agreement", "", ""] == ""
    found = table(records["LintReport"], tmp_path)
    assert found["findings.0.rule", "", ""] == "last_step"
    assert float(found["findings.0.number", "", ""]) == records["LintReport"].findings[0].number
    steps = table(records["Walk"], tmp_path)
    assert steps["steps.1.label", "", ""] == "b"
    assert float(steps["steps.0.lines.0.value", "", ""]) == records["Walk"].steps[0].lines[0].value
    parts = table(records["Evidence"], tmp_path)
    assert float(parts["integrated.values", "0", "0"]) == records["Evidence"].integrated.values[0, 0]
