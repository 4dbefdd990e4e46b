"""Architectures and baselines on one file, through the command line."""

import json
from dataclasses import replace

import pytest

from hiddenstate.errors import TrainingError
from hiddenstate.workflows.classes.arena import ClassArena
from hiddenstate.workflows.comparing.plan import Plan
from hiddenstate.workflows.forecasts.arena import ForecastArena
from tests.story.tagged_files import flights, write_commands, write_conll
from tests.story.text_files import rows, write

SMALL = [
    "--text", "text", "--target", "label", "--set", "model.hidden_size=6", "--set", "model.embedding_size=8",
    "--set", "training.epochs=3", "--seeds", "2", "--budget", "10min", "--quiet",
]  # fmt: skip
PAIR = ["--only", "LSTM; GRU"]


@pytest.fixture
def texts(tmp_path):
    return write(tmp_path / "texts.csv", rows(120))


def test_all_answer_the_same_texts_with_equally_many_weights(call, texts, tmp_path):
    outcome = call("compare", texts, *SMALL, "--out", tmp_path / "c")
    assert outcome.code == 0, outcome.err
    assert "Verdict: " in outcome.out
    found = json.loads((tmp_path / "c" / "results.json").read_text())
    recurrent = [one for one in found["contestants"] if one["recurrent"]]
    assert len(recurrent) == 8
    assert len(found["contestants"]) == 11
    weights = [one["parameters"] for one in recurrent]
    assert max(weights) < 1.2 * min(weights)
    assert all(one["seeds"] == 2 and one["step_us"] > 0 for one in recurrent)
    page = (tmp_path / "c" / "report.html").read_text()
    for part in ("BiGRU + attention", "LSTM or GRU", "Which trains faster?", "microseconds a word"):
        assert part in page
    assert not (tmp_path / "c.runs.json").exists()
    again = call("compare", texts, *SMALL, "--out", tmp_path / "c")
    assert again.code == 2
    assert "expected a new folder, got one that exists. Use --force" in again.err


def test_what_was_interrupted_goes_on(call, texts, tmp_path, monkeypatch):
    run, calls = ClassArena.run, []

    def until_the_third(self, order):
        if len(calls) == 3:
            raise KeyboardInterrupt
        calls.append((order.candidate.name, order.seed))
        return run(self, order)

    monkeypatch.setattr(ClassArena, "run", until_the_third)
    stopped = call("compare", texts, *SMALL, *PAIR, "--out", tmp_path / "c")
    assert stopped.code == 130
    assert "c.runs.json, and the same command goes on from there" in stopped.err
    assert len(json.loads((tmp_path / "c.runs.json").read_text())["runs"]) == 3 + 3  # three baselines
    other = call("compare", texts, *SMALL, "--only", "LSTM", "--out", tmp_path / "c")
    assert other.code == 2
    assert "expected finished runs of the same data and settings" in other.err
    monkeypatch.setattr(ClassArena, "run", lambda self, order: calls.append(order.seed) or run(self, order))
    outcome = call("compare", texts, *SMALL, *PAIR, "--out", tmp_path / "c")
    assert outcome.code == 0, outcome.err
    assert calls == [("LSTM", 0), ("GRU", 0), ("LSTM", 1), 1]


def test_series_too_with_equal_time_and_learning_curves(call, demand, tmp_path):
    arguments = [
        "--time", "time", "--target", "load", "--horizon", "24", "--set", "task.origin=00:00", "--seeds", "1",
        "--set", "direct.hidden_size=6", "--set", "training.epochs=2", "--equal", "time", "--quiet",
    ]  # fmt: skip
    outcome = call(
        "compare", demand, *arguments, *PAIR, "--learning-curves", "--json", "--out", tmp_path / "c"
    )
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert found["metric"] == "mae"
    assert {one["hidden_size"] for one in found["contestants"] if one["recurrent"]} == {6}
    assert [len(points) for points in found["learning_curves"].values()] == [5, 5]
    assert any("Which wins with little data?" in line for line in found["lstm_or_gru"])
    assert any("steps (the longest tenth: " in line for line in found["lstm_or_gru"])
    assert "How much data each needs" in (tmp_path / "c" / "report.html").read_text()


def test_a_budget_that_is_too_small_says_what_fits(call, texts, tmp_path):
    outcome = call("compare", texts, *SMALL, "--budget", "0.01s", "--out", tmp_path / "c")
    assert outcome.code == 2
    assert "--budget: expected time for one epoch of 8 candidates x 2 seeds, about" in outcome.err
    assert "There is room for none" in outcome.err
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("arena", [ClassArena, ForecastArena])
def test_a_metric_of_another_task_is_refused(call, texts, demand, tmp_path, arena):
    if arena is ClassArena:
        outcome = call("compare", texts, *SMALL, "--metric", "mae", "--out", tmp_path / "c")
        valid = "accuracy, log_loss"
    else:
        outcome = call(
            "compare", demand, "--time", "time", "--target", "load", "--horizon", "24", "--metric", "accuracy",
            "--out", tmp_path / "c",
        )  # fmt: skip
        valid = "mae"
    assert outcome.code == 2
    assert "expected a metric of this task, got" in outcome.err
    assert f"Valid: {valid}" in outcome.err


def test_a_metric_changes_what_is_compared(call, texts, tmp_path):
    outcome = call("compare", texts, *SMALL, *PAIR, "--metric", "log_loss", "--json", "--out", tmp_path / "c")
    found = json.loads(outcome.out)
    names = [one["name"] for one in found["contestants"]]
    assert "TF-IDF + linear SVM" not in names  # it has no probabilities
    assert all(0 < one["log_loss"] < 30 for one in found["contestants"])


def test_candidates_that_fail_are_told_and_the_others_stay(call, texts, tmp_path, monkeypatch):
    run = ClassArena.run

    def fails(self, order):
        if order.candidate.cell == "lstm":
            raise TrainingError("loss: expected a number, got NaN. Lower the learning rate.")
        return run(self, order)

    monkeypatch.setattr(ClassArena, "run", fails)
    outcome = call("compare", texts, *SMALL, *PAIR, "--out", tmp_path / "c")
    assert outcome.code == 0, outcome.err
    assert "Failed: LSTM (seed 1): loss: expected a number" in outcome.out
    outcome = call("compare", texts, *SMALL, "--only", "LSTM", "--out", tmp_path / "d")
    assert outcome.code == 2
    assert "expected at least one candidate that trains, got 2 failures (LSTM: loss" in outcome.err


def test_an_unknown_kind_of_comparison_is_refused():
    with pytest.raises(Exception, match="--equal"):
        Plan(budget=1, equal="luck")


TAGGED = [
    "--set", "model.hidden_size=6", "--set", "model.embedding_size=8", "--set", "model.character_size=4",
    "--set", "training.epochs=2", "--seeds", "2", "--budget", "10min", "--quiet", "--json",
]  # fmt: skip


def test_taggers_too_by_the_f1_of_spans(call, tmp_path):
    file = write_conll(tmp_path / "f.conll", flights(60))
    outcome = call(
        "compare", file, "--task", "tag", *TAGGED, *PAIR, "--learning-curves", "--out", tmp_path / "c"
    )
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert found["metric"] == "span_f1"
    assert all(0 <= one["span_f1"] <= 100 for one in found["contestants"])
    assert len([one for one in found["contestants"] if not one["recurrent"]]) == 2
    assert [len(points) for points in found["learning_curves"].values()] == [5, 5]
    assert any("Which reaches further back?" in line for line in found["lstm_or_gru"])
    trained = call("train", file, "--task", "tag", *TAGGED[:8], "--quiet", "--out", tmp_path / "m")
    assert trained.code == 0, trained.err
    baselines = json.loads((tmp_path / "m" / "metrics.json").read_text())["baselines"]
    for one in found["contestants"]:
        if not one["recurrent"]:  # the same rows, the same figure as conlleval's
            assert one["span_f1"] == pytest.approx(100 * baselines[one["name"]]["span_f1"])
    by_words = call("compare", file, "--task", "tag", *TAGGED, *PAIR, "--metric", "token_accuracy", "--out",
                    tmp_path / "d")  # fmt: skip
    for one in json.loads(by_words.out)["contestants"]:
        if not one["recurrent"]:
            assert one["token_accuracy"] == pytest.approx(100 * baselines[one["name"]]["token_accuracy"])


@pytest.mark.parametrize("metric", ["command_accuracy", "slot_f1", "intent_accuracy"])
def test_commands_too_with_attention_for_the_intent(call, tmp_path, metric):
    file = write_commands(tmp_path / "f.jsonl", flights(60))
    only = ["--only", "BiLSTM, 2 layers;BiGRU + attention", "--metric", metric, "--seeds", "1"]
    outcome = call("compare", file, "--task", "intent", *TAGGED, *only, "--out", tmp_path / "c")
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert found["metric"] == metric
    names = [one["name"] for one in found["contestants"]]
    assert "BiGRU + attention" in names
    assert all(0 <= one[metric] <= 100 for one in found["contestants"])
    trained = call("train", file, "--task", "intent", *TAGGED[:8], "--quiet", "--out", tmp_path / "m")
    assert trained.code == 0, trained.err
    baselines = json.loads((tmp_path / "m" / "metrics.json").read_text())["baselines"]
    for one in found["contestants"]:
        if not one["recurrent"]:
            assert one[metric] == pytest.approx(100 * baselines[one["name"]][metric])


def test_plain_tags_have_no_spans_to_compare_by(call, tmp_path):
    table = flights(40)
    plain = replace(table, tags=tuple(tuple("N" if tag != "O" else "X" for tag in row) for row in table.tags))
    file = write_conll(tmp_path / "f.conll", plain)
    outcome = call("compare", file, "--task", "tag", *TAGGED, "--metric", "span_f1", "--out", tmp_path / "c")
    assert outcome.code == 2
    assert "Valid: token_accuracy, sentence_accuracy." in outcome.err
