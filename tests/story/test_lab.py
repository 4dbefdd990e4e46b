"""The lab: who loses the gradient, who can remember; and what it says to wrong questions."""

import dataclasses
import re

import numpy as np
import pytest

from hiddenstate.plots import memory_by_length, memory_by_step
from hiddenstate.workflows.lab_cells import STARTS
from hiddenstate.workflows.lab_gradients import GradientLab, run_gradient_lab
from hiddenstate.workflows.lab_memory import MemoryLab, run_memory_lab
from tests.story.test_bad_input import refused

QUICK = ("--task", "recall", "--length", "12", "--cells", "rnn,gru", "--steps", "400", "--quiet")


@pytest.fixture(scope="module")
def flows():
    found = run_gradient_lab(GradientLab(sequences=8, draws=2))
    return dict(zip(STARTS, found, strict=True))


def test_a_plain_rnn_and_an_lstm_without_forget_bias_lose_three_decades_in_20_steps(flows):
    for key in ("rnn", "lstm-0"):
        assert flows[key].decades_lost(20) > 3, key
        assert flows[key].decades_lost(20, "h") > 3, key
        assert flows[key].fate == "vanishes"


def test_an_lstm_that_starts_with_chrono_loses_less_than_one_decade_in_half_its_length(flows):
    chrono = flows["lstm-chrono"]
    assert chrono.distance == 200
    assert chrono.decades_lost(100) < 1
    assert chrono.fate == "carries"
    assert chrono.sequences == 2 * 8, "of two sets of weights"
    assert flows["lstm-1"].decades_lost(20) < flows["lstm-0"].decades_lost(20) - 1


@pytest.mark.parametrize(("length", "bound"), [(50, 1.0), (200, 1.5)])
def test_along_h_chrono_loses_the_power_of_the_distance_that_its_writing_costs(length, bound):
    """A unit that keeps T_k steps is written once in T_k: sqrt(E[exp(-2k/T_k) / T_k²]) over T_k ~ U[1, T]."""
    (flow,) = run_gradient_lab(GradientLab(length=length, sequences=4, cells=("lstm-chrono",)))
    middle = length // 2
    expected = 0.5 * np.log10(middle) + 0.5 * np.log10(np.e)
    assert flow.decades_lost(middle, "h") == pytest.approx(expected, abs=0.2)
    assert flow.decades_lost(middle, "C") < flow.decades_lost(middle, "h") < bound


def test_gradients_writes_a_page_and_prints_a_table_with_a_verdict(call, tmp_path):
    page = tmp_path / "why.html"
    outcome = call(
        "lab", "gradients", "--sequences", 2, "--length", 60, "--cells", "rnn,lstm-chrono", "--out", page
    )
    assert outcome.code == 0, outcome.err
    assert "LSTM, chrono" in outcome.out
    assert re.search(
        r"Verdict: LSTM with chrono carries the gradient over all 60 steps; RNN has lost three", outcome.out
    )
    html = page.read_text(encoding="utf-8")
    assert "How far the gradient reaches back" in html
    assert "fresh weights, forget bias" in html, "cell, state and initialisation stand in the caption"
    assert "state C" in html
    assert "The same along h alone" in html
    assert "LSTM, state h" in html
    assert "hiddenstate lab gradients --length 60" in html


def test_memory_writes_a_page_and_prints_who_solved_it(call, tmp_path):
    page = tmp_path / "memory.html"
    outcome = call("lab", "memory", *QUICK, "--out", page)
    assert outcome.code == 0, outcome.err
    assert "Who can remember" in outcome.out
    assert re.search(r"GRU\s+after [1-4]00 steps", outcome.out)
    assert "Verdict: Delayed recall, T = 12: solved by" in outcome.out
    assert outcome.err == ""
    html = page.read_text(encoding="utf-8")
    assert "--task recall --length 12 --steps 400 --seed 0 --cells rnn,gru" in html
    assert "Error by length" in html


def test_progress_names_the_cell_and_the_time_left(call, tmp_path):
    outcome = call("lab", "memory", *QUICK[:-1], "--steps", 100, "--out", tmp_path / "page.html")
    assert re.search(r"^RNN$", outcome.err, re.MULTILINE)
    assert "ETA" in outcome.err


WRONG = {
    ("memory", "--task", "addding"): ['expected a task, got "addding"', 'Did you mean "adding"'],
    ("memory", "--task", "copy", "--length", "0"): ["length: expected at least 1 for the task copy, got 0"],
    ("memory", "--task", "order", "--length", "4"): ["length: expected at least 10"],
    ("memory", "--cells", "lsmt-1"): ['expected a cell of the lab, got "lsmt-1"', 'Did you mean "lstm-1"'],
    ("memory", "--steps", "0"): ["steps: expected 1 or more, got 0"],
    ("memory", "--batch-size", "0"): ["batch_size: expected 1 or more, got 0"],
    ("memory", "--hidden-size", "-3"): ["hidden_size: expected 1 or more, got -3"],
    ("memory", "--learning-rate", "-1"): ["learning_rate: expected a number above 0, got -1"],
    ("gradients", "--length", "1"): ["length: expected 2 or more, got 1"],
    ("gradients", "--draws", "0"): ["draws: expected 1 or more, got 0"],
    ("gradients", "--sequences", "0"): ["sequences: expected 1 or more, got 0"],
    ("gradients", "--cells", "transformer"): ['expected a cell of the lab, got "transformer"'],
}


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_a_wrong_question_is_refused_in_one_line(call, tmp_path, arguments):
    page = tmp_path / "page.html"
    refused(call("lab", *arguments, "--out", page), *WRONG[arguments])
    assert not page.exists()


@pytest.mark.parametrize("what", ["gradients", "memory"])
def test_a_page_is_replaced_only_on_request(call, tmp_path, what):
    page = tmp_path / "page.html"
    page.write_text("mine")
    refused(call("lab", what, "--out", page), "got one that exists", "--force")
    assert page.read_text() == "mine"
    refused(call("lab", what, "--out", tmp_path / "nowhere" / "page.html"), "expected a folder that exists")
    short = ("--length", 3, "--cells", "rnn")
    more = ("--steps", 1, "--quiet") if what == "memory" else ()
    assert call("lab", what, *short, *more, "--out", page, "--force").code == 0
    assert page.read_text().startswith("<!DOCTYPE html>")


SMALL = MemoryLab(
    task="recall", length=6, cells=("gru",), steps=4, check_every=2, hidden_size=4, batch_size=4
)


def outcome_of(lab):
    return [(run.name, run.parameters, run.steps.tolist(), run.errors_by_length.tolist(), run.errors.tolist(), run.task)
            for run in run_memory_lab(lab)]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("task", "order"), ("length", 20), ("cells", ("rnn",)), ("steps", 6), ("hidden_size", 5),
        ("batch_size", 30), ("learning_rate", 0.5), ("seed", 1), ("check_every", 1),
    ],
)  # fmt: skip
def test_every_field_of_a_memory_lab_matters(field, value):
    lab = dataclasses.replace(SMALL, length=12) if field == "task" else SMALL
    assert outcome_of(lab) == outcome_of(lab), "otherwise the difference below would mean nothing"
    assert outcome_of(dataclasses.replace(lab, **{field: value})) != outcome_of(lab)


def test_every_field_of_a_memory_lab_is_tested():
    tested = {
        "task",
        "length",
        "cells",
        "steps",
        "hidden_size",
        "batch_size",
        "learning_rate",
        "seed",
        "check_every",
    }
    assert tested == {field.name for field in dataclasses.fields(MemoryLab)}


@pytest.mark.parametrize(
    ("field", "value"), [("length", 9), ("sequences", 3), ("draws", 2), ("hidden_size", 5), ("seed", 1)]
)
def test_every_field_of_a_gradient_lab_matters(field, value):
    lab = GradientLab(length=6, sequences=2, hidden_size=4, cells=("gru",))
    (one,), (same,) = run_gradient_lab(lab), run_gradient_lab(lab)
    (other,) = run_gradient_lab(dataclasses.replace(lab, **{field: value}))
    np.testing.assert_array_equal(one.norms["h"], same.norms["h"])
    assert one.norms["h"].tolist() != other.norms["h"].tolist()


def test_charts_say_what_they_show():
    runs = run_memory_lab(dataclasses.replace(SMALL, cells=("gru", "rnn")))
    for chart in (memory_by_step(runs), memory_by_length(runs)):
        text = chart.to_dict()["description"]
        assert "GRU" in text
        assert "RNN" in text
    assert memory_by_step(()).to_dict()["description"].endswith("Nothing was trained.")
    assert memory_by_length(()).to_dict()["description"].endswith("Nothing was measured.")
