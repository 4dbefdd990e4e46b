"""Comparisons on recordings, on books and on pairs of sentences, through the command line."""

import json
import math

import numpy as np
import pytest

from hiddenstate.data.text_table import TextTable
from hiddenstate.workflows.hearing.arena import METRICS, HearArena
from hiddenstate.workflows.hearing.parts import SoundParts
from hiddenstate.workflows.hearing.run_settings import HearingRun
from hiddenstate.workflows.transcripts.arena import METRICS as TRANSCRIBE_METRICS
from hiddenstate.workflows.writers.arena import WriterArena
from tests.story import text_files
from tests.story.books import book
from tests.story.spoken_files import write_spoken
from tests.story.test_hear import write_whistles
from tests.story.test_translate import pairs
from tests.story.test_translate import write as write_pairs

SOON = ["--budget", "10min", "--quiet", "--json", "--set", "training.epochs=2"]
HEAR = ["--task", "hear", "--group", "speaker", "--set", "model.hidden_size=6", "--set", "model.filters=8"]
ONE_FRAME = ["--set", "model.stack=1"]
WRITE = ["--task", "generate", "--set", "model.hidden_size=8", "--set", "task.window=16", "--test", "0.3"]


@pytest.fixture(scope="module")
def whistles(tmp_path_factory):
    """Four speakers; of one label there are fewer recordings, so that recall and accuracy are not the same."""
    folder = write_whistles(tmp_path_factory.mktemp("whistles"))
    lines = (folder / "table.csv").read_text().splitlines()
    kept = [line for line in lines if not any(f"level/{who}{n}." in line for who in ("ann", "bob", "cid", "dee")
                                              for n in (0, 1, 2))]  # fmt: skip
    (folder / "fewer.csv").write_text("\n".join(kept) + "\n")
    return folder / "fewer.csv"


@pytest.fixture(scope="module")
def novel(tmp_path_factory):
    path = tmp_path_factory.mktemp("novel") / "book.txt"
    path.write_text(book(400))
    return path


@pytest.mark.parametrize("metric", METRICS)
def test_recordings_are_compared_and_nobody_speaks_in_two_parts(call, whistles, tmp_path, metric):
    outcome = call(
        "compare", whistles, *HEAR, *SOON, "--seeds", "1", "--only", "LSTM;BiGRU, 2 layers + attention",
        "--metric", metric, "--out", tmp_path / "c",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert found["metric"] == metric
    recurrent = [one for one in found["contestants"] if one["recurrent"]]
    assert [one["name"] for one in recurrent] == ["LSTM", "BiGRU, 2 layers + attention"]
    assert all(one["step_us"] > 0 and 0 <= one[metric] <= 100 for one in recurrent)
    assert any("1 of the groups, too few to draw from" in note for note in found["notes"])
    page = (tmp_path / "c" / "report.html").read_text()
    assert "microseconds a step of 2 frames" in page
    assert "12 test recordings" in page  # of one speaker: five, five and two
    trained = call("train", whistles, *HEAR, "--epochs", "1", "--quiet", "--out", tmp_path / "m")
    assert trained.code == 0, trained.err
    baselines = json.loads((tmp_path / "m" / "metrics.json").read_text())["baselines"]
    for one in found["contestants"]:
        if not one["recurrent"]:  # the same recordings, the same figure
            assert one[metric] == pytest.approx(100 * baselines[one["name"]][metric])


@pytest.mark.parametrize("speakers", [9, 10])
def test_speakers_are_drawn_whole_where_there_are_enough(speakers):
    names = [f"s{row // 2}" for row in range(2 * speakers)]
    files = tuple(f"{row}.wav" for row in range(len(names)))
    test = TextTable(files, ("a",) * len(files), "x", groups=tuple(names))
    run = HearingRun()
    parts = SoundParts(test, test, test, (), True)
    arena = HearArena(run, parts, run.recordings(), METRICS["accuracy"])
    assert len(np.unique(arena.blocks)) == (speakers if speakers >= 10 else len(files))
    assert bool(arena.notes) == (speakers < 10)


def test_a_book_is_compared_and_what_was_interrupted_goes_on(call, novel, tmp_path, monkeypatch):
    arguments = [*WRITE, *SOON, "--seeds", "2", "--only", "LSTM;GRU", "--learning-curves"]
    whole = call("compare", novel, *arguments, "--out", tmp_path / "whole")
    assert whole.code == 0, whole.err
    run, calls = WriterArena.run, []

    def until_the_third(self, order):
        if len(calls) == 3:
            raise KeyboardInterrupt
        calls.append((order.candidate.name, order.seed, order.share))
        return run(self, order)

    monkeypatch.setattr(WriterArena, "run", until_the_third)
    stopped = call("compare", novel, *arguments, "--out", tmp_path / "c")
    assert stopped.code == 130
    assert "c.runs.json, and the same command goes on from there" in stopped.err
    monkeypatch.setattr(WriterArena, "run", lambda self, order: calls.append(order.share) or run(self, order))
    resumed = call("compare", novel, *arguments, "--out", tmp_path / "c")
    assert resumed.code == 0, resumed.err
    assert calls[:3] == [("LSTM", 0, 1.0), ("GRU", 0, 1.0), ("LSTM", 1, 1.0)]
    assert calls[3:] == [1.0, *2 * [1 / 16, 1 / 8, 1 / 4, 1 / 2]]
    once, twice = (json.loads(outcome.out) for outcome in (whole, resumed))
    for one, other in zip(once["contestants"], twice["contestants"], strict=True):
        assert one["name"] == other["name"]
        assert one["nats_per_unit"] == pytest.approx(other["nats_per_unit"])
    curves = once["learning_curves"]
    assert [len(points) for points in curves.values()] == [5, 5]
    assert curves["LSTM"][0][1] > curves["LSTM"][-1][1]  # a sixteenth of the text teaches less


def test_figures_of_a_book_are_those_of_train(call, novel, tmp_path):
    trained = call("train", novel, *WRITE, "--epochs", "1", "--quiet", "--out", tmp_path / "m")
    assert trained.code == 0, trained.err
    baselines = json.loads((tmp_path / "m" / "metrics.json").read_text())["baselines"]
    for metric in ("nats_per_unit", "bits_per_char"):
        outcome = call(
            "compare", novel, *WRITE, *SOON, "--seeds", "1", "--only", "Elman RNN, 2 layers", "--metric", metric,
            "--out", tmp_path / metric,
        )  # fmt: skip
        assert outcome.code == 0, outcome.err
        found = json.loads(outcome.out)["contestants"]
        assert len([one for one in found if not one["recurrent"]]) == 3
        for one in found:
            if not one["recurrent"]:
                own = baselines[one["name"]]
                expected = {
                    "nats_per_unit": math.log(own["perplexity"]),
                    "bits_per_char": own["bits_per_char"],
                }
                assert one[metric] == pytest.approx(expected[metric], rel=1e-6)
    page = (tmp_path / "nats_per_unit" / "report.html").read_text()
    assert "nats per character" in page
    assert "characters of the test text" in page


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("validation", "expected a validation text to compare on, got 0 characters"),
        ("test", "expected a test text that is longer than a window of 16 units, got"),
    ],
)
def test_a_text_that_is_too_short_to_tell_is_refused(call, novel, tmp_path, part, words):
    share = {"validation": "0", "test": "0.0005"}[part]
    outcome = call("compare", novel, *WRITE, *SOON, f"--{part}", share, "--out", tmp_path / "c")
    assert outcome.code == 2
    assert words in outcome.err
    assert not (tmp_path / "c").exists()


def test_few_stretches_are_said_to_tell_nothing(call, novel, tmp_path):
    outcome = call(
        "compare", novel, *WRITE, *SOON, "--test", "0.05", "--seeds", "1", "--only", "GRU", "--out", tmp_path / "c"
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert any("that are independent, and fewer than 5 tell nobody apart" in note for note in found["notes"])
    assert found["verdict"]["level"] == "same"


def test_pairs_are_compared_with_and_without_attention(call, tmp_path):
    pytest.importorskip("sacrebleu", reason="the extra 'translate' is not installed")
    pytest.importorskip("tokenizers", reason="the extra 'translate' is not installed")
    file = write_pairs(tmp_path / "pairs.tsv", pairs(150))
    outcome = call(
        "compare", file, "--task", "translate", *SOON, "--seeds", "1", "--only", "LSTM + attention;GRU",
        "--set", "model.hidden_size=8", "--set", "model.embedding_size=8", "--set", "task.pieces=60",
        "--validation", "0.1", "--test", "0.2", "--out", tmp_path / "c",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert found["metric"] == "chrf"
    names = {one["name"]: one for one in found["contestants"]}
    assert set(names) == {"LSTM + attention", "GRU", "copy of the source", "most similar training pair"}
    assert names["most similar training pair"]["chrf"] > names["copy of the source"]["chrf"] >= 0
    weights = [one["parameters"] for one in names.values() if one["recurrent"]]
    assert max(weights) < 1.2 * min(weights)
    assert "30 test sentences" in (tmp_path / "c" / "report.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "valid"),
    [
        (HEAR, "accuracy, unweighted_average_recall"),
        (WRITE, "nats_per_unit, bits_per_char"),
        (["--task", "translate"], "chrf"),
        (["--task", "transcribe"], "word_accuracy, letter_accuracy"),
    ],
)
def test_a_metric_of_another_task_is_refused(call, novel, tmp_path, arguments, valid):
    outcome = call("compare", novel, *arguments, "--metric", "mae", "--out", tmp_path / "c")
    assert outcome.code == 2
    assert f"Valid: {valid}" in outcome.err


@pytest.mark.parametrize("metric", TRANSCRIBE_METRICS)
def test_transcribers_are_compared_on_the_words_or_the_letters_of_the_same_recordings(call, tmp_path, metric):
    pytest.importorskip("jiwer", reason="the extra 'audio' is not installed")
    table = write_spoken(tmp_path / "spoken")
    arguments = [
        table,
        "--task",
        "transcribe",
        "--group",
        "speaker",
        *ONE_FRAME,
        "--set",
        "model.dropout=0.0",
    ]
    outcome = call(
        "compare",
        *arguments,
        *SOON,
        "--seeds",
        "1",
        "--only",
        "LSTM;BiGRU",
        "--metric",
        metric,
        "--out",
        tmp_path / "c",
    )
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    names = {one["name"]: one for one in found["contestants"]}
    assert set(names) == {"LSTM", "BiGRU", "most frequent text", "nearest training recording"}
    assert all(one["step_us"] > 0 for one in names.values() if one["recurrent"])
    trained = call(
        "train", *arguments, "--hidden-size", "4", "--epochs", "1", "--quiet", "--out", tmp_path / "m"
    )
    assert trained.code == 0, trained.err
    baselines = json.loads((tmp_path / "m" / "metrics.json").read_text())["baselines"]
    key = {"word_accuracy": "wer", "letter_accuracy": "cer"}[metric]
    for name, own in baselines.items():  # the same recordings, the same figure
        assert names[name][metric] == pytest.approx(100 * (1 - own[key]))
    assert "microseconds a frame" in (tmp_path / "c" / "report.html").read_text()


def test_transcripts_without_validation_recordings_are_not_compared(call, tmp_path):
    table = write_spoken(tmp_path / "spoken", 12)
    outcome = call(
        "compare", table, "--task", "transcribe", *SOON, "--validation", "0", "--out", tmp_path / "c"
    )
    assert outcome.code == 2
    assert "expected validation recordings to compare on, got none" in outcome.err


def test_the_other_cells_take_part_among_all(call, demand, tmp_path):
    texts = text_files.write(tmp_path / "texts.csv", text_files.rows(60))
    both = ["--all", *SOON, "--seeds", "1"]
    outcome = call(
        "compare", texts, "--text", "text", "--target", "label", *both, "--set", "model.hidden_size=4",
        "--set", "model.embedding_size=4", "--only", "Peephole LSTM;Layer-norm BiLSTM, 2 layers + attention",
        "--out", tmp_path / "t",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    found = {one["name"]: one for one in json.loads(outcome.out)["contestants"]}
    assert found["Peephole LSTM"]["recurrent"]
    assert "Layer-norm BiLSTM, 2 layers + attention" in found
    outcome = call(
        "compare", demand, "--time", "time", "--target", "load", "--horizon", "24", "--set", "task.origin=00:00",
        "--set", "direct.hidden_size=4", *both, "--only", "Peephole BiLSTM;Layer-norm LSTM", "--out", tmp_path / "s",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    names = [one["name"] for one in json.loads(outcome.out)["contestants"]]
    assert names[-2:] == ["Peephole BiLSTM", "Layer-norm LSTM"]
