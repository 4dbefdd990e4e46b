"""The search of settings, through the command line."""

import json
import shlex
import sys
from dataclasses import replace

import pytest

from hiddenstate.workflows.classes.ground import ClassGround
from hiddenstate.workflows.tuning.space import Between, OneOf
from tests.story.books import book
from tests.story.spoken_files import write_spoken
from tests.story.tagged_files import flights, write_commands, write_conll
from tests.story.test_hear import write_whistles
from tests.story.test_translate import pairs
from tests.story.test_translate import write as write_pairs
from tests.story.text_files import rows, write

SMALL = [
    "--set",
    "training.epochs=2",
    "--set",
    "model.hidden_size=8",
    "--set",
    "model.embedding_size=8",
    "--quiet",
]
TEXTS = ["--text", "text", "--target", "label", *SMALL]


@pytest.fixture
def texts(tmp_path):
    return write(tmp_path / "texts.csv", rows(90))


def test_settings_are_found_and_train_takes_them(call, texts, tmp_path):
    out = tmp_path / "tuned"
    outcome = call("tune", texts, *TEXTS, "--trials", "5", "--out", out)
    assert outcome.code == 0, outcome.err
    assert "The test rows were not touched." in outcome.out
    found = json.loads((out / "results.json").read_text())
    assert len(found["trials"]) == 5
    assert found["trials"][0]["settings"]["model.hidden_size"] == 8  # the user's own settings come first
    assert found["best"]["loss"] == min(one["loss"] for one in found["trials"] if one["loss"] is not None)
    assert found["best"]["loss"] <= found["defaults"]["loss"]
    page = (out / "report.html").read_text()
    for part in ("Which settings?", "trial by trial", "(defaults)", "flatters itself"):
        assert part in page
    line = next(line for line in outcome.out.splitlines() if line.startswith("Train:"))
    words = shlex.split(line.removeprefix("Train:"))[1:-1]  # without the program and the folder
    trained = call(*words, tmp_path / "model", "--quiet")
    assert trained.code == 0, trained.err
    settings = (tmp_path / "model" / "settings.toml").read_text()
    assert f"hidden_size = {found['best']['settings']['model.hidden_size']}" in settings


def test_an_interrupted_search_ends_as_one_that_was_not(call, texts, tmp_path, monkeypatch):
    whole = call("tune", texts, *TEXTS, "--trials", "4", "--json", "--out", tmp_path / "whole")
    fit, calls = ClassGround.fit, []

    def until_the_third(self, run, watcher):
        calls.append(run.training.seed)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return fit(self, run, watcher)

    monkeypatch.setattr(ClassGround, "fit", until_the_third)
    stopped = call("tune", texts, *TEXTS, "--trials", "4", "--out", tmp_path / "cut")
    assert stopped.code == 130
    assert "the same command goes on from there" in stopped.err
    resumed = call("tune", texts, *TEXTS, "--trials", "4", "--json", "--out", tmp_path / "cut")
    assert resumed.code == 0, resumed.err
    assert len(calls) == 3 + 2
    results = [json.loads(outcome.out)["trials"] for outcome in (whole, resumed)]
    for one in (*results[0], *results[1]):
        one.pop("seconds")
    assert results[0] == results[1]
    other = call("tune", texts, *TEXTS, "--trials", "4", "--seed", "9", "--out", tmp_path / "cut")
    assert other.code == 2
    assert "expected the trials of the same data and settings, got those of others" in other.err


def test_bad_trials_are_cut_short(call, texts, tmp_path, monkeypatch):
    fit = ClassGround.fit

    def worse_and_worse(self, run, watcher):
        calls.append(1)
        own = type(watcher).on_epoch

        class Worse:
            def __getattr__(self, name):
                return getattr(watcher, name)

            def on_epoch(self, epoch, best):
                own(watcher, replace(epoch, validation_loss=float(len(calls))), best)

        return fit(self, run, Worse())

    calls: list[int] = []
    monkeypatch.setattr(ClassGround, "fit", worse_and_worse)
    more = ["--set", "training.epochs=5"]
    outcome = call("tune", texts, *TEXTS, *more, "--trials", "4", "--json", "--out", tmp_path / "tuned")
    assert outcome.code == 0, outcome.err
    notes = [one["note"] for one in json.loads(outcome.out)["trials"]]
    assert notes == ["", "", "", "cut short after epoch 2"]


@pytest.mark.parametrize("task", ["tag", "intent"])
def test_tagged_sentences_too(call, tmp_path, task):
    writer = write_conll if task == "tag" else write_commands
    file = writer(tmp_path / ("f.conll" if task == "tag" else "f.jsonl"), flights(30))
    arguments = ["--task", task, *SMALL, "--set", "model.character_size=4", "--set", "model.casing_size=2"]
    outcome = call("tune", file, *arguments, "--trials", "2", "--json", "--out", tmp_path / "tuned")
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert found["metric"] == "error"
    assert found["defaults"]["settings"]["model.character_size"] == 4


def test_series_too(call, demand, tmp_path):
    arguments = [
        "--time",
        "time",
        "--target",
        "load",
        "--horizon",
        "24",
        "--set",
        "direct.hidden_size=6",
        "--quiet",
    ]
    arguments += ["--set", "training.epochs=2"]
    outcome = call("tune", demand, *arguments, "--trials", "2", "--json", "--out", tmp_path / "tuned")
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["defaults"]["settings"]["direct.hidden_size"] == 6


def test_a_metric_changes_what_is_measured(call, texts, tmp_path):
    outcome = call(
        "tune", texts, *TEXTS, "--trials", "1", "--metric", "error", "--json", "--out", tmp_path / "t"
    )
    found = json.loads(outcome.out)
    assert found["metric"] == "error"
    assert 0 <= found["best"]["loss"] <= 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--trials", "1", "--metric", "bleu"], 'expected a metric of this task, got "bleu"'),
        (["--trials", "0"], "--trials: expected 1 or more, got 0"),
        ([], "--budget: expected a time or --trials, got neither"),
        (["--budget", "0.001s"], "Not one epoch fits: raise the budget"),
        (["--budget", "soon"], "--budget: expected a time such as 90s"),
    ],
)
def test_bad_input(call, texts, tmp_path, more, said):
    outcome = call("tune", texts, *TEXTS, *more, "--out", tmp_path / "tuned")
    assert outcome.code == 2
    assert said in outcome.err
    assert not (tmp_path / "tuned" / "settings.toml").exists()


def test_another_folder_is_left_alone(call, texts, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    outcome = call("tune", texts, *TEXTS, "--trials", "1", "--force", "--out", tmp_path / "mine")
    assert outcome.code == 2
    assert "expected a new folder, or one of a search, got another" in outcome.err
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_no_room_is_told(call, texts, tmp_path, monkeypatch):
    import optuna
    from sqlalchemy.exc import OperationalError

    def full(*arguments, **named):
        raise OperationalError("CREATE TABLE", {}, Exception("database or disk is full"))

    monkeypatch.setattr(optuna.storages, "RDBStorage", full)
    outcome = call("tune", texts, *TEXTS, "--trials", "1", "--out", tmp_path / "tuned")
    assert outcome.code == 2
    assert "expected to be able to keep the trials here, got: database or disk is full" in outcome.err


def test_without_the_package_it_says_what_to_install(call, texts, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    outcome = call("tune", texts, *TEXTS, "--trials", "1", "--out", tmp_path / "tuned")
    assert outcome.code == 2
    assert "tune: expected the package optuna, got none. Run: pip install 'hiddenstate[tune]'" in outcome.err
    assert not (tmp_path / "tuned").exists()


def test_force_begins_anew_and_progress_tells_the_best(call, texts, tmp_path):
    loud = [*TEXTS[:-1], "--trials", "2"]
    first = call("tune", texts, *loud, "--out", tmp_path / "tuned")
    assert "trial 2 of 2: " in first.err
    assert ", best " in first.err
    assert "ETA 0:00" in first.err
    again = call("tune", texts, *loud, "--out", tmp_path / "tuned")
    assert again.code == 0
    assert "trial" not in again.err  # nothing is left to do
    anew = call("tune", texts, *loud, "--seed", "5", "--force", "--out", tmp_path / "tuned")
    assert "trial 2 of 2: " in anew.err


def test_a_range_holds_what_the_user_says():
    assert Between(0.0, 0.6).holding(0.7) == Between(0.0, 0.7)
    assert OneOf((32, 64)).holding(40).values == (32, 64, 40)
    assert OneOf((32, 64)).holding(64).values == (32, 64)


@pytest.mark.parametrize("verb", ["tune", "compare"])
def test_without_validation_rows_nothing_can_be_chosen(call, texts, tmp_path, verb):
    tagged = write_conll(tmp_path / "f.conll", flights(60))
    for source, flags in ((texts, TEXTS), (tagged, ["--task", "tag", *SMALL])):
        limit = ["--trials", "1"] if verb == "tune" else []
        outcome = call(verb, source, *flags, *limit, "--validation", "0", "--out", tmp_path / "out")
        assert outcome.code == 2
        rows = "validation and test rows" if (verb, source) == ("compare", texts) else "validation rows"
        assert f"expected {rows} to {'search' if verb == 'tune' else 'compare'} on, got none" in outcome.err
        assert not (tmp_path / "out").exists()


def test_a_book_is_searched(call, tmp_path):
    (tmp_path / "book.txt").write_text(book(120))
    outcome = call(
        "tune", tmp_path / "book.txt", "--task", "generate", "--set", "task.window=16", "--set", "training.epochs=1",
        "--set", "model.hidden_size=8", "--trials", "2", "--json", "--quiet", "--out", tmp_path / "tuned",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert len(found["trials"]) == 2
    assert found["trials"][0]["settings"]["model.hidden_size"] == 8
    assert "weight_drop" in (tmp_path / "tuned" / "settings.toml").read_text()
    refused = call(
        "tune",
        tmp_path / "book.txt",
        "--task",
        "generate",
        "--trials",
        "1",
        "--metric",
        "error",
        "--out",
        tmp_path / "x",
    )
    assert refused.code == 2
    assert "Valid: loss" in refused.err
    short = call(
        "tune",
        tmp_path / "book.txt",
        "--task",
        "generate",
        "--trials",
        "1",
        "--validation",
        "0",
        "--out",
        tmp_path / "x",
    )
    assert "expected a validation text to search on, got 0 characters" in short.err


def test_recordings_are_searched_by_group(call, tmp_path):
    folder = write_whistles(tmp_path / "w", each=2)
    outcome = call(
        "tune", folder / "table.csv", "--task", "hear", "--group", "speaker", "--set", "training.epochs=1",
        "--set", "model.hidden_size=4", "--set", "model.filters=8", "--trials", "2", "--json", "--quiet",
        "--out", tmp_path / "tuned",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert len(found["trials"]) == 2
    assert found["facts"]["rows"] == "12 training, 6 validation"  # of two speakers and of one
    assert 'group = "speaker"' in (tmp_path / "tuned" / "settings.toml").read_text()


def test_transcribers_are_searched_by_their_letters(call, tmp_path):
    pytest.importorskip("jiwer", reason="the extra 'audio' is not installed")
    table = write_spoken(tmp_path / "spoken", 24)
    outcome = call(
        "tune", table, "--task", "transcribe", "--group", "speaker", "--set", "training.epochs=1",
        "--set", "model.hidden_size=4", "--set", "model.stack=1", "--trials", "2", "--json", "--quiet",
        "--out", tmp_path / "tuned",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    found = json.loads(outcome.out)
    assert found["metric"] == "cer"
    assert len(found["trials"]) == 2
    best = tmp_path / "tuned" / "settings.toml"
    again = call(
        "train", table, "--task", "transcribe", "--settings", best, "--quiet", "--out", tmp_path / "m"
    )
    assert again.code == 0, again.err


@pytest.mark.parametrize(("metric", "shown"), [(None, "1 - BLEU"), ("loss", "loss")])
def test_translators_are_searched_by_what_chooses_their_epochs(call, tmp_path, metric, shown):
    pytest.importorskip("sacrebleu", reason="the extra 'translate' is not installed")
    pytest.importorskip("tokenizers", reason="the extra 'translate' is not installed")
    file = write_pairs(tmp_path / "pairs.tsv", pairs(60))
    outcome = call(
        "tune", file, "--task", "translate", "--set", "training.epochs=1", "--set", "training.warmup_epochs=0",
        "--set", "model.hidden_size=4", "--set", "model.embedding_size=8", "--set", "task.pieces=60", "--trials", "2",
        *(["--metric", metric] if metric else []), "--json", "--quiet", "--out", tmp_path / "tuned",
    )  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert json.loads(outcome.out)["metric"] == shown
    assert f'watch = "{metric or "bleu"}"' in (tmp_path / "tuned" / "settings.toml").read_text()


@pytest.mark.parametrize("task", ["transcribe", "translate"])
def test_a_search_needs_something_to_judge_by(call, tmp_path, task):
    file = (
        write_spoken(tmp_path / "s", 6)
        if task == "transcribe"
        else write_pairs(tmp_path / "p.tsv", pairs(30))
    )
    for flag, value, words in (
        ("--validation", "0", "to search on, got none. Give --validation a share."),
        ("--metric", "mae", "metric of this task"),
    ):
        outcome = call("tune", file, "--task", task, "--trials", "1", flag, value, "--out", tmp_path / "x")
        assert outcome.code == 2
        assert words in outcome.err
